"""What the files hold that leave the register."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from fupin.exports import ListResource
from fupin.masking import mask_account, mask_id_number, mask_phone
from households.checks.registry import rule_known
from households.choices import Relationship
from households.models import Finding, Household, ImportBatch, LineCrossing, Member


def _current_members() -> QuerySet:
    return Member.objects.current().filter(household=OuterRef("pk")).order_by()


def _id_number_of_head() -> Subquery:
    return Subquery(_current_members().filter(relationship=Relationship.HEAD).values("id_number")[:1])


def _headcount() -> Coalesce:
    return Coalesce(Subquery(_current_members().values("household").annotate(n=Count("pk")).values("n")), 0)


class HouseholdResource(ListResource):
    """Households as the list shows them, and how to reach them. ID, account and telephone numbers are masked."""

    number = Field("number", column_name=_("Household number"))
    township = Field("village__parent__name", column_name=_("Township"))
    village = Field("village__name", column_name=_("Village"))
    group = Field("group", column_name=_("Villagers' group"))
    head = Field("head_name", column_name=_("Head of household"))
    id_number = Field(column_name=_("Head's ID number"))
    headcount = Field("headcount", column_name=_("Persons"))
    phone = Field(column_name=_("Telephone"))
    address = Field("address", column_name=_("Address"))
    bank = Field("bank_name", column_name=_("Bank"))
    account = Field(column_name=_("Bank account"))
    status = Field("get_status_display", column_name=_("Status"))
    registered_on = Field("registered_on", column_name=_("Registered on"))
    document = Field("registration_document", column_name=_("Registration document"))
    attribute = Field("get_attribute_display", column_name=_("Household attribute"))
    main_cause = Field("get_main_cause_display", column_name=_("Main cause of poverty"))
    other_causes = Field("other_cause_labels", column_name=_("Other causes of poverty"))
    touched_at = Field("touched_at", column_name=_("Last change"))

    class Meta:
        model = Household
        fields = (
            "number",
            "township",
            "village",
            "group",
            "head",
            "id_number",
            "headcount",
            "phone",
            "address",
            "bank",
            "account",
            "status",
            "registered_on",
            "document",
            "attribute",
            "main_cause",
            "other_causes",
            "touched_at",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.with_places().annotate(id_number_of_head=_id_number_of_head(), headcount=_headcount())

    def dehydrate_id_number(self, household: Household) -> str:
        return mask_id_number(household.id_number_of_head or "")

    def dehydrate_phone(self, household: Household) -> str:
        return mask_phone(household.phone)

    def dehydrate_account(self, household: Household) -> str:
        return mask_account(household.bank_account)


class PersonResource(ListResource):
    """Members of households with their ID numbers in full: only for who may, for a purpose that is written down."""

    number = Field("household__number", column_name=_("Household number"))
    township = Field("household__village__parent__name", column_name=_("Township"))
    village = Field("household__village__name", column_name=_("Village"))
    group = Field("household__group", column_name=_("Villagers' group"))
    head = Field("household__head_name", column_name=_("Head of household"))
    status = Field("household__get_status_display", column_name=_("Household status"))
    name = Field("name", column_name=_("Name"))
    relationship = Field("get_relationship_display", column_name=_("Relation to head"))
    sex = Field("get_sex_display", column_name=_("Sex"))
    born_on = Field("born_on", column_name=_("Date of birth"))
    id_number = Field("id_number", column_name=_("ID number"))

    class Meta:
        model = Member
        fields = (
            "number",
            "township",
            "village",
            "group",
            "head",
            "status",
            "name",
            "relationship",
            "sex",
            "born_on",
            "id_number",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("household__village__parent")


class ImportResource(ListResource):
    """Imports: which file, who, when, and what came of it. What the files hold is not in it."""

    file_name = Field("file_name", column_name=_("File"))
    actor = Field("actor__name", column_name=_("Imported by"))
    state = Field("get_state_display", column_name=_("State"))
    errors = Field("error_count", column_name=_("Errors"))
    warnings = Field("warning_count", column_name=_("Hints"))
    created_at = Field("created_at", column_name=_("Uploaded"))
    applied_at = Field("applied_at", column_name=_("Applied at"))

    class Meta:
        model = ImportBatch
        fields = ("file_name", "actor", "state", "errors", "warnings", "created_at", "applied_at")


class FindingResource(ListResource):
    """What the logic rules find, and how it is explained; the values that it is about are not in it."""

    rule = Field("rule", column_name=_("Rule"))
    severity = Field("get_severity_display", column_name=_("Severity"))
    message = Field(column_name=_("Problem found"))
    township = Field("village__parent__name", column_name=_("Township"))
    village = Field("village__name", column_name=_("Village"))
    number = Field("household__number", column_name=_("Household number"))
    head = Field("household__head_name", column_name=_("Head of household"))
    field = Field("field_label", column_name=_("Field in the form"))
    explanation = Field("explanation__text", column_name=_("Explanation"))
    explained_by = Field("explanation__given_by__name", column_name=_("Explained by"))
    explained_at = Field("explanation__given_at", column_name=_("Explained at"))
    found_on = Field("found_on", column_name=_("Found on"))

    class Meta:
        model = Finding
        fields = (
            "rule",
            "severity",
            "message",
            "township",
            "village",
            "number",
            "head",
            "field",
            "explanation",
            "explained_by",
            "explained_at",
            "found_on",
        )

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._messages: dict[str, str] = {}

    def filter_export(self, queryset, **kwargs):
        return queryset.for_list()

    def dehydrate_message(self, finding: Finding) -> str:
        if finding.rule not in self._messages:
            self._messages[finding.rule] = rule_known(finding.rule).says
        return self._messages[finding.rule]


class LineCrossingResource(ListResource):
    """Changes across the line after submission, why, and who has seen them."""

    number = Field("household__number", column_name=_("Household number"))
    head = Field("household__head_name", column_name=_("Head of household"))
    township = Field("village__parent__name", column_name=_("Township"))
    village = Field("village__name", column_name=_("Village"))
    standard = Field("standard", column_name=_("Standard"))
    line = Field("line", column_name=_("Line"))
    before = Field("per_head_before", column_name=_("A head before"))
    after = Field("per_head_after", column_name=_("A head after"))
    reason = Field("reason", column_name=_("Reason"))
    changed_by = Field("changed_by__name", column_name=_("Changed by"))
    changed_at = Field("changed_at", column_name=_("Changed at"))
    seen_by = Field("seen_by__name", column_name=_("Seen by"))
    seen_at = Field("seen_at", column_name=_("Seen at"))

    class Meta:
        model = LineCrossing
        fields = (
            "number",
            "head",
            "township",
            "village",
            "standard",
            "line",
            "before",
            "after",
            "reason",
            "changed_by",
            "changed_at",
            "seen_by",
            "seen_at",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.for_list()
