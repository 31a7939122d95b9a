"""The API's routes: one router, in which every floor's viewsets are entered, and the schema that describes them."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from assistance.api import DeliveryViewSet, GrantViewSet, MeasureViewSet, PairingViewSet, VisitViewSet
from casework.api import CaseViewSet, NoticeViewSet, ObjectionViewSet
from eligibility.api import RecalculationViewSet, SimulationViewSet, StandardViewSet
from eligibility.comparison.api import DoubtViewSet
from eligibility.explanation.api import (
    HouseholdAssessmentViewSet,
    HouseholdInRunViewSet,
    VillageAssessmentViewSet,
    VillageInRunViewSet,
)
from eligibility.monitoring.api import AlarmViewSet
from households.api import HouseholdViewSet
from portal.api import PublicLookup
from villages.api import VillageViewSet

router = SimpleRouter()
router.register("households", HouseholdViewSet, "household")
router.register("villages", VillageViewSet, "village")
router.register("standards", StandardViewSet, "standard")
router.register("recalculations", RecalculationViewSet, "recalculation")
router.register("alarms", AlarmViewSet, "alarm")
router.register("doubts", DoubtViewSet, "doubt")
router.register("simulations", SimulationViewSet, "simulation")
router.register("cases", CaseViewSet, "case")
router.register("notices", NoticeViewSet, "notice")
router.register("objections", ObjectionViewSet, "objection")
router.register("pairings", PairingViewSet, "pairing")
router.register("measures", MeasureViewSet, "measure")
router.register("grants", GrantViewSet, "grant")
router.register("deliveries", DeliveryViewSet, "delivery")
router.register("visits", VisitViewSet, "visit")

app_name = "api"
urlpatterns = [
    path(
        "v1/households/<str:number>/assessment/",
        HouseholdAssessmentViewSet.as_view({"get": "retrieve"}),
        name="household-assessment",
    ),
    path(
        "v1/households/<str:number>/assessment/comparison/",
        HouseholdAssessmentViewSet.as_view({"get": "comparison"}),
        name="household-comparison",
    ),
    path(
        "v1/villages/<str:code>/assessment/",
        VillageAssessmentViewSet.as_view({"get": "retrieve"}),
        name="village-assessment",
    ),
    path(
        "v1/recalculations/<uuid:pk>/households/<str:number>/",
        HouseholdInRunViewSet.as_view({"get": "retrieve"}),
        name="recalculation-household",
    ),
    path(
        "v1/recalculations/<uuid:pk>/villages/<str:code>/",
        VillageInRunViewSet.as_view({"get": "retrieve"}),
        name="recalculation-village",
    ),
    path("v1/public/lookup/", PublicLookup.as_view(), name="public-lookup"),
    path("v1/", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html"),
        name="docs",
    ),
]
