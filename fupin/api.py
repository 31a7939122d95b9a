"""What every route of the API shares: who may, what they see, how lists are paged, how amounts are written."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions, mixins, permissions, serializers, viewsets
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from fupin.listing import KeysetPage
from fupin.money import FenField
from fupin.parsers import whole_number


class RolePermission(permissions.BasePermission):
    """May the person's role do this action? A viewset says so in `permissions`; an action not named is denied.

        permissions = {"list": "households.view", "create": "households.enter"}

    Whether the object lies within the person's reach is not asked here: the queryset holds nothing else.
    """

    def has_permission(self, request, view) -> bool:
        user = request.user
        if not user.is_authenticated:
            return False
        if view.action in (None, "metadata"):
            return True  # the method is not routed, OPTIONS neither: DRF answers 405
        permission = view.permissions.get(view.action)
        return bool(permission) and user.has_perm(permission)


class KeysetPagination(BasePagination):
    """Pages by key, not by number: stable while rows are added, and as fast at the end as at the beginning.

    The viewset's `order` names the fields of the order; none is ever null and the last is unique.
    """

    page_size = 50
    max_page_size = 200

    def paginate_queryset(self, queryset, request, view=None):
        self.url = request.build_absolute_uri()
        page = KeysetPage(queryset, view.order, request.query_params.get("cursor", ""), self._size(request))
        if page.cursor_is_broken:
            raise exceptions.ValidationError({"cursor": _("This cursor is not one of this list.")})
        self.page = page
        return page.rows

    def _size(self, request) -> int:
        asked = whole_number(request.query_params.get("page_size", str(self.page_size)), self.max_page_size)
        if not asked:
            message = _("A page has 1 to %(most)d rows.") % {"most": self.max_page_size}
            raise exceptions.ValidationError({"page_size": message})
        return asked

    def _link(self, cursor: str) -> str | None:
        return replace_query_param(self.url, "cursor", cursor) if cursor else None

    def get_paginated_response(self, data) -> Response:
        first = remove_query_param(self.url, "cursor") if self.page.previous_cursor else None
        return Response(
            {
                "first": first,
                "next": self._link(self.page.next_cursor),
                "previous": self._link(self.page.previous_cursor),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict) -> dict:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["first", "next", "previous", "results"],
            "properties": {
                "first": link | {"description": "The first page, unless this is it."},
                "next": link,
                "previous": link,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view) -> list[dict]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins: follow `next` and `previous` instead of making one.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size},
            },
        ]


class RoleViewSet(viewsets.GenericViewSet):
    """A viewset that says who may do what; what it shows belongs to no territory."""

    permission_classes = [RolePermission]
    pagination_class = KeysetPagination
    filter_backends = [DjangoFilterBackend]
    http_method_names: ClassVar[list[str]] = ["get", "post", "patch", "head"]
    permissions: ClassVar[dict[str, str]] = {}
    order: ClassVar[tuple[str, ...]] = ()

    def read_input(self, serializer_class: type[serializers.BaseSerializer]) -> dict:
        """The request's body, typed by the serializer.

        Raises:
            ValidationError: it cannot be typed.
        """
        entered = serializer_class(data=self.request.data, context=self.get_serializer_context())
        entered.is_valid(raise_exception=True)
        return dict(entered.validated_data)


class ScopedViewSet(RoleViewSet):
    """A viewset whose every query begins with what the person may see; out of it is 404."""

    def get_queryset(self):
        return super().get_queryset().visible_to(self.request.user)


class ReadOnlyScopedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """A list and its entries, to read."""


class YuanField(serializers.DecimalField):
    """An amount in yuan: text with 2 decimals, never a JSON number, which many programs would read as a float."""

    default_error_messages = {"text": _('Write an amount as text with 2 decimals, for example "1234.50".')}

    def __init__(self, **kwargs):
        super().__init__(**{"max_digits": 14, "decimal_places": 2} | kwargs)

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("text")
        return super().to_internal_value(data)


class _AmongVisible:
    """Another object among those that the person may see; anything else does not exist."""

    default_error_messages = {"does_not_exist": _("There is no such object in your area.")}

    def get_queryset(self):
        return super().get_queryset().visible_to(self.context["request"].user)


class VisibleSlugField(_AmongVisible, serializers.SlugRelatedField):
    """An object named by its number or code."""


class VisibleKeyField(_AmongVisible, serializers.PrimaryKeyRelatedField):
    """An object named by its id."""


class RecordSerializer(serializers.ModelSerializer):
    """Shows a row. It never writes one: services do."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {FenField: YuanField}

    def get_fields(self) -> dict:
        fields = super().get_fields()
        for field in fields.values():
            field.read_only, field.required = True, False
        return fields


class InputSerializer(serializers.ModelSerializer):
    """Reads what is sent, typed by the model's fields, for a service: nothing is written here.

    Whether it is right in itself and fits what is kept is for the service, which the pages ask too.
    """

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {FenField: YuanField}

    def get_validators(self) -> list:
        return []


class EntrySerializer(InputSerializer):
    """Reads an entry in which anything may be missing; the rules say what must be there."""

    def get_fields(self) -> dict:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields
