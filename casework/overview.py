"""What the desk's overview shows of the register, each part scoped to the person and counted cheaply."""

from dataclasses import dataclass

from accounts.models import User
from eligibility.choices import ProposalKind, ProposalState
from eligibility.models import Proposal, Recalculation
from fupin.listing import COUNT_CAP, capped_count
from fupin.models import Job, JobState
from households.choices import HouseholdStatus
from households.models import Household

JOBS_SHOWN = 5


@dataclass(frozen=True)
class Tally:
    """How many rows carry a word; `is_capped` says that there are more."""

    word: object
    count: int
    is_capped: bool


def of(user: User) -> dict:
    """The parts of the overview that the person's role may see."""
    parts = {
        "jobs": Job.objects.visible_to(user).unfinished()[:JOBS_SHOWN],
        "household_tallies": households_by_status(user),
        "household_total": capped_count(Household.objects.visible_to(user)),
        "cap": COUNT_CAP,
    }
    if user.has_perm("eligibility.view"):
        parts |= {"proposal_tallies": open_proposals_by_kind(user), "last_run": last_recalculation(user)}
    return parts


def households_by_status(user: User) -> list[Tally]:
    """Households in reach by status, each counted from the index on status and village, no further than the cap."""
    rows = Household.objects.visible_to(user)
    return [Tally(status, *capped_count(rows.filter(status=status))) for status in HouseholdStatus]


def open_proposals_by_kind(user: User) -> list[Tally]:
    """Open proposals in reach by kind: what recalculations left for people to look at."""
    rows = Proposal.objects.visible_to(user).filter(state=ProposalState.OPEN)
    return [Tally(kind, *capped_count(rows.filter(kind=kind))) for kind in ProposalKind]


def last_recalculation(user: User) -> Recalculation | None:
    """The latest finished recalculation that counted, of the person's own division or of one that contains it."""
    holding = [user.jurisdiction[:length] for length in (6, 9, 12) if len(user.jurisdiction) >= length]
    return (
        Recalculation.objects.filter(division_code__in=holding, is_simulation=False, job__state=JobState.DONE)
        .select_related("job", "version__standard")
        .order_by("-job__finished_at")
        .first()
    )
