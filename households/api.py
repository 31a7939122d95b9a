"""Households in the API."""

from django.core.validators import RegexValidator
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.reverse import reverse

from fupin.api import ReadOnlyScopedViewSet
from fupin.conflicts import Conflict
from fupin.parsers import whole_number
from fupin.problems import InConflict, Invalid
from fupin.scope import division_range
from households import services
from households.choices import HouseholdStatus
from households.entries import entry_of
from households.models import Household, IncomeYear
from households.serializers import (
    FindingSerializer,
    HouseholdChangeSerializer,
    HouseholdDetailSerializer,
    HouseholdEntrySerializer,
    HouseholdSerializer,
)

MAX_VERSION = 2**31 - 1  # what the column holds
DIVISION_CODE = RegexValidator(r"^(\d{6}|\d{9}|\d{12})$", _("A division code has 6, 9 or 12 digits."))


class HouseholdFilter(filters.FilterSet):
    """Which households are listed. Names and ID numbers are no filters: they would stand in addresses and logs."""

    village = filters.CharFilter("village_id", label="Division code of the village.")
    township = filters.CharFilter(
        method="within", validators=[DIVISION_CODE], label="Division code of a township, or of any division."
    )
    status = filters.ChoiceFilter(choices=HouseholdStatus)

    class Meta:
        model = Household
        fields: list[str] = []

    def within(self, rows, name, code):
        return rows.filter(division_range("village_id", code))


IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The version that was read; or `version` in the body."
)


@extend_schema_view(
    list=extend_schema(summary="Households, by village and number"),
    retrieve=extend_schema(summary="A household with members, incomes, facts and living conditions"),
)
class HouseholdViewSet(ReadOnlyScopedViewSet):
    """Households within one's reach."""

    permissions = {
        "list": "households.view",
        "retrieve": "households.view",
        "create": "households.enter",
        "partial_update": "households.enter",
        "findings": "households.view_checks",
    }
    problems = {"partial_update": (409,)}
    queryset = Household.objects.with_places()
    serializer_class = HouseholdSerializer
    filterset_class = HouseholdFilter
    lookup_field = "number"
    lookup_value_regex = r"[\w-]{1,24}"
    order = ("village_id", "number")

    def get_queryset(self):
        rows = super().get_queryset()
        if self.action == "list":
            return rows
        incomes = Prefetch("incomes", IncomeYear.objects.order_by("-year"))
        return rows.select_related("living").prefetch_related("members", incomes, "facts")

    def get_serializer_class(self):
        return HouseholdSerializer if self.action == "list" else HouseholdDetailSerializer

    def retrieve(self, request, *args, **kwargs):
        return self._answer(self.get_object())

    @extend_schema(
        summary="Enter a household", request=HouseholdEntrySerializer, responses={201: HouseholdDetailSerializer}
    )
    def create(self, request):
        entered = HouseholdEntrySerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        try:
            household = services.create_household(entered.to_entry(), request.user, entered.answers)
        except services.EntryRefused as refusal:
            raise _invalid(refusal) from refusal
        return self._answer(self._read(household), status=201)

    @extend_schema(
        summary="Change a household",
        parameters=[IF_MATCH],
        request=HouseholdChangeSerializer,
        responses=HouseholdDetailSerializer,
    )
    def partial_update(self, request, number):
        household = self.get_object()
        entered = HouseholdChangeSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        version = _version(request, entered.validated_data.pop("version", None))
        try:
            entry = entered.to_entry(entry_of(household))
            services.update_household(household, entry, version, request.user, entered.answers)
        except services.EntryRefused as refusal:
            raise _invalid(refusal) from refusal
        except Conflict as conflict:
            raise InConflict(self.get_serializer(self._read(household)).data) from conflict
        return self._answer(self._read(household))

    @extend_schema(
        summary="What the logic rules find in a household", responses=FindingSerializer(many=True), filters=False
    )
    @action(detail=True, pagination_class=None)
    def findings(self, request, number):
        household = self.get_object()
        return Response(FindingSerializer(household.findings.for_list().order_by("rule", "pk"), many=True).data)

    def _read(self, household: Household) -> Household:
        """The household with its parts, as it is now."""
        return self.get_queryset().get(pk=household.pk)

    def _answer(self, household: Household, status: int = 200) -> Response:
        headers = {"ETag": f'"{household.version}"'}
        if status == 201:
            headers["Location"] = reverse("api:household-detail", [household.number], request=self.request)
        return Response(self.get_serializer(household).data, status=status, headers=headers)


def _version(request, named: int | None) -> int:
    """The version that a change was made from, from the body or the header If-Match.

    Raises:
        ValidationError: neither names one.
    """
    header = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    version = whole_number(header, MAX_VERSION) if named is None else named
    if version is None:
        raise ValidationError({"version": _("Name the version that the change was made from.")})
    return version


def _invalid(refusal: services.EntryRefused) -> Invalid:
    wrong = [(problem.path, problem.message, problem.wanted) for problem in refusal.problems if problem.is_error]
    asked = _("Another value, or an explanation of rule %(rule)s")
    wrong += [(problem.path, problem.message, str(asked) % {"rule": problem.rule}) for problem in refusal.asked]
    if refusal.crossing is not None:
        message = _("This moves the income of a submitted household across the line; say why.")
        wrong.append(("reason", message, _("A reason")))
    return Invalid(wrong)
