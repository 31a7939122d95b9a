"""How households are written in the API: shown with personal data masked, entered as what the rules check."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fupin.api import EntrySerializer, RecordSerializer, YuanField
from fupin.masking import mask_account, mask_phone
from fupin.problems import Invalid
from households import choices as c
from households.entries import FACT_FIELDS, HOUSEHOLD_FIELDS, LIVING_FIELDS, MEMBER_FIELDS
from households.models import Fact, Finding, Household, IncomeYear, LivingConditions, Member
from households.rules import FactEntry, HouseholdEntry, IncomeEntry, MemberEntry
from households.services import Answers


class HouseholdSerializer(RecordSerializer):
    """A household in a list."""

    village = serializers.CharField(source="village_id", help_text="Division code.")
    village_name = serializers.CharField(source="village.name")
    township_name = serializers.CharField(source="village.parent.name")

    class Meta:
        model = Household
        fields = [
            "number",
            "village",
            "village_name",
            "township_name",
            "group",
            "head_name",
            "attribute",
            "main_cause",
            "status",
            "registered_on",
            "touched_at",
        ]


class MemberSerializer(RecordSerializer):
    """A member; the ID number shows its first and last character."""

    id_number = serializers.CharField(source="masked_id_number")
    health = serializers.ListField(child=serializers.ChoiceField(c.Health.choices))
    phone = serializers.SerializerMethodField()

    class Meta:
        model = Member
        fields = ["id", *MEMBER_FIELDS]

    def get_phone(self, member: Member) -> str:
        return mask_phone(member.phone)


class IncomeYearSerializer(RecordSerializer):
    """What a household earned and spent on production in a year, in yuan."""

    transfers = YuanField()
    gross = YuanField()
    net = YuanField(help_text="All income less production expenses; a standard may count fewer items.")

    class Meta:
        model = IncomeYear
        fields = ["year", *IncomeYear.AMOUNTS, "transfers", "gross", "net"]


class FactSerializer(RecordSerializer):
    """A dated fact; only one that is verified as true reaches an assessment."""

    class Meta:
        model = Fact
        fields = ["id", *FACT_FIELDS]


class LivingConditionsSerializer(RecordSerializer):
    """How a household lives; land in mu, area in square metres."""

    class Meta:
        model = LivingConditions
        fields = LIVING_FIELDS


class HouseholdDetailSerializer(HouseholdSerializer):
    """A household with everything that is kept of it; telephone, bank account and ID numbers are masked."""

    phone = serializers.SerializerMethodField()
    bank_account = serializers.SerializerMethodField()
    other_causes = serializers.ListField(child=serializers.ChoiceField(c.Cause.choices))
    members = MemberSerializer(many=True)
    incomes = IncomeYearSerializer(many=True, help_text="The newest year first.")
    facts = FactSerializer(many=True)
    living = LivingConditionsSerializer(allow_null=True, default=None)

    class Meta(HouseholdSerializer.Meta):
        fields = [
            *HouseholdSerializer.Meta.fields,
            "address",
            "phone",
            "bank_name",
            "bank_account",
            "other_causes",
            "note",
            "registration_document",
            "version",
            "created_at",
            "members",
            "incomes",
            "facts",
            "living",
        ]

    def get_phone(self, household: Household) -> str:
        return mask_phone(household.phone)

    def get_bank_account(self, household: Household) -> str:
        return mask_account(household.bank_account)


# --- What is entered --------------------------------------------------------------------------------------------
KEPT_BY_ID = "Names one that is kept: what is left out of it stays. Without it the entry is new."


class MemberEntrySerializer(EntrySerializer):
    """A member as entered."""

    id = serializers.IntegerField(min_value=1, help_text=KEPT_BY_ID)
    id_number = serializers.CharField(max_length=18)
    health = serializers.ListField(child=serializers.ChoiceField(c.Health.choices), max_length=len(c.Health))

    class Meta:
        model = Member
        fields = ["id", *MEMBER_FIELDS]


class IncomeEntrySerializer(EntrySerializer):
    """A year's amounts as entered, in yuan; of a year that is kept, an amount that is left out stays."""

    year = serializers.IntegerField(min_value=1)

    class Meta:
        model = IncomeYear
        fields = ["year", *IncomeYear.AMOUNTS]

    def get_fields(self) -> dict:
        fields = super().get_fields()
        fields["year"].required = True
        return fields


class FactEntrySerializer(EntrySerializer):
    """A dated fact as entered."""

    id = serializers.IntegerField(min_value=1, help_text=KEPT_BY_ID)

    class Meta:
        model = Fact
        fields = ["id", *FACT_FIELDS]


class LivingEntrySerializer(EntrySerializer):
    """Living conditions as entered."""

    class Meta:
        model = LivingConditions
        fields = LIVING_FIELDS


