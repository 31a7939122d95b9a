"""Villages in the API."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view

from fupin.api import ReadOnlyScopedViewSet
from villages.choices import VillageStanding
from villages.models import Village
from villages.serializers import VillageDetailSerializer, VillageSerializer


class VillageFilter(filters.FilterSet):
    """Which villages are listed."""

    township = filters.CharFilter("code", "startswith", label="Code of a township, or its beginning.")
    standing = filters.ChoiceFilter("profile__standing", choices=VillageStanding)

    class Meta:
        model = Village
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(summary="Villages, by code"), retrieve=extend_schema(summary="A village with its incomes")
)
class VillageViewSet(ReadOnlyScopedViewSet):
    """Villages within one's reach."""

    permissions = {"list": "villages.view", "retrieve": "villages.view"}
    queryset = Village.objects.select_related("parent", "profile")
    serializer_class = VillageSerializer
    filterset_class = VillageFilter
    lookup_field = "code"
    lookup_value_regex = r"\d{12}"
    order = ("code",)

    def get_queryset(self):
        rows = super().get_queryset()
        return rows.prefetch_related("incomes") if self.action == "retrieve" else rows

    def get_serializer_class(self):
        return VillageDetailSerializer if self.action == "retrieve" else VillageSerializer
