"""Cases, notices and objections in the API."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.choices import AuditAction
from accounts.services import record
from casework import services
from casework.forms import RECORDS
from casework.models import Case, Notice, Objection
from casework.papers import keep
from casework.serializers import (
    AnswerSerializer,
    CaseDetailSerializer,
    CaseOpeningSerializer,
    CaseSerializer,
    NoticeDetailSerializer,
    NoticeSerializer,
    ObjectionEntrySerializer,
    ObjectionSerializer,
    StepSerializer,
    TakenObjectionSerializer,
)
from casework.stages import step_of
from casework.statements import statement_of
from casework.views.cases import offers_of
from fupin.api import ReadOnlyScopedViewSet
from fupin.conflicts import Conflict
from fupin.problems import InConflict, Invalid

KEY = r"\d{1,18}"
VIEW = {"list": "casework.view", "retrieve": "casework.view"}


# What a form calls otherwise than the request.
NAMES = {NON_FIELD_ERRORS: "", "entry": "position"}


def _faults(refusal: ValidationError, path: str) -> list[tuple[str, str, str]]:
    """What a service or a form refused, by the path of the value in the request."""
    if not hasattr(refusal, "error_dict"):
        return [("", message, "") for message in refusal.messages]
    return [
        (NAMES.get(name, name if name == "papers" else path.format(name)), message, "")
        for name, messages in refusal.message_dict.items()
        for message in messages
    ]


class CaseFilter(filters.FilterSet):
    """Which cases are listed."""

    household = filters.CharFilter("household__number", label="Household number.")
    village = filters.CharFilter("village_id", label="Division code of the village.")

    class Meta:
        model = Case
        fields = ["kind", "stage"]


@extend_schema_view(
    list=extend_schema(summary="Cases, the newest first"),
    retrieve=extend_schema(summary="A case with its steps", responses=CaseDetailSerializer),
)
class CaseViewSet(ReadOnlyScopedViewSet):
    """Cases (办件): the only way by which a status changes."""

    permissions = VIEW | {"create": "casework.open", "steps": "casework.take_steps"}
    problems = {"steps": (409,)}
    queryset = Case.objects.select_related("household")
    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    lookup_value_regex = KEY
    order = ("-pk",)

    def get_queryset(self):
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("events__actor")

    def retrieve(self, request, *args, **kwargs):
        return Response(self.shown(self.get_object()))

    def shown(self, case: Case) -> dict:
        case.open_steps = [offer.step.code for offer in offers_of(case, self.request.user) if offer.is_open]
        return CaseDetailSerializer(case, context=self.get_serializer_context()).data

    def again(self, case: Case) -> dict:
        """The case as it is kept now."""
        return self.shown(self.get_queryset().get(pk=case.pk))

    @extend_schema(summary="Open a case", request=CaseOpeningSerializer, responses={201: CaseDetailSerializer})
    def create(self, request):
        values = self.read_input(CaseOpeningSerializer)
        case = services.open_case(
            request.user, values["kind"], values["household"], values["ground"], fact=values.get("fact")
        )
        return Response(self.again(case), status=201)

    @extend_schema(summary="Take a step in a case", request=StepSerializer, responses=CaseDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def steps(self, request, pk):
        case, sent = self.get_object(), self.read_input(StepSerializer)
        values = self._read_record(case, sent)
        papers = [keep(file, request.user) for file in values.get("papers", [])]
        try:
            services.take_step(request.user, sent["step"], {case.pk: sent["version"]}, values, papers)
        except Conflict as conflict:
            raise InConflict(self.again(case)) from conflict
        except ValidationError as refusal:
            raise Invalid(_faults(refusal, "record.{}")) from refusal
        return Response(self.again(case))

    def _read_record(self, case: Case, sent: dict) -> dict:
        """What the step's record holds, by the form that the page takes it with."""
        step = step_of(case.kind, sent["step"])
        if step is None or case.stage not in step.sources:
            return {}
        files = MultiValueDict({"papers": [paper["file"] for paper in sent.get("papers", [])]})
        form = RECORDS[step.record](sent.get("record", {}), files, step=step)
        if not form.is_valid():
            raise Invalid(_faults(ValidationError(form.errors.as_data()), "record.{}"))
        return form.cleaned_data


