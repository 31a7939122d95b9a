"""What the files hold that leave the lists of comparison."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from eligibility.comparison.models import ComparedList, Doubt
from eligibility.resources import PlacedResource
from fupin.exports import ListResource
from households.models import Household


class DoubtResource(ListResource):
    """Doubts: on whom, what the list says, and what was found."""

    township = Field("member__household__village__parent__name", column_name=_("Township"))
    village = Field("member__household__village__name", column_name=_("Village"))
    number = Field("member__household__number", column_name=_("Household number"))
    head = Field("member__household__head_name", column_name=_("Head of household"))
    member = Field("member__name", column_name=_("Member"))
    source = Field("get_source_display", column_name=_("Source"))
    direction = Field("get_direction_display", column_name=_("Direction"))
    fact_date = Field("fact_date", column_name=_("Date of the fact"))
    detail = Field("detail", column_name=_("Details"))
    amount = Field("amount", column_name=_("Amount (yuan)"))
    authority = Field("listing__authority", column_name=_("From whom"))
    list_date = Field("listing__list_date", column_name=_("List as of"))
    state = Field("get_state_display", column_name=_("State"))
    result = Field("get_result_display", column_name=_("Result"))
    raised_on = Field("raised_on", column_name=_("Found on"))
    due_on = Field("due_on", column_name=_("To be checked by"))
    checked_on = Field("checked_on", column_name=_("Checked on"))

    class Meta:
        model = Doubt
        fields = (
            "township", "village", "number", "head", "member", "source", "direction", "fact_date", "detail", "amount",
            "authority", "list_date", "state", "result", "raised_on", "due_on", "checked_on",
        )  # fmt: skip


class ComparedListResource(ListResource):
    """Lists that were compared, with what was counted."""

    source = Field("get_source_display", column_name=_("Source"))
    authority = Field("authority", column_name=_("From whom"))
    list_date = Field("list_date", column_name=_("List as of"))
    area = Field("division_name", column_name=_("Compared area"))
    state = Field("get_state_display", column_name=_("State"))
    rows = Field(column_name=_("Rows"))
    members = Field(column_name=_("Members hit"))
    new = Field(column_name=_("New doubts"))
    actor = Field("actor__name", column_name=_("Loaded by"))
    created_at = Field("created_at", column_name=_("Loaded"))

    class Meta:
        model = ComparedList
        fields = (
            "source", "authority", "list_date", "area", "state", "rows", "members", "new", "actor", "created_at",
        )  # fmt: skip

    def dehydrate_rows(self, listing: ComparedList):
        return listing.counts.get("rows")

    def dehydrate_members(self, listing: ComparedList):
        return listing.counts.get("members", 0)

    def dehydrate_new(self, listing: ComparedList):
        return listing.counts.get("new", 0) + listing.counts.get("missing", 0)


class UnauthorisedResource(PlacedResource):
    """Households whose authorisation is still to be collected."""

    number = Field("number", column_name=_("Household number"))
    head = Field("head_name", column_name=_("Head of household"))
    group = Field("group", column_name=_("Villagers' group"))
    status = Field("get_status_display", column_name=_("Status"))

    class Meta:
        model = Household
        fields = ("township", "village", "group", "number", "head", "status")
