"""Alarms in the API."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from eligibility.choices import AlarmLevel
from eligibility.models import Alarm
from eligibility.monitoring import services
from eligibility.monitoring.serializers import (
    LEVELS,
    AlarmDetailSerializer,
    AlarmSerializer,
    DoneSerializer,
    SendBackSerializer,
)
from fupin.api import ReadOnlyScopedViewSet

KEY = r"\d{1,18}"


class AlarmFilter(filters.FilterSet):
    """Which alarms are listed."""

    household = filters.CharFilter("household__number", label="Household number.")
    village = filters.CharFilter("household__village_id", label="Division code of the village.")
    level = filters.ChoiceFilter(choices=LEVELS, method="by_level")
    waiting = filters.BooleanFilter(method="by_waiting", label="Only those that wait, or only those that are over.")

    class Meta:
        model = Alarm
        fields = ["kind", "state"]

    def by_level(self, rows, name, wanted):
        return rows.filter(level=AlarmLevel[wanted.upper()])

    def by_waiting(self, rows, name, wanted):
        return rows.waiting() if wanted else rows.over()


@extend_schema_view(
    list=extend_schema(summary="Alarms, the newest first"),
    retrieve=extend_schema(summary="An alarm with what happened to it", responses=AlarmDetailSerializer),
)
class AlarmViewSet(ReadOnlyScopedViewSet):
    """Alarms (预警) of monitoring. They are raised by the computation; people report, send back and close."""

    permissions = {
        "list": "eligibility.view_alarms",
        "retrieve": "eligibility.view_alarms",
        "report": "eligibility.report_alarm",
        "close": "eligibility.close_alarm",
        "send_back": "eligibility.close_alarm",
    }
    queryset = Alarm.objects.for_list()
    filterset_class = AlarmFilter
    lookup_value_regex = KEY
    order = ("-raised_on", "-pk")

    def get_queryset(self):
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("events__actor")

    def get_serializer_class(self):
        return AlarmSerializer if self.action == "list" else AlarmDetailSerializer

    @extend_schema(summary="Report what was done", request=DoneSerializer, responses=AlarmDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def report(self, request, pk):
        return self._done(services.report(request.user, self.get_object(), **self.read_input(DoneSerializer)))

    @extend_schema(summary="Close an alarm", request=DoneSerializer, responses=AlarmDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def close(self, request, pk):
        return self._done(services.close(request.user, self.get_object(), **self.read_input(DoneSerializer)))

    @extend_schema(summary="Send a report back", request=SendBackSerializer, responses=AlarmDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None, url_path="send-back")
    def send_back(self, request, pk):
        return self._done(services.send_back(request.user, self.get_object(), **self.read_input(SendBackSerializer)))

    def _done(self, alarm: Alarm) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=alarm.pk)).data)
