"""How accounts of results are asked for and written in the API: what stands behind the shape of design §5."""

from datetime import date

from django.core.exceptions import ValidationError as Refused
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from eligibility import choices as c
from eligibility.explanation.basis import Basis, version_named, versions_for
from eligibility.explanation.distance import DecidedBy
from eligibility.serializers import ITEMS, AssessmentSerializer
from fupin.api import YuanField
from households.choices import Verification

# The longest name of a version: a code of 40 characters, @ and its number.
LONGEST_NAME = 46
DECIDED_BY = [(what.value, what.value) for what in DecidedBy]


# --- What is asked for ------------------------------------------------------------------------------------------
class _BasisFields(serializers.Serializer):
    """Reads a basis, and the one to set beside it where there is one, among what the person may see."""

    subject = c.Subject.HOUSEHOLD

    def basis(self, prefix: str = "") -> Basis:
        """What was asked for with this prefix; without a standard of its own, that of the other one.

        Raises:
            ValidationError: there is no such standard or version.
        """
        asked = self.validated_data
        name = asked.get(f"{prefix}standard") or asked["standard"]
        try:
            version = version_named(name, self.subject, versions_for(self.context["request"].user, self.subject))
        except Refused as refused:
            raise serializers.ValidationError({f"{prefix}standard": refused.messages}) from refused
        return Basis.of(version, asked.get(f"{prefix}date"), asked.get(f"{prefix}year"))


def _standard(**options) -> serializers.CharField:
    text = _("Code of a standard in force, or CODE@NUMBER of one of its versions.")
    return serializers.CharField(max_length=LONGEST_NAME, help_text=text, **options)


class PlausibleDateField(serializers.DateField):
    """A date of the years in which there are standards."""

    default_error_messages = {"year": _("Enter a date between %(first)s and %(last)s.")}

    def to_internal_value(self, value) -> date:
        day = super().to_internal_value(value)
        if not c.FIRST_YEAR <= day.year <= c.LAST_YEAR:
            message = self.error_messages["year"] % {"first": c.FIRST_YEAR, "last": c.LAST_YEAR}
            raise serializers.ValidationError(message, code="year")
        return day


def _date() -> PlausibleDateField:
    return PlausibleDateField(required=False, help_text=_("Another reference date than the standard's."))


def _year() -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False,
        min_value=c.FIRST_YEAR,
        max_value=c.LAST_YEAR,
        help_text=_("Another income year; without it, it moves with the date."),
    )


class AssessmentQuerySerializer(_BasisFields):
    """By what a household is to be assessed."""

    standard = _standard()
    date = _date()
    year = _year()


class ComparisonQuerySerializer(AssessmentQuerySerializer):
    """By what a household is to be assessed twice; the second standard is the first's unless it is named."""

    with_standard = _standard(required=False)
    with_date = _date()
    with_year = _year()


class VillageAssessmentQuerySerializer(_BasisFields):
    """By what a village is to be assessed."""

    subject = c.Subject.VILLAGE

    standard = _standard()
    year = _year()


# --- What is answered -------------------------------------------------------------------------------------------
class HandlingSerializer(serializers.Serializer):
    """Who did it, and when."""

    who = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class CriterionRefSerializer(serializers.Serializer):
    """A criterion, named by what it is about."""

    code = serializers.CharField(help_text=_("Kind of fact, or cost."))
    effect = serializers.ChoiceField(c.Effect.choices)


class DistanceSerializer(serializers.Serializer):
    """What would change the result; amounts in yuan."""

    decided_by = serializers.ChoiceField(DECIDED_BY)
    counted_income = YuanField(allow_null=True, help_text=_("Net income less deductions."))
    limit = YuanField(allow_null=True, help_text=_("The line times the persons counted."))
    gap = YuanField(allow_null=True, help_text=_("Counted income less the limit: negative below the line."))
    gap_per_head = YuanField(allow_null=True, help_text=_("The gap a head, rounded half up."))
    change = YuanField(
        allow_null=True, help_text=_("The smallest change of counted income that moves the household across the line.")
    )
    across = serializers.ChoiceField(c.Outcome.choices, allow_null=True, help_text=_("The result by income then."))
    must_go = CriterionRefSerializer(many=True, help_text=_("The criteria that decide now."))
    without = serializers.ChoiceField(c.Outcome.choices, help_text=_("The result if none of them held."))
    text = serializers.ListField(child=serializers.CharField())