class ExplanationSerializer(serializers.Serializer):
    """Why a doubt is right all the same: which rule, and where in what is sent."""

    rule = serializers.CharField(max_length=10, help_text='For example "M-210".')
    path = serializers.CharField(max_length=60, help_text='For example "members.1.schooling".')
    text = serializers.CharField(max_length=300)


class HouseholdEntrySerializer(EntrySerializer):
    """A household as entered. In a change, what is left out stays; `members`, `incomes` and `facts` are whole lists."""

    village = serializers.CharField(max_length=12, help_text="Division code.")
    bank_account = serializers.CharField(max_length=30, allow_blank=True)
    other_causes = serializers.ListField(child=serializers.ChoiceField(c.Cause.choices), max_length=len(c.Cause))
    members = MemberEntrySerializer(many=True)
    incomes = IncomeEntrySerializer(many=True)
    facts = FactEntrySerializer(many=True)
    living = LivingEntrySerializer()
    explanations = ExplanationSerializer(
        many=True, help_text="Why doubts are right all the same; a new doubt is refused without."
    )
    reason = serializers.CharField(
        max_length=300, help_text="Why the income of a submitted household moves across the line."
    )

    class Meta:
        model = Household
        fields = ["village", *HOUSEHOLD_FIELDS, "members", "incomes", "facts", "living", "explanations", "reason"]

    @property
    def answers(self) -> Answers:
        """What was said to what the rules ask."""
        told = self.validated_data.get("explanations", [])
        return Answers({(one["rule"], one["path"]): one["text"] for one in told}, self.validated_data.get("reason", ""))

    def to_entry(self, kept: HouseholdEntry | None = None) -> HouseholdEntry:
        """What was sent as an entry: a new household, or what is kept of one with the changes laid over it.

        Raises:
            Invalid: a member or fact is named that the household does not have.
        """
        kept = kept or HouseholdEntry()
        values = {name: value for name, value in self.validated_data.items() if name not in ("explanations", "reason")}
        if "members" in values:
            values["members"] = _over("members", MemberEntry, kept.members, values["members"])
        if "facts" in values:
            values["facts"] = _over("facts", FactEntry, kept.facts, values["facts"])
        if "incomes" in values:
            years = {income.year: income for income in kept.incomes}
            values["incomes"] = [_income(years.get(row["year"]), row) for row in values["incomes"]]
        if "living" in values:
            values["living"] = (kept.living or {}) | values["living"]
        return replace(kept, **values)


class HouseholdChangeSerializer(HouseholdEntrySerializer):
    """A change to a household, made from the version that one has read."""

    version = serializers.IntegerField(min_value=1, help_text="Or the header If-Match.")

    class Meta(HouseholdEntrySerializer.Meta):
        fields = [*HouseholdEntrySerializer.Meta.fields, "version"]


def _over(name: str, kind: type, kept: list, rows: list[dict]) -> list:
    """Entries of the kind, those with an id laid over the kept ones."""
    by_id = {entry.pk: entry for entry in kept}
    entries = []
    for index, row in enumerate(rows):
        values = dict(row)
        pk = values.pop("id", None)
        if pk is not None and pk not in by_id:
            raise Invalid([(f"{name}.{index}.id", _("The household has none with this id."), "")])
        entries.append(replace(by_id.get(pk) or kind(), **values))
    return entries


def _income(kept: IncomeEntry | None, row: dict) -> IncomeEntry:
    amounts = {name: amount for name, amount in row.items() if name != "year"}
    if kept is None:
        return IncomeEntry(year=row["year"], amounts=amounts)
    return replace(kept, amounts=kept.amounts | amounts)


# --- What the rules find ----------------------------------------------------------------------------------------
class FindingSerializer(RecordSerializer):
    """A logic rule that a household breaks. `field` is where: "phone", or "members.17.schooling" of member 17."""

    message = serializers.CharField(source="known.says")
    field = serializers.CharField(source="place")
    state = serializers.SerializerMethodField()
    explanation = serializers.CharField(source="explanation.text", default=None, allow_null=True)
    explained_by = serializers.CharField(source="explanation.given_by.name", default=None, allow_null=True)
    explained_at = serializers.DateTimeField(source="explanation.given_at", default=None, allow_null=True)

    class Meta:
        model = Finding
        fields = [
            "id",
            "rule",
            "severity",
            "message",
            "field",
            "state",
            "explanation",
            "explained_by",
            "explained_at",
            "found_on",
        ]

    @extend_schema_field({"type": "string", "enum": ["open", "explained", "shown"]})
    def get_state(self, finding: Finding) -> str:
        if finding.explanation_id:
            return "explained"
        return "open" if finding.is_open else "shown"
