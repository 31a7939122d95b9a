"""How helpers and help are written in the API."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from assistance.models import Cadre, Delivery, Grant, Measure, Pairing, Visit
from fupin.api import InputSerializer, RecordSerializer, VisibleKeyField, VisibleSlugField
from households.models import Household, Member


def number_of_household(source: str = "household.number") -> serializers.CharField:
    return serializers.CharField(source=source, help_text=_("Household number."))


class MeasureSerializer(RecordSerializer):
    """A measure of the catalogue."""

    class Meta:
        model = Measure
        fields = ["code", "name", "pillar", "target", "form", "unit_label", "legal_basis", "description", "is_active"]


class PairingSerializer(RecordSerializer):
    """A cadre paired with a household; `ended_on` is the first day on which it no longer holds."""

    household = number_of_household()
    village = serializers.CharField(source="household.village_id")
    cadre = serializers.CharField(source="cadre.code")
    cadre_name = serializers.CharField(source="cadre.name")
    unit = serializers.CharField(source="cadre.unit.code")
    unit_name = serializers.CharField(source="cadre.unit.name")

    class Meta:
        model = Pairing
        fields = [
            "id",
            "household",
            "village",
            "cadre",
            "cadre_name",
            "unit",
            "unit_name",
            "is_main",
            "started_on",
            "ended_on",
            "end_reason",
        ]


class GrantSerializer(RecordSerializer):
    """A measure given to a household or one of its members."""

    household = number_of_household()
    member = serializers.IntegerField(source="member_id", allow_null=True, help_text=_("Id of the member."))
    measure = serializers.CharField(source="measure.code")

    class Meta:
        model = Grant
        fields = ["id", "household", "member", "measure", "state", "started_on", "ended_on", "note"]


class DeliverySerializer(RecordSerializer):
    """What arrived of a measure. It counts unless `corrected_by` names a later entry, or it is a withdrawal itself."""

    grant = serializers.IntegerField(source="grant_id")
    household = number_of_household("grant.household.number")
    measure = serializers.CharField(source="grant.measure.code")
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True)
    corrected_by = serializers.IntegerField(source="corrected_by.pk", allow_null=True, default=None)

    class Meta:
        model = Delivery
        fields = [
            "id",
            "grant",
            "household",
            "measure",
            "delivered_on",
            "form",
            "amount",
            "quantity",
            "what",
            "payer",
            "evidence",
            "corrects",
            "corrected_by",
            "is_withdrawal",
            "reason",
            "logged_at",
        ]


class VisitSerializer(RecordSerializer):
    """What a cadre found. It counts unless `corrected_by` names a later entry."""

    household = number_of_household()
    cadre = serializers.CharField(source="cadre.code")
    cadre_name = serializers.CharField(source="cadre.name")
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True)
    corrected_by = serializers.IntegerField(source="corrected_by.pk", allow_null=True, default=None)

    class Meta:
        model = Visit
        fields = [
            "id",
            "key",
            "household",
            "cadre",
            "cadre_name",
            "visited_on",
            "kind",
            "situation",
            "needs",
            "corrects",
            "corrected_by",
            "reason",
            "logged_at",
        ]


# --- What is entered --------------------------------------------------------------------------------------------
class PairingEntrySerializer(InputSerializer):
    """A pairing to begin."""

    household = VisibleSlugField(slug_field="number", queryset=Household.objects.all())
    cadre = VisibleSlugField(slug_field="code", queryset=Cadre.objects.select_related("unit"))

    class Meta:
        model = Pairing
        fields = ["household", "cadre", "started_on", "is_main"]


class PairingEndSerializer(serializers.Serializer):
    """The end of a pairing."""

    ended_on = serializers.DateField(help_text=_("First day on which the pairing no longer holds."))
    reason = serializers.CharField(max_length=200)


class GrantEntrySerializer(InputSerializer):
    """A measure to give."""

    household = VisibleSlugField(slug_field="number", queryset=Household.objects.all())
    measure = VisibleSlugField(slug_field="code", queryset=Measure.objects.all())
    member = VisibleKeyField(
        queryset=Member.objects.all(), required=False, allow_null=True, help_text=_("For measures for one person.")
    )

    class Meta:
        model = Grant
        fields = ["household", "measure", "member", "started_on", "note"]


class DeliveryEntrySerializer(InputSerializer):
    """A delivery to log."""

    key = serializers.UUIDField(required=False, help_text=_("Of your making: sent twice, logged once."))
    grant = VisibleKeyField(queryset=Grant.objects.all())

    class Meta:
        model = Delivery
        fields = ["key", "grant", "delivered_on", "form", "amount", "quantity", "what", "payer", "evidence"]


class DeliveryCorrectionSerializer(DeliveryEntrySerializer):
    """The right version of a delivery, and what was wrong."""

    grant = None
    reason = serializers.CharField(max_length=200)

    class Meta(DeliveryEntrySerializer.Meta):
        fields = [*(name for name in DeliveryEntrySerializer.Meta.fields if name != "grant"), "reason"]


class DeliveryWithdrawalSerializer(serializers.Serializer):
    """Why a delivery that was logged never happened."""

    reason = serializers.CharField(max_length=200)


class VisitEntrySerializer(InputSerializer):
    """A visit to log."""

    key = serializers.UUIDField(help_text=_("Of your making: sent twice, logged once."))
    household = serializers.CharField(max_length=24, help_text=_("Household number."))

    class Meta:
        model = Visit
        fields = ["key", "household", "visited_on", "kind", "situation", "needs"]
        extra_kwargs = {"kind": {"required": True}}
