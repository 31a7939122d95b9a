"""What the files hold that leave the lists of eligibility."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from import_export.fields import Field

from eligibility.choices import Outcome, Subject
from eligibility.models import (
    Determination,
    Proposal,
    Recalculation,
    SimulatedDetermination,
    Simulation,
    VillageDetermination,
)
from fupin.exports import ListResource

# The names of the counts in a run of households, and in one of villages.
COUNTS = {
    "positive": ("eligible", "weak"),
    "newly": ("newly_eligible", "newly_weak"),
    "no_longer": ("no_longer_eligible", "no_longer_weak"),
    "without_data": ("insufficient_data", "insufficient_data"),
}


def counted(name: str, run: Recalculation) -> int | None:
    """A count of a run by the name that it has for either subject."""
    of_households, of_villages = COUNTS[name]
    return run.counts.get(of_villages if run.version.standard.subject == Subject.VILLAGE else of_households)


class PlacedResource(ListResource):
    """Rows with township and village by name."""

    township = Field("village__parent__name", column_name=_("Township"))
    village = Field("village__name", column_name=_("Village"))


NUMBERS = ("headcount", "net_income", "deductions", "per_head", "line")


class ResultResource(PlacedResource):
    """Households with a result and the numbers that it was made from."""

    number = Field("household__number", column_name=_("Household number"))
    head = Field("household__head_name", column_name=_("Head of household"))
    outcome = Field("get_outcome_display", column_name=_("Result"))
    headcount = Field("headcount", column_name=_("Persons counted"))
    net_income = Field("net_income", column_name=_("Net income (yuan)"))
    deductions = Field("deductions", column_name=_("Deductions (yuan)"))
    per_head = Field("per_head", column_name=_("Per head (yuan)"))
    line = Field("line", column_name=_("Line (yuan)"))


class DeterminationResource(ResultResource):
    """Households with the result that counts today, by standard."""

    standard = Field("standard__title", column_name=_("Standard"))

    class Meta:
        model = Determination
        fields = ("standard", "township", "village", "number", "head", "outcome", *NUMBERS)

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("household", "village__parent", "standard")


class ChangeResource(ResultResource):
    """Households whose result changed in a run."""

    before = Field("get_previous_outcome_display", column_name=_("Result before"))

    class Meta:
        model = Determination
        fields = ("township", "village", "number", "head", "before", "outcome", *NUMBERS)


class SimulatedChangeResource(ChangeResource):
    """Households whose result would change."""

    class Meta(ChangeResource.Meta):
        model = SimulatedDetermination


class SimulatedResource(ChangeResource):
    """Households as a simulation judges them, with the line from which on each is eligible."""

    status = Field("household__get_status_display", column_name=_("Household status"))
    boundary = Field("boundary", column_name=_("Eligible from a line of (yuan)"))

    class Meta(ChangeResource.Meta):
        model = SimulatedDetermination
        fields = ("township", "village", "number", "head", "status", "before", "outcome", *NUMBERS, "boundary")


class DifferenceResource(ResultResource):
    """Households whose result differs between two simulations, with both."""

    other = Field(column_name=_("Result there"))

    class Meta:
        model = SimulatedDetermination
        fields = ("township", "village", "number", "head", "outcome", "other", *NUMBERS)

    def dehydrate_other(self, row: SimulatedDetermination) -> str:
        return Outcome(row.other_outcome).label


class SimulationResource(ListResource):
    """Simulations: of what, and how many come and go."""

    name = Field("name", column_name=pgettext_lazy("simulation", "Name"))
    note = Field("note", column_name=_("Note"))
    started = Field("run__job__created_at", column_name=_("Started"))
    actor = Field("run__job__actor__name", column_name=_("Started by"))
    standard = Field("run__version__standard__title", column_name=_("Standard"))
    version = Field("run__version__number", column_name=_("Version number"))
    division = Field("place", column_name=_("Division"))
    line = Field("run__line", column_name=_("Line (yuan)"))
    eligible = Field(column_name=_("Below the line or included"))
    newly = Field(column_name=pgettext_lazy("results", "New"))
    no_longer = Field(column_name=pgettext_lazy("results", "No longer"))
    expires_at = Field("expires_at", column_name=_("Thrown away on"))

    class Meta:
        model = Simulation
        fields = (
            "name",
            "note",
            "started",
            "actor",
            "standard",
            "version",
            "division",
            "line",
            "eligible",
            "newly",
            "no_longer",
            "expires_at",
        )

    def dehydrate_eligible(self, simulation: Simulation) -> int | None:
        return counted("positive", simulation.run)

    def dehydrate_newly(self, simulation: Simulation) -> int | None:
        return counted("newly", simulation.run)

    def dehydrate_no_longer(self, simulation: Simulation) -> int | None:
        return counted("no_longer", simulation.run)


class ProposalResource(ListResource):
    """Proposals with the household and the numbers that they rest on."""

    kind = Field("get_kind_display", column_name=_("Kind"))
    state = Field("get_state_display", column_name=pgettext_lazy("proposal", "State"))
    township = Field("household__village__parent__name", column_name=_("Township"))
    village = Field("household__village__name", column_name=_("Village"))
    number = Field("household__number", column_name=_("Household number"))
    head = Field("household__head_name", column_name=_("Head of household"))
    status = Field("household__get_status_display", column_name=_("Household status"))
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

    standard = Field("standard__title", column_name=_("Standard"))
    outcome = Field("get_outcome_display", column_name=_("Result"))
    before = Field("get_previous_outcome_display", column_name=_("Result before"))
    total = Field("total", column_name=_("Counted income (yuan)"))
    line = Field("line", column_name=_("Line (yuan)"))

    class Meta:
        model = VillageDetermination
        fields = ("standard", "township", "village", "outcome", "before", "total", "line")


class RunResource(ListResource):
    """Recalculations: of what, how far, and how many of each result."""

    started = Field("job__created_at", column_name=_("Started"))
    standard = Field("version__standard__title", column_name=_("Standard"))
    version = Field("version__number", column_name=_("Version number"))
    division = Field("place", column_name=_("Division"))
    line = Field("line", column_name=_("Line (yuan)"))
    state = Field("job__get_state_display", column_name=_("State"))
    positive = Field(column_name=_("Below the line or included"))
    newly = Field(column_name=pgettext_lazy("results", "New"))
    no_longer = Field(column_name=pgettext_lazy("results", "No longer"))
    without_data = Field(column_name=_("Insufficient data"))
    actor = Field("job__actor__name", column_name=_("Started by"))

    class Meta:
        model = Recalculation
        fields = (
            "started",
            "standard",
            "version",
            "division",
            "line",
            "state",
            "positive",
            "newly",
            "no_longer",
            "without_data",
            "actor",
        )

    def dehydrate_positive(self, run: Recalculation):
        return counted("positive", run)

    def dehydrate_newly(self, run: Recalculation):
        return counted("newly", run)

    def dehydrate_no_longer(self, run: Recalculation):
        return counted("no_longer", run)

    def dehydrate_without_data(self, run: Recalculation):
        return counted("without_data", run)
