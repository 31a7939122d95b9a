"""Standards, assessments and recalculations in the API."""

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response

from eligibility import curve, recalculation, scopes, simulations
from eligibility.choices import Subject
from eligibility.models import (
    Determination,
    Recalculation,
    SimulatedDetermination,
    Simulation,
    Standard,
    StandardVersion,
    VillageDetermination,
)
from eligibility.serializers import (
    ChangeSerializer,
    RecalculationRequestSerializer,
    RecalculationSerializer,
    SimulatedSerializer,
    SimulationDetailSerializer,
    SimulationSerializer,
    StandardDetailSerializer,
    StandardSerializer,
)
from eligibility.standards import version_in_force
from eligibility.terms import Terms
from fupin import jobs
from fupin.api import ReadOnlyScopedViewSet, RoleViewSet
from fupin.problems import InConflict

VIEW = {"list": "eligibility.view", "retrieve": "eligibility.view"}
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class StandardFilter(filters.FilterSet):
    """Which standards are listed."""

    class Meta:
        model = Standard
        fields = ["subject"]


@extend_schema_view(
    list=extend_schema(summary="Standards, by code"), retrieve=extend_schema(summary="A standard with its versions")
)
class StandardViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RoleViewSet):
    """Standards (识别标准). They are the district's, not a territory's."""

    permissions = VIEW
    queryset = Standard.objects.all()
    filterset_class = StandardFilter
    lookup_field = "code"
    lookup_value_regex = r"[\w-]{1,40}"
    order = ("code",)

    def get_queryset(self):
        rows = super().get_queryset()
        return rows.prefetch_related("versions__criteria") if self.action == "retrieve" else rows

    def get_serializer_class(self):
        return StandardDetailSerializer if self.action == "retrieve" else StandardSerializer


