"""What the desk's overview shows of the register, each part scoped to the person and counted cheaply."""

from dataclasses import dataclass

from django.db.models import Count, TextChoices
from django.utils.translation import gettext as _

from accounts.models import User
from casework import work
from casework.candidates import villages_to_confirm
from eligibility.choices import Outcome, ProposalKind, ProposalState, Subject
from eligibility.models import Proposal, Recalculation
from fupin.listing import capped_count
from fupin.models import Job, JobState
from households.choices import HouseholdStatus
from households.models import Household

JOBS_SHOWN = 5


@dataclass(frozen=True)
class Tally:
    """How many rows carry a word; `is_capped` says that there are more."""

    word: TextChoices
    count: int
    is_capped: bool


@dataclass(frozen=True)
class LastRun:
    """The latest recalculation that covers the person's division.

    `counts` pairs results with how many households have them, and is empty for a run over more than the person may see.
    """

    run: Recalculation
    counts: list[tuple[str, int]]


def of(user: User) -> dict:
    """The parts of the overview that the person's role may see."""
    parts = {
        "jobs": Job.objects.visible_to(user).filter(actor=user).unfinished()[:JOBS_SHOWN],
        "ended_jobs": Job.objects.unseen_by(user).order_by("-finished_at")[:JOBS_SHOWN],
        "households": households_by_status(user),
    }
    if user.has_perm("eligibility.view"):
        parts |= {"proposals": open_proposals_by_kind(user), "last_run": last_recalculation(user)}
    if user.has_perm("casework.view"):
        parts |= {"villages_to_confirm": villages_to_confirm(user).count(), "work": work.of(user)}
    return parts


def households_by_status(user: User) -> list[Tally]:
    """Households in reach by status, each counted from the index on status and village, no further than the cap."""
    rows = Household.objects.visible_to(user)
    return [Tally(status, *capped_count(rows.filter(status=status))) for status in HouseholdStatus]


def open_proposals_by_kind(user: User) -> list[Tally]:
    """Open proposals in reach by kind: what recalculations left for people to look at. They are few: one query."""
    rows = Proposal.objects.visible_to(user).filter(state=ProposalState.OPEN)
    counts = dict(rows.order_by().values_list("kind").annotate(Count("pk")))
    return [Tally(kind, counts.get(kind, 0), is_capped=False) for kind in ProposalKind]


def last_recalculation(user: User) -> LastRun | None:
    """The latest finished recalculation of households over the person's own division, or over one that contains it."""
    covering = [user.jurisdiction[:length] for length in (6, 9, 12) if len(user.jurisdiction) >= length]
    run = (
        Recalculation.objects.filter(
            division_code__in=covering,
            is_simulation=False,
            job__state=JobState.DONE,
            version__standard__subject=Subject.HOUSEHOLD,
        )
        .select_related("job", "version__standard")
        .order_by("-job__finished_at")
        .first()
    )
    if run is None:
        return None
    return LastRun(run, _counts(run) if run.division_code == user.jurisdiction else [])


def _counts(run: Recalculation) -> list[tuple[str, int]]:
    names = {outcome.value: outcome.label for outcome in Outcome} | {
        "newly_eligible": _("Newly eligible"),
        "no_longer_eligible": _("No longer eligible"),
    }
    return [(label, run.counts[key]) for key, label in names.items() if key in run.counts]
