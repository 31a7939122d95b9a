"""What the pages of a household and a village say of their results, and what the entry comes to while it is typed."""

from django.core.exceptions import ValidationError

from eligibility import villages
from eligibility.assessment import Assessment, assess, assess_entry, assessment_of, explain
from eligibility.choices import Subject
from eligibility.comparison.standing import standing_of
from eligibility.models import Determination, Proposal, VillageDetermination
from eligibility.standards import version_in_force
from fupin.panels import register_panel
from households import preview
from households.models import Household
from households.rules import HouseholdEntry
from villages.models import Village


def register() -> None:
    """Show results on the pages below, when the application starts."""
    register_panel("household", 10, "eligibility/household_panel.html", of_household)
    register_panel("household", 7, "comparison/household_panel.html", comparison_of)
    register_panel("village", 10, "eligibility/village_panel.html", of_village)
    preview.register("eligibility/preview.html", of_entry, income_year)


def of_household(household: Household, user) -> dict | None:
    """What the standard in force says today, why, what the last recalculation found, and why where that differs.

    Where no standard is in force any more, its version by which the last result was found speaks for it.
    """
    if not user.has_perm("eligibility.view"):
        return None
    version = version_in_force()
    determined = Determination.objects.filter(household=household).current()
    if version is not None:
        determined = determined.filter(standard=version.standard)
    determined = determined.select_related("household", "run__job", "run__version__standard").order_by("-pk").first()
    if version is None and determined is None:
        return None
    told = _told(assess(household, version or determined.run.version))
    kept = assessment_of(determined) if determined else None
    return told | {
        "determined": determined,
        "differing": explain(kept) if kept and explain(kept) != told["why"] else "",
        "proposal": Proposal.objects.open().filter(household=household).first(),
    }


def comparison_of(household: Household, user) -> dict | None:
    """The household's authorisation and its doubts."""
    if not user.has_perm("eligibility.view_doubts"):
        return None
    return {"household": household, "standing": standing_of(household)}


def of_village(village: Village, user) -> dict | None:
    """The current results of a village, each with why."""
    if not user.has_perm("eligibility.view"):
        return None
    rows = (
        VillageDetermination.objects.current()
        .filter(village=village)
        .select_related("run__version__standard", "run__job")
    )
    return {"village": village, "results": [(row, villages.explain(row)) for row in rows]}


def of_entry(entry: HouseholdEntry) -> dict | None:
    """What the standard in force says of an unfinished entry; None while an amount cannot be read."""
    version = version_in_force()
    try:
        return _told(assess_entry(entry, version)) if version else None
    except ValidationError:
        return None


def income_year() -> int | None:
    """The income year of the standard in force for households."""
    version = version_in_force(subject=Subject.HOUSEHOLD)
    return version.income_year if version else None


def _told(assessment: Assessment) -> dict:
    return {"assessment": assessment, "version": assessment.version, "why": explain(assessment)}
