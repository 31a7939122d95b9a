"""How doubts are written in the API, and what it takes."""

from base64 import b64decode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from eligibility.comparison.doubts import RESULTS
from eligibility.comparison.forms import LONGEST_TEXT
from eligibility.comparison.models import Doubt
from fupin.api import RecordSerializer
from fupin.papers import MOST_PAPERS

ANSWERS = [(one.value, one.label) for one in RESULTS]


class DoubtSerializer(RecordSerializer):
    """A doubt: on whom, by which list, what it says, and what was found."""

    household = serializers.CharField(source="member.household.number")
    village = serializers.CharField(source="member.household.village_id")
    member = serializers.CharField(source="member.name", help_text=_("Name."))
    authority = serializers.CharField(source="listing.authority")
    list_date = serializers.DateField(source="listing.list_date")

    class Meta:
        model = Doubt
        fields = [
            "id",
            "household",
            "village",
            "member",
            "source",
            "direction",
            "fact_date",
            "detail",
            "amount",
            "name_differs",
            "authority",
            "list_date",
            "state",
            "result",
            "raised_on",
            "due_on",
            "checked_on",
            "found_date",
            "version",
        ]


class EvidenceSerializer(serializers.Serializer):
    """A paper of a home check: a photograph (JPG, PNG) or a PDF."""

    name = serializers.CharField(max_length=120)
    content = serializers.CharField(help_text=_("The file in base64."), trim_whitespace=False)

    def validate(self, values: dict) -> dict:
        try:
            content = b64decode(values["content"], validate=True)
        except ValueError as error:
            raise serializers.ValidationError({"content": _("This is not base64.")}) from error
        return values | {"file": SimpleUploadedFile(values["name"], content)}


class SeenSerializer(serializers.Serializer):
    """What is done about a doubt, as it was read."""

    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text=_("As it was read; a newer one is answered 409.")
    )


@extend_schema_serializer(component_name="DoubtClosing")
class ClosingSerializer(SeenSerializer):
    """The confirmation of what a home check found."""

    remark = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)


@extend_schema_serializer(component_name="DoubtReturn")
class ReturnSerializer(SeenSerializer):
    """Why a doubt is to be checked again."""

    reason = serializers.CharField(max_length=LONGEST_TEXT)


@extend_schema_serializer(component_name="DoubtAnswer")
class AnswerSerializer(SeenSerializer):
    """What a home check found."""

    result = serializers.ChoiceField(ANSWERS)
    on = serializers.DateField(help_text=_("Day of the check."))
    found_date = serializers.DateField(
        required=False, allow_null=True, help_text=_("Since when it is true, or until when it was.")
    )
    findings = serializers.CharField(max_length=LONGEST_TEXT)
    papers = EvidenceSerializer(many=True, required=False, max_length=MOST_PAPERS)
