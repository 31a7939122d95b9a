"""Helpers and help in the API: pairings, measures, what is given, what arrives, visits."""

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from assistance import services
from assistance.models import Delivery, Grant, Measure, Pairing, Visit
from assistance.serializers import (
    DeliveryCorrectionSerializer,
    DeliveryEntrySerializer,
    DeliverySerializer,
    DeliveryWithdrawalSerializer,
    GrantEntrySerializer,
    GrantSerializer,
    MeasureSerializer,
    PairingEndSerializer,
    PairingEntrySerializer,
    PairingSerializer,
    VisitEntrySerializer,
    VisitSerializer,
)
from fupin.api import ReadOnlyScopedViewSet
from fupin.problems import Invalid
from households.models import Household

KEY = r"\d{1,18}"
VIEW = {"list": "assistance.view", "retrieve": "assistance.view"}


class OfHouseholdFilter(filters.FilterSet):
    """What a household has."""

    household = filters.CharFilter("household__number", label="Household number.")


class PairingFilter(OfHouseholdFilter):
    """Which pairings are listed."""

    cadre = filters.CharFilter("cadre__code", label="Code of the cadre.")
    current = filters.BooleanFilter(method="in_force", label="Only those in force today, or only the others.")

    class Meta:
        model = Pairing
        fields: list[str] = []

    def in_force(self, rows, name, wanted):
        current = Pairing.objects.current().order_by().values("pk")
        return rows.filter(pk__in=current) if wanted else rows.exclude(pk__in=current)


class MeasureFilter(filters.FilterSet):
    """Which measures are listed."""

    class Meta:
        model = Measure
        fields = ["pillar", "target", "is_active"]


class GrantFilter(OfHouseholdFilter):
    """Which measures given are listed."""

    measure = filters.CharFilter("measure__code", label="Code of the measure.")

    class Meta:
        model = Grant
        fields = ["state"]


class DeliveryFilter(filters.FilterSet):
    """Which deliveries are listed."""

    household = filters.CharFilter("grant__household__number", label="Household number.")
    grant = filters.NumberFilter("grant_id", min_value=1, max_value=2**63 - 1, label="Id of the measure given.")

    class Meta:
        model = Delivery
        fields: list[str] = []


class AssistanceViewSet(ReadOnlyScopedViewSet):
    """Something that a household has: listed and read by everybody within reach, written through the services."""

    permissions = VIEW
    lookup_value_regex = KEY

    def answer(self, row, *, created: bool = True) -> Response:
        """The row as the list shows it: 201 when this request wrote it, 200 when it was written before."""
        row = self.queryset.all().get(pk=row.pk)
        return Response(self.get_serializer(row).data, status=201 if created else 200)


@extend_schema_view(
    list=extend_schema(summary="The catalogue of measures"), retrieve=extend_schema(summary="A measure")
)
class MeasureViewSet(ReadOnlyScopedViewSet):
    """Measures of pillars 3 to 6."""

    permissions = VIEW
    queryset = Measure.objects.all()
    serializer_class = MeasureSerializer
    filterset_class = MeasureFilter
    lookup_field = "code"
    lookup_value_regex = r"[\w-]{1,30}"
    order = ("code",)


@extend_schema_view(
    list=extend_schema(summary="Pairings, the newest first"), retrieve=extend_schema(summary="A pairing")
)
class PairingViewSet(AssistanceViewSet):
    """Cadres and the households that they are paired with."""

    permissions = VIEW | {"create": "assistance.pair", "end": "assistance.pair"}
    queryset = Pairing.objects.for_list()
    serializer_class = PairingSerializer
    filterset_class = PairingFilter
    order = ("-started_on", "-pk")

    @extend_schema(
        summary="Pair a household with a cadre", request=PairingEntrySerializer, responses={201: PairingSerializer}
    )
    def create(self, request):
        return self.answer(services.pair(request.user, **self.read_input(PairingEntrySerializer)))

    @extend_schema(summary="End a pairing", request=PairingEndSerializer, responses=PairingSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def end(self, request, pk):
        pairing = self.get_object()
        values = self.read_input(PairingEndSerializer)
        return self.answer(services.end_pairing(request.user, pairing, **values), created=False)


@extend_schema_view(
    list=extend_schema(summary="Measures given, the newest first"), retrieve=extend_schema(summary="A measure given")
)
class GrantViewSet(AssistanceViewSet):
    """Measures given to households and their members."""

    permissions = VIEW | {"create": "assistance.grant"}
    queryset = Grant.objects.select_related("household", "measure")
    serializer_class = GrantSerializer
    filterset_class = GrantFilter
    order = ("-started_on", "-pk")

    @extend_schema(summary="Give a household a measure", request=GrantEntrySerializer, responses={201: GrantSerializer})
    def create(self, request):
        return self.answer(services.grant_measure(request.user, **self.read_input(GrantEntrySerializer)))


@extend_schema_view(
    list=extend_schema(summary="Deliveries, the newest first"), retrieve=extend_schema(summary="A delivery")
)
class DeliveryViewSet(AssistanceViewSet):
    """What arrived of the measures given. Nothing is changed or deleted: a correction is a new entry."""

    permissions = VIEW | {
        "create": "assistance.deliver",
        "correct": "assistance.deliver",
        "withdraw": "assistance.deliver",
    }
    queryset = Delivery.objects.select_related("grant__household", "grant__measure", "corrected_by")
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    order = ("-delivered_on", "-pk")

    @extend_schema(
        summary="Log a delivery",
        request=DeliveryEntrySerializer,
        responses={201: DeliverySerializer, 200: DeliverySerializer},
    )
    def create(self, request):
        delivery, created = services.log_delivery(request.user, **self.read_input(DeliveryEntrySerializer))
        return self.answer(delivery, created=created)

    @extend_schema(
        summary="Correct a delivery", request=DeliveryCorrectionSerializer, responses={201: DeliverySerializer}
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def correct(self, request, pk):
        delivery = self.get_object()
        return self.answer(
            services.correct_delivery(request.user, delivery, **self.read_input(DeliveryCorrectionSerializer))
        )

    @extend_schema(
        summary="Withdraw a delivery that never happened",
        request=DeliveryWithdrawalSerializer,
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def withdraw(self, request, pk):
        delivery = self.get_object()
        return self.answer(
            services.withdraw_delivery(request.user, delivery, **self.read_input(DeliveryWithdrawalSerializer))
        )


class VisitFilter(OfHouseholdFilter):
    """Which visits are listed."""

    class Meta:
        model = Visit
        fields: list[str] = []


@extend_schema_view(list=extend_schema(summary="Visits, the newest first"), retrieve=extend_schema(summary="A visit"))
class VisitViewSet(AssistanceViewSet):
    """What cadres found when they visited."""

    permissions = VIEW | {"create": "assistance.visit"}
    queryset = Visit.objects.select_related("household", "cadre", "corrected_by")
    serializer_class = VisitSerializer
    filterset_class = VisitFilter
    order = ("-visited_on", "-pk")

    @extend_schema(
        summary="Log a visit", request=VisitEntrySerializer, responses={201: VisitSerializer, 200: VisitSerializer}
    )
    def create(self, request):
        values = self.read_input(VisitEntrySerializer)
        number = values.pop("household")
        if logged := services.visit_already_logged(request.user, values["key"]):
            return self.answer(logged, created=False)
        household = Household.objects.visible_to(request.user).filter(number=number).first()
        if household is None:
            raise Invalid([("household", _("There is no such object in your area."), "")])
        visit, created = services.log_visit(request.user, household, **values)
        return self.answer(visit, created=created)
