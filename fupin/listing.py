"""Lists of the desk: scoped, filtered, keyset pages, a capped count. They stay fast at a million rows."""

import json

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.shortcuts import redirect
from django.views.generic import TemplateView

from fupin import exports

PAGE_SIZE = 50
COUNT_CAP = 10_000


def capped_count(queryset: QuerySet, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """Number of rows, counted no further than `cap`; the flag says whether there are more."""
    counted = queryset.order_by().values("pk")[: cap + 1].count()
    return min(counted, cap), counted > cap


def _after(order: tuple[str, ...], values: list) -> Q:
    """Rows that come after `values` in `order`; a leading '-' means descending."""
    condition = Q()
    equal = Q()
    for field, value in zip(order, values, strict=True):
        name, step = (field[1:], "lt") if field.startswith("-") else (field, "gt")
        condition |= equal & Q(**{f"{name}__{step}": value})
        equal &= Q(**{name: value})
    return condition


def _reversed(order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(field[1:] if field.startswith("-") else f"-{field}" for field in order)


class KeysetPage:
    """One page of a queryset in an order whose fields are never null and end in a unique one."""

    def __init__(self, queryset: QuerySet, order: tuple[str, ...], cursor: str = "", size: int = PAGE_SIZE):
        self.order = order
        self._salt = f"keyset {queryset.model._meta.label} {' '.join(order)}"
        backwards, values = self._read(cursor)
        self.cursor_is_broken = bool(cursor) and values is None
        rows = queryset
        if values is not None:
            rows = rows.filter(_after(_reversed(order) if backwards else order, values))
        rows = list(rows.order_by(*(_reversed(order) if backwards else order))[: size + 1])
        more = len(rows) > size
        rows = rows[:size]
        if backwards:
            rows.reverse()
        self.rows = rows
        has_next = more if not backwards else True
        has_previous = (values is not None) if not backwards else more
        self.next_cursor = self._write(rows[-1], backwards=False) if rows and has_next else ""
        self.previous_cursor = self._write(rows[0], backwards=True) if rows and has_previous else ""

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def _write(self, row, *, backwards: bool) -> str:
        values = [self._value(row, field.lstrip("-")) for field in self.order]
        return signing.dumps([backwards, json.dumps(values, default=str)], salt=self._salt, compress=True)

    @staticmethod
    def _value(row, path: str):
        for part in path.split("__"):
            row = row.pk if part == "pk" else getattr(row, part)
        return row

    def _read(self, cursor: str) -> tuple[bool, list | None]:
        if not cursor:
            return False, None
        try:
            backwards, values = signing.loads(cursor, salt=self._salt)
            values = json.loads(values)
        except (signing.BadSignature, ValueError, TypeError):
            return False, None
        return (backwards, values) if len(values) == len(self.order) else (False, None)


class DeskListView(PermissionRequiredMixin, TemplateView):
    """A list of the desk. A subclass says its queryset, filter, orders, and the template of the page.

    With `resource_class` (a `fupin.exports.ListResource`) ?format=xlsx|csv answers the filtered rows as a file.
    `orders` maps the value of ?sort= to the fields of the order (first is the default; the last field is unique).
    With htmx, a filter or page change swaps `#list`, so the page's template wraps its table in that element.
    """

    queryset_class: QuerySet
    filterset_class = None
    resource_class: type[exports.ListResource] | None = None
    export_permission = "households.export"
    orders: dict[str, tuple[str, ...]]

    def get(self, request, *args, **kwargs):
        if self.resource_class and request.GET.get("format") in exports.FORMATS:
            return self.export()
        return super().get(request, *args, **kwargs)

    def export(self):
        """The filtered rows as a file, in the order of the list."""
        if not self.request.user.has_perm(self.export_permission):
            raise PermissionDenied
        _filterset, rows = self.get_filtered()
        rows = rows.order_by(*self.orders[self.get_sort()])
        try:
            return exports.response(self.resource_class(), rows, self.request.GET["format"], self.request.user)
        except exports.TooManyRows as refusal:
            messages.error(self.request, str(refusal))
            return self.back_to_list()

    def back_to_list(self):
        """To the page of the rows that a file was asked of."""
        query = self.request.GET.copy()
        query.pop("format", None)
        return redirect(f"{self.request.path}?{query.urlencode()}")

    def get_sort(self) -> str:
        """The name of the order that is asked for, or of the first."""
        sort = self.request.GET.get("sort")
        return sort if sort in self.orders else next(iter(self.orders))

    def get_queryset(self) -> QuerySet:
        """All rows that the person may see."""
        return self.queryset_class.all().visible_to(self.request.user)

    def get_filtered(self):
        """The filterset bound to the query string, or None, and the rows that it leaves."""
        rows = self.get_queryset()
        if self.filterset_class is None:
            return None, rows
        filterset = self.filterset_class(self.request.GET, queryset=rows, request=self.request)
        return filterset, filterset.qs if filterset.is_valid() else rows.none()

    def get_context_data(self, **kwargs):
        filterset, rows = self.get_filtered()
        sort = self.get_sort()
        count, has_more = capped_count(rows)
        query = self.request.GET.copy()
        query.pop("cursor", None)
        return super().get_context_data(
            page=KeysetPage(rows, self.orders[sort], self.request.GET.get("cursor", "")),
            filterset=filterset,
            count=count,
            count_is_capped=has_more,
            sort=sort,
            query=query.urlencode(),
            export_url=self._export_url(),
            **kwargs,
        )

    def _export_url(self) -> str:
        may = self.resource_class and self.request.user.has_perm(self.export_permission)
        return self.request.path if may else ""
