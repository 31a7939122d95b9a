"""Accounts of results in the API: of households and villages, today, in a run, and judged twice. Nothing is written."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from eligibility.explanation import as_json, households, villages
from eligibility.explanation.comparison import compare
from eligibility.explanation.serializers import (
    AssessmentQuerySerializer,
    ComparisonQuerySerializer,
    ComparisonSerializer,
    ExplanationSerializer,
    StoredExplanationSerializer,
    StoredVillageExplanationSerializer,
    VillageAssessmentQuerySerializer,
    VillageExplanationSerializer,
)
from eligibility.models import Recalculation
from fupin.api import ScopedViewSet
from households.models import Household
from villages.models import Village


class AccountViewSet(ScopedViewSet):
    """What the accounts share: how a query is read."""

    def asked(self, serializer_class):
        """The query, read.

        Raises:
            ValidationError: it cannot be.
        """
        asked = serializer_class(data=self.request.query_params, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        return asked


class HouseholdAssessmentViewSet(AccountViewSet):
    """What a standard says of a household as it is kept now, why, and what would change it."""

    permissions = {"retrieve": "eligibility.explain", "comparison": "eligibility.explain"}
    queryset = Household.objects.all()
    serializer_class = ExplanationSerializer
    lookup_field = "number"

    @extend_schema(summary="Assess a household", parameters=[AssessmentQuerySerializer])
    def retrieve(self, request, number):
        household = self.get_object()
        basis = self.asked(AssessmentQuerySerializer).basis()
        return Response(as_json.household_json(households.explain_today(household, basis.version, basis.terms)))

    @extend_schema(
        summary="Assess a household twice", parameters=[ComparisonQuerySerializer], responses=ComparisonSerializer
    )
    def comparison(self, request, number):
        household = self.get_object()
        asked = self.asked(ComparisonQuerySerializer)
        return Response(as_json.comparison_json(compare(household, asked.basis(), asked.basis("with_"))))


class VillageAssessmentViewSet(AccountViewSet):
    """What a standard says of a village as it is kept now, and what would change it."""

    permissions = {"retrieve": "eligibility.view"}
    queryset = Village.objects.all()
    serializer_class = VillageExplanationSerializer
    lookup_field = "code"

    @extend_schema(summary="Assess a village", parameters=[VillageAssessmentQuerySerializer])
    def retrieve(self, request, code):
        village = self.get_object()
        basis = self.asked(VillageAssessmentQuerySerializer).basis()
        return Response(as_json.village_json(villages.explain_today(village, basis.version, basis.terms)))


class HouseholdInRunViewSet(ScopedViewSet):
    """What a run found of a household, and what the data of today would give."""

    permissions = {"retrieve": "eligibility.explain"}
    queryset = Household.objects.all()
    serializer_class = StoredExplanationSerializer
    lookup_field = "number"

    @extend_schema(summary="What a recalculation found of a household, and why")
    def retrieve(self, request, pk, number):
        household = self.get_object()
        run = get_object_or_404(Recalculation.objects.explained_to(request.user), pk=pk)
        explained = households.explain_run(household, run)
        if explained is None:
            raise Http404
        return Response(as_json.household_json(explained))


class VillageInRunViewSet(ScopedViewSet):
    """What a run found of a village, and what the data of today would give."""

    permissions = {"retrieve": "eligibility.view"}
    queryset = Village.objects.all()
    serializer_class = StoredVillageExplanationSerializer
    lookup_field = "code"

    @extend_schema(summary="What a recalculation found of a village, and why")
    def retrieve(self, request, pk, code):
        village = self.get_object()
        run = get_object_or_404(Recalculation.objects.explained_to(request.user), pk=pk)
        explained = villages.explain_run(village, run)
        if explained is None:
            raise Http404
        return Response(as_json.village_json(explained))
