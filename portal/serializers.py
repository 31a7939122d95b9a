"""How the public lookup is written in the API."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from casework.models import PublicRecord
from fupin.api import RecordSerializer
from portal.forms import HOUSEHOLD_NUMBER, VILLAGE_CODE


class LookupSerializer(serializers.Serializer):
    """Whom one asks for: the exact name of the head with the village's code, or with the household's number."""

    village = serializers.CharField(required=False, validators=[VILLAGE_CODE], help_text=_("Division code."))
    number = serializers.CharField(required=False, max_length=24, validators=[HOUSEHOLD_NUMBER])
    name = serializers.CharField(max_length=60)

    def validate(self, asked: dict) -> dict:
        if ("village" in asked) == ("number" in asked):
            raise serializers.ValidationError(_("Give either the village or the household number."))
        return asked


class PublicRecordSerializer(RecordSerializer):
    """What the public may see of a registered household."""

    village = serializers.CharField(source="village_code")

    class Meta:
        model = PublicRecord
        fields = [
            "number",
            "village",
            "village_name",
            "township_name",
            "group",
            "masked_name",
            "size",
            "status",
            "year",
        ]


class LookupAnswerSerializer(PublicRecordSerializer):
    """A household's public record, and those of heads of the same name in the same village."""

    namesakes = PublicRecordSerializer(many=True)

    class Meta(PublicRecordSerializer.Meta):
        fields = [*PublicRecordSerializer.Meta.fields, "namesakes"]