class PersonSerializer(serializers.Serializer):
    """A member, and whether and why they count."""

    name = serializers.CharField()
    born_on = serializers.DateField()
    joined_on = serializers.DateField(allow_null=True)
    left_on = serializers.DateField(allow_null=True)
    counts = serializers.BooleanField()
    text = serializers.CharField()


class ItemSerializer(serializers.Serializer):
    """An income item, and whether the standard counts it."""

    code = serializers.ChoiceField(ITEMS)
    amount = YuanField()
    counts = serializers.BooleanField()


class IncomeStatementSerializer(serializers.Serializer):
    """The income statement of the year, line by line."""

    year = serializers.IntegerField()
    items = ItemSerializer(many=True)
    counted = YuanField(help_text=_("The counted items, before production expenses."))
    production_expense = YuanField()
    entered = HandlingSerializer(allow_null=True)


class FactRecordSerializer(serializers.Serializer):
    """A fact that a criterion looks at."""

    fact_date = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    verification = serializers.ChoiceField(Verification.choices)
    amount = YuanField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    counts = serializers.BooleanField()
    text = serializers.CharField()
    recorded = HandlingSerializer(allow_null=True)
    verified = HandlingSerializer(allow_null=True)


class DeductionSerializer(serializers.Serializer):
    """How a cost comes to what is deducted."""

    paid = YuanField()
    floor = YuanField()
    cap = YuanField(allow_null=True)
    deducted = YuanField()


@extend_schema_serializer(component_name="CriterionFinding")
class FindingSerializer(CriterionRefSerializer):
    """A criterion of the version: whether it hit, and the records that it looked at."""

    threshold = YuanField(allow_null=True, help_text=_("Yuan; only a fact of a greater amount counts."))
    hit = serializers.BooleanField()
    text = serializers.CharField()
    facts = FactRecordSerializer(many=True)
    deduction = DeductionSerializer(allow_null=True)


class SentencedAssessmentSerializer(AssessmentSerializer):
    """A result with its sentence."""

    sentence = serializers.CharField()


class ExplanationSerializer(SentencedAssessmentSerializer):
    """What a standard says of a household, why, and what would change it."""

    version = serializers.IntegerField()
    income_year = serializers.IntegerField()
    distance = DistanceSerializer()
    members = PersonSerializer(many=True)
    income = IncomeStatementSerializer(allow_null=True)
    criteria = FindingSerializer(many=True)


class StoredExplanationSerializer(ExplanationSerializer):
    """What a run found of a household; members, income and criteria as they are recorded today."""

    run = serializers.UUIDField()
    today = SentencedAssessmentSerializer(help_text=_("What the data of today give."))
    changed_since = serializers.BooleanField(help_text=_("Whether the data of today give other numbers."))


class SideSerializer(ExplanationSerializer):
    """One side of a comparison."""

    is_trial = serializers.BooleanField(help_text=_("A draft, or not the standard's own date and year."))


class ComparisonSerializer(serializers.Serializer):
    """A household judged twice."""

    household = serializers.CharField(help_text=_("Household number."))
    outcome_differs = serializers.BooleanField()
    differing = serializers.ListField(child=serializers.CharField(), help_text=_("What both sides differ in."))
    left = SideSerializer()
    right = SideSerializer()


class VillageDistanceSerializer(serializers.Serializer):
    """How far a village is from the line; amounts in yuan."""

    gap = YuanField(allow_null=True, help_text=_("Counted income less the line: negative below it."))
    change = YuanField(
        allow_null=True, help_text=_("The smallest change of income that moves the village across the line.")
    )
    across = serializers.ChoiceField(c.VillageOutcome.choices, allow_null=True)
    text = serializers.ListField(child=serializers.CharField())


class VillageResultSerializer(serializers.Serializer):
    """What a standard says of a village."""

    standard = serializers.CharField()
    version = serializers.IntegerField()
    income_year = serializers.IntegerField()
    outcome = serializers.ChoiceField(c.VillageOutcome.choices)
    total = YuanField(allow_null=True, help_text=_("Null without an income statement of the year."))
    line = YuanField()
    sentence = serializers.CharField()
    distance = VillageDistanceSerializer()


class VillageExplanationSerializer(VillageResultSerializer):
    """What a standard says of a village, and why."""

    village = serializers.CharField(help_text=_("Division code."))
    income = ItemSerializer(many=True, allow_null=True)


class StoredVillageExplanationSerializer(VillageExplanationSerializer):
    """What a run found of a village; its income as it is recorded today."""

    run = serializers.UUIDField()
    today = VillageResultSerializer(help_text=_("What the data of today give."))
    changed_since = serializers.BooleanField(help_text=_("Whether the data of today give other numbers."))
