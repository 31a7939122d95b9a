"""What the files hold that leave the lists of eligibility."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from import_export.fields import Field

from eligibility.choices import Subject
from eligibility.models import Determination, Proposal, Recalculation, SimulatedDetermination, VillageDetermination
from fupin.exports import ListResource


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

    # The names of the counts in a run of households, and in one of villages.
    COUNTS = {
        "positive": ("eligible", "weak"),
        "newly": ("newly_eligible", "newly_weak"),
        "no_longer": ("no_longer_eligible", "no_longer_weak"),
        "without_data": ("insufficient_data", "insufficient_data"),
    }

    started = Field("job__created_at", column_name=_("Started"))
    standard = Field("version__standard__title", column_name=_("Standard"))
    version = Field("version__number", column_name=_("Version number"))
    division = Field("division_name", column_name=_("Division"))
    is_simulation = Field("is_simulation", column_name=_("Simulation"))
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
            "is_simulation",
            "line",
            "state",
            "positive",
            "newly",
            "no_longer",
            "without_data",
            "actor",
        )

    def dehydrate_positive(self, run: Recalculation):
        return self._counted("positive", run)

    def dehydrate_newly(self, run: Recalculation):
        return self._counted("newly", run)

    def dehydrate_no_longer(self, run: Recalculation):
        return self._counted("no_longer", run)

    def dehydrate_without_data(self, run: Recalculation):
        return self._counted("without_data", run)

    def _counted(self, name: str, run: Recalculation) -> int | None:
        of_households, of_villages = self.COUNTS[name]
        return run.counts.get(of_villages if run.version.standard.subject == Subject.VILLAGE else of_households)
