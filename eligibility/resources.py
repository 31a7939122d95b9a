"""What the files hold that leave the lists of eligibility."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from eligibility.models import Determination, Proposal, SimulatedDetermination, VillageDetermination
from fupin.exports import ListResource


class PlacedResource(ListResource):
    """Rows with township and village by name."""

    township = Field("village__parent__name", column_name=_("Township"))
    village = Field("village__name", column_name=_("Village"))


NUMBERS = ("headcount", "net_income", "deductions", "per_head", "line")


class DeterminationResource(PlacedResource):
    """Households with their result and the numbers that it was made from."""

    number = Field("household__number", column_name=_("Household number"))
    head = Field("household__head_name", column_name=_("Head of household"))
    outcome = Field("get_outcome_display", column_name=_("Result"))
    headcount = Field("headcount", column_name=_("Persons counted"))
    net_income = Field("net_income", column_name=_("Net income (yuan)"))
    deductions = Field("deductions", column_name=_("Deductions (yuan)"))
    per_head = Field("per_head", column_name=_("Per head (yuan)"))
    line = Field("line", column_name=_("Line (yuan)"))

    class Meta:
        model = Determination
        fields = ("township", "village", "number", "head", "outcome", *NUMBERS)


class ChangeResource(DeterminationResource):
    """Households whose result changed."""

    before = Field("get_previous_outcome_display", column_name=_("Result before"))

    class Meta:
        model = Determination
        fields = ("township", "village", "number", "head", "before", "outcome", *NUMBERS)


class SimulatedChangeResource(ChangeResource):
    """Households whose result would change."""

    class Meta(ChangeResource.Meta):
        model = SimulatedDetermination


class ProposalResource(ListResource):
    """Proposals with the household and the numbers that they rest on."""

    kind = Field("get_kind_display", column_name=_("Kind"))
    state = Field("get_state_display", column_name=_("State"))
    township = Field("household__village__parent__name", column_name=_("Township"))
    village = Field("household__village__name", column_name=_("Village"))
    number = Field("household__number", column_name=_("Household number"))
    head = Field("household__head_name", column_name=_("Head of household"))
    status = Field("household__get_status_display", column_name=_("Status"))
    outcome = Field("determination__get_outcome_display", column_name=_("Result"))
    per_head = Field("determination__per_head", column_name=_("Per head (yuan)"))
    line = Field("determination__line", column_name=_("Line (yuan)"))
    made_at = Field("made_at", column_name=_("Proposed"))

    class Meta:
        model = Proposal
        fields = (
            "kind",
            "state",
            "township",
            "village",
            "number",
            "head",
            "status",
            "outcome",
            "per_head",
            "line",
            "made_at",
        )


class VillageDeterminationResource(PlacedResource):
    """Villages with their result under a standard."""

    outcome = Field("get_outcome_display", column_name=_("Result"))
    before = Field("get_previous_outcome_display", column_name=_("Result before"))
    total = Field("total", column_name=_("Counted income (yuan)"))
    line = Field("line", column_name=_("Line (yuan)"))

    class Meta:
        model = VillageDetermination
        fields = ("township", "village", "outcome", "before", "total", "line")