class NoticeFilter(filters.FilterSet):
    """Which notices are listed."""

    village = filters.CharFilter("village_id", label="Division code of the village.")
    running = filters.BooleanFilter(method="by_running", label="Only those posted today, or only the others.")

    class Meta:
        model = Notice
        fields = ["kind", "case_kind"]

    def by_running(self, rows, name, wanted):
        running = Notice.objects.running_on(timezone.localdate()).order_by().values("pk")
        return rows.filter(pk__in=running) if wanted else rows.exclude(pk__in=running)


@extend_schema_view(
    list=extend_schema(summary="Notices, the newest first"),
    retrieve=extend_schema(summary="A notice with the households on it", responses=NoticeDetailSerializer),
)
class NoticeViewSet(ReadOnlyScopedViewSet):
    """What is posted: publicity lists and announcements."""

    permissions = VIEW
    queryset = Notice.objects.with_counts()
    filterset_class = NoticeFilter
    lookup_value_regex = KEY
    order = ("-pk",)

    def get_queryset(self):
        rows = super().get_queryset()
        return rows.prefetch_related("entries") if self.action == "retrieve" else rows

    def get_serializer_class(self):
        return NoticeDetailSerializer if self.action == "retrieve" else NoticeSerializer


class ObjectionFilter(filters.FilterSet):
    """Which objections are listed."""

    notice = filters.NumberFilter("notice_id", min_value=1, max_value=2**63 - 1, label="Id of the notice.")
    village = filters.CharFilter("village_id", label="Division code of the village.")

    class Meta:
        model = Objection
        fields = ["state", "level"]


@extend_schema_view(
    list=extend_schema(summary="Objections, the newest first"), retrieve=extend_schema(summary="An objection")
)
class ObjectionViewSet(ReadOnlyScopedViewSet):
    """Objections (异议). That a handler has read who objects is written into the audit."""

    permissions = VIEW | {"create": "casework.handle_objections", "answer": "casework.handle_objections"}
    problems = {"answer": (409,)}
    queryset = Objection.objects.select_related("entry")
    serializer_class = ObjectionSerializer
    filterset_class = ObjectionFilter
    lookup_value_regex = KEY
    order = ("-pk",)

    def retrieve(self, request, *args, **kwargs):
        objection = self.get_object()
        if objection.is_handled_by(request.user):
            record(request.user, AuditAction.REVEAL, "objection", objection.receipt)
        return Response(self.get_serializer(objection).data)

    @extend_schema(
        summary="Enter an objection that came on paper",
        request=ObjectionEntrySerializer,
        responses={201: TakenObjectionSerializer},
    )
    def create(self, request):
        values = self.read_input(ObjectionEntrySerializer)
        notice = values["notice"]
        entry = notice.entries.shown().filter(position=values.get("position")).first()
        try:
            objection = services.enter_objection(
                request.user, notice, statement_of(values | {"entry": entry}), values["received_on"]
            )
        except ValidationError as refusal:
            raise Invalid(_faults(refusal, "{}")) from refusal
        return Response(TakenObjectionSerializer(objection, context=self.get_serializer_context()).data, status=201)

    @extend_schema(summary="Close an objection", request=AnswerSerializer, responses=ObjectionSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def answer(self, request, pk):
        objection, sent = self.get_object(), self.read_input(AnswerSerializer)
        try:
            objection = services.handle(request.user, objection, **sent)
        except Conflict as conflict:
            raise InConflict(self.get_serializer(self.get_object()).data) from conflict
        return Response(self.get_serializer(objection).data)