class RecalculationFilter(filters.FilterSet):
    """Which runs are listed."""

    standard = filters.CharFilter("version__standard__code", label="Code of the standard.")
    is_simulation = filters.BooleanFilter()

    class Meta:
        model = Recalculation
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(summary="Recalculations, the newest first"),
    retrieve=extend_schema(summary="A recalculation: its status, progress and counts"),
)
class RecalculationViewSet(ReadOnlyScopedViewSet):
    """Runs of a standard over a division."""

    permissions = VIEW | {
        "create": "eligibility.recalculate",
        "cancel": "eligibility.recalculate",
        "resume": "eligibility.recalculate",
        "changes": "eligibility.view",
    }
    problems = {"create": (409,), "resume": (409,)}
    queryset = Recalculation.objects.with_job().not_thrown_away()
    serializer_class = RecalculationSerializer
    filterset_class = RecalculationFilter
    lookup_value_regex = UUID
    order = ("-job__created_at", "-pk")

    @extend_schema(
        summary="Start a recalculation, or a simulation",
        request=RecalculationRequestSerializer,
        responses={202: RecalculationSerializer},
    )
    def create(self, request):
        asked = self.read_input(RecalculationRequestSerializer)
        version = _version(asked["standard"], asked.get("version"))
        try:
            scope = _scope(asked, request.user)
            if "simulate" in asked:
                run = simulations.start(version, scope, request.user, **_tried(asked["simulate"])).run
            else:
                run = recalculation.start(version, scope, request.user, incremental=asked["incremental"])
        except recalculation.AlreadyRunning as running:
            message = _("A recalculation of this standard over this division, or a part of it, is not finished.")
            raise InConflict({"url": self._shown(running.run)["url"]}, message) from running
        shown = self._shown(run)
        return Response(shown, status=202, headers={"Location": shown["url"]})

    @extend_schema(summary="Stop a recalculation", request=None, responses={202: RecalculationSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def cancel(self, request, pk):
        run = self.get_object()
        if run.job.actor_id != request.user.pk and not request.user.has_perm("fupin.cancel_any_job"):
            raise PermissionDenied
        jobs.cancel(run.job)
        return Response(self._shown(self.get_object()), status=202)

    @extend_schema(summary="Go on with a run cut short", request=None, responses={202: RecalculationSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def resume(self, request, pk):
        try:
            recalculation.resume(self.get_object(), request.user)
        except recalculation.AlreadyRunning as running:
            raise InConflict({"url": self._shown(running.run)["url"]}) from running
        return Response(self._shown(self.get_object()), status=202)

    @extend_schema(summary="Results that differ from those before", responses=ChangeSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def changes(self, request, pk):
        rows = self._results(self.get_object()).visible_to(request.user).changes()
        page = self.paginator.paginate_queryset(rows, request, self)
        return self.get_paginated_response(ChangeSerializer(page, many=True).data)

    def _results(self, run: Recalculation):
        """The run's results, in an order that their index by run serves."""
        if run.version.standard.subject == Subject.VILLAGE:
            self.order = ("village_id",)
            return VillageDetermination.objects.filter(run=run)
        self.order = ("household_id",)
        model = SimulatedDetermination if run.is_simulation else Determination
        return model.objects.filter(run=run).select_related("household")

    def _shown(self, run: Recalculation) -> dict:
        return self.get_serializer(run).data


def _scope(asked: dict, user) -> scopes.Scope:
    """What a run that is asked for is to be over."""
    if "villages" in asked:
        return scopes.of_villages(asked["villages"])
    if "households" in asked:
        return scopes.of_numbers(" ".join(asked["households"]), user)
    return scopes.Scope(asked["division"].code)


def _tried(simulate: dict) -> dict:
    """What the service is told of a simulation: its name and note, and the terms that are not the standard's."""
    changes = {name: value for name, value in simulate.items() if name not in ("name", "note")}
    if "criteria" in changes:
        changes["criteria"] = [dict(row) for row in changes["criteria"]]
    return {"changes": changes, "name": simulate.get("name", ""), "note": simulate.get("note", "")}


def _version(standard: Standard, number: int | None) -> StandardVersion:
    """The version that is asked for, or the one in force.

    Raises:
        ValidationError: there is none.
    """
    if number is not None:
        version, field = standard.versions.filter(number=number).first(), "version"
    else:
        version, field = version_in_force(standard.code, standard.subject), "standard"
    if version is None:
        raise ValidationError({field: _("There is no such version in force.")})
    return version


@extend_schema_view(
    list=extend_schema(summary="Simulations, the newest first"),
    retrieve=extend_schema(summary="A simulation with its breakdowns and its curve"),
)
class SimulationViewSet(ReadOnlyScopedViewSet):
    """What was tried out; started at `recalculations/`, thrown away by its author or when its time is over."""

    permissions = VIEW | {"households": "eligibility.view", "throw_away": "eligibility.recalculate"}
    queryset = Simulation.objects.alive().with_run()
    filterset_class = None
    lookup_value_regex = UUID
    order = ("-run__job__created_at", "-pk")

    def get_serializer_class(self):
        return SimulationDetailSerializer if self.action == "retrieve" else SimulationSerializer

    @extend_schema(
        summary="The households as the simulation judges them",
        parameters=[
            OpenApiParameter("near", int, enum=list(curve.MARGINS), description="Only within so many % of its line.")
        ],
        responses=SimulatedSerializer(many=True),
    )
    @action(detail=True, filterset_class=None)
    def households(self, request, pk):
        simulation = self.get_object()
        self.order = ("household_id",)
        results = SimulatedDetermination.objects.visible_to(request.user).filter(run=simulation.pk)
        rows = curve.with_boundary(results, Terms.of_run(simulation.run)).select_related("household")
        if near := request.query_params.get("near"):
            if near not in map(str, curve.MARGINS):
                raise ValidationError({"near": _("Choose one of these: %(choices)s.") % {"choices": curve.MARGINS}})
            rows = rows.filter(curve.near(simulation.run.line, int(near)))
        page = self.paginator.paginate_queryset(rows, request, self)
        return self.get_paginated_response(SimulatedSerializer(page, many=True).data)

    @extend_schema(summary="Throw a simulation away", request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="throw-away", filterset_class=None)
    def throw_away(self, request, pk):
        simulations.throw_away(self.get_object(), request.user)
        return Response(status=204)
