"""How villages and their incomes are written in the API."""

from rest_framework import serializers

from fupin.api import RecordSerializer, YuanField
from villages.choices import VillageStanding
from villages.models import Village, VillageIncome, VillageProfile


class VillageIncomeSerializer(RecordSerializer):
    """What a village earned in a year, in yuan."""

    total = YuanField(read_only=True)

    class Meta:
        model = VillageIncome
        fields = ["year", *VillageIncome.CATEGORIES, "total"]


class VillageProfileSerializer(RecordSerializer):
    """What is kept of a village beside its place among the divisions."""

    class Meta:
        model = VillageProfile
        fields = ["household_count", "population", "group_count", "labour_force", "cultivated_mu", "direction"]


class VillageSerializer(RecordSerializer):
    """A village in a list."""

    township = serializers.CharField(source="parent_id", help_text="Division code of the township.")
    township_name = serializers.CharField(source="parent.name")
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Village
        fields = ["code", "name", "township", "township_name", "standing", "valid_from", "valid_to"]

    def get_standing(self, village: Village) -> VillageStanding:
        profile = getattr(village, "profile", None)
        return profile.standing if profile else VillageStanding.ORDINARY


class VillageDetailSerializer(VillageSerializer):
    """A village with its profile and its incomes, the newest first."""

    profile = VillageProfileSerializer(allow_null=True, default=None)
    incomes = VillageIncomeSerializer(many=True)

    class Meta(VillageSerializer.Meta):
        fields = [*VillageSerializer.Meta.fields, "profile", "incomes"]
