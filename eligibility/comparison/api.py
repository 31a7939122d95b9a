"""Doubts of the data comparison in the API."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from eligibility.comparison import doubts
from eligibility.comparison.models import ComparisonPaper, Doubt
from eligibility.comparison.serializers import (
    AnswerSerializer,
    ClosingSerializer,
    DoubtSerializer,
    ReturnSerializer,
    SeenSerializer,
)
from fupin.api import ReadOnlyScopedViewSet
from fupin.conflicts import Conflict
from fupin.papers import keep
from fupin.problems import InConflict, Invalid


class DoubtFilter(filters.FilterSet):
    """Which doubts are listed."""

    household = filters.CharFilter("member__household__number", label="Household number.")
    village = filters.CharFilter("member__village_id", label="Division code of the village.")

    class Meta:
        model = Doubt
        fields = ["source", "state", "result", "direction"]


@extend_schema_view(list=extend_schema(summary="Doubts, the newest first"), retrieve=extend_schema(summary="A doubt"))
class DoubtViewSet(ReadOnlyScopedViewSet):
    """Doubts (疑点): hits of the data comparison that wait for a home check, or have had it."""

    permissions = {
        "list": "eligibility.view_doubts",
        "retrieve": "eligibility.view_doubts",
        "answer": "eligibility.check_doubts",
        "close": "eligibility.close_doubts",
        "send_back": "eligibility.close_doubts",
    }
    problems = dict.fromkeys(("answer", "close", "send_back"), (409,))
    queryset = Doubt.objects.with_places()
    serializer_class = DoubtSerializer
    filterset_class = DoubtFilter
    lookup_value_regex = r"\d{1,18}"
    order = ("-pk",)

    @extend_schema(summary="Answer a doubt by a home check", request=AnswerSerializer, responses=DoubtSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def answer(self, request, pk):
        return self._done(doubts.check, AnswerSerializer)

    @extend_schema(
        summary="Close a doubt: confirm what the home check found", request=ClosingSerializer, responses=DoubtSerializer
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def close(self, request, pk):
        return self._done(doubts.close, ClosingSerializer)

    @extend_schema(summary="Have a doubt checked again", request=ReturnSerializer, responses=DoubtSerializer)
    @action(detail=True, methods=["post"], filterset_class=None, url_path="send-back", url_name="send-back")
    def send_back(self, request, pk):
        return self._done(doubts.send_back, ReturnSerializer)

    def _done(self, service: Callable, serializer: type[SeenSerializer]) -> Response:
        """Take the doubt further by a service, which is given what was sent, and of each paper what was kept."""
        doubt, user = self.get_object(), self.request.user
        sent = self.read_input(serializer)
        try:
            if "papers" in sent:
                sent["papers"] = [keep(ComparisonPaper, paper["file"], user) for paper in sent["papers"]]
            service(user, doubt, sent.pop("version"), **sent)
        except Conflict as conflict:
            raise InConflict(self._again(doubt)) from conflict
        except ValidationError as refusal:
            raise Invalid(_faults(refusal)) from refusal
        return Response(self._again(doubt))

    def _again(self, doubt: Doubt) -> dict:
        """The doubt as it is kept now."""
        return self.get_serializer(self.get_queryset().get(pk=doubt.pk)).data


def _faults(refusal: ValidationError) -> list[tuple[str, str, str]]:
    if not hasattr(refusal, "error_dict"):
        return [("", message, "") for message in refusal.messages]
    return [(name, message, "") for name, messages in refusal.message_dict.items() for message in messages]
