"""Proposals of a recalculation become cases, or are dismissed with a reason. None is lost, none opens twice."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from casework.choices import CaseKind
from casework.models import Case
from casework.services.steps import open_case
from eligibility.assessment import assessment_of, explain
from eligibility.choices import Effect, ProposalKind, ProposalState
from eligibility.models import Proposal
from eligibility.rules import meeting
from households.choices import Verification
from households.models import Fact

MOST_AT_ONCE = 500
KIND_OF = {
    ProposalKind.IDENTIFY: CaseKind.IDENTIFICATION,
    ProposalKind.EXIT: CaseKind.EXIT,
    ProposalKind.SUSPECTED_ERROR: CaseKind.REMOVAL,
}


@dataclass(frozen=True)
class TakenUp:
    """What became of proposals: the cases that were opened, and which stay open, with why."""

    cases: list[Case]
    refused: list[tuple[Proposal, str]]


@transaction.atomic
def take_up(actor: User, keys: list[int]) -> TakenUp:
    """Open the case that each of these proposals asks for. One that cannot be opened now stays an open proposal.

    Raises:
        PermissionDenied: the actor may not settle proposals.
        ValidationError: none, or too many at once.
    """
    cases, refused = [], []
    for proposal in _hold(actor, keys):
        try:
            with transaction.atomic():
                cases.append(_open(actor, proposal))
        except ValidationError as refusal:
            refused.append((proposal, " ".join(refusal.messages)))
    return TakenUp(cases, refused)


@transaction.atomic
def dismiss(actor: User, keys: list[int], reason: str) -> int:
    """Close proposals without a case, with a reason. Returns how many.

    Raises:
        PermissionDenied: the actor may not settle proposals.
        ValidationError: none, too many at once, or no reason.
    """
    proposals = _hold(actor, keys)
    if not reason.strip():
        raise ValidationError({"reason": _("Give a reason.")})
    Proposal.objects.filter(pk__in=[proposal.pk for proposal in proposals]).update(
        state=ProposalState.DISMISSED, closed_at=timezone.now(), closed_by=actor, reason=reason.strip()
    )
    record(actor, AuditAction.CONFIRM, "proposal", purpose=reason.strip()[:200], dismissed=len(proposals))
    return len(proposals)


def _hold(actor: User, keys: list[int]) -> list[Proposal]:
    """These proposals, locked, as far as they are still open and in the actor's reach."""
    if not actor.has_perm("casework.settle_proposals"):
        raise PermissionDenied
    if not keys:
        raise ValidationError(_("Choose at least one proposal."))
    if len(keys) > MOST_AT_ONCE:
        raise ValidationError(_("At most %(most)d proposals at once.") % {"most": MOST_AT_ONCE})
    rows = Proposal.objects.visible_to(actor).open().filter(pk__in=keys).select_for_update(of=("self",))
    return list(rows.select_related("household", "determination__run__version__standard").order_by("pk"))


def _open(actor: User, proposal: Proposal) -> Case:
    case = open_case(
        actor,
        KIND_OF[proposal.kind],
        proposal.household,
        ground_of(proposal),
        fact=fact_of(proposal),
        proposal=proposal,
    )
    proposal.state, proposal.closed_at, proposal.closed_by = ProposalState.TAKEN_UP, timezone.now(), actor
    proposal.save(update_fields=["state", "closed_at", "closed_by"])
    return case


def ground_of(proposal: Proposal) -> str:
    """Why a proposal was made, in the sentence that explains its result."""
    with override(settings.LANGUAGE_CODE):
        return explain(proposal.determination)[: Case._meta.get_field("ground").max_length]


def fact_of(proposal: Proposal) -> Fact | None:
    """The earliest verified fact by which the result ruled the household out, on the right side of the registration."""
    codes = {reason.code for reason in assessment_of(proposal.determination).reasons if reason.effect == Effect.EXCLUDE}
    criteria = [row for row in proposal.determination.run.version.criteria.all() if row.code in codes]
    since = proposal.household.registered_on
    if since is None or not criteria:
        return None
    ruling_out = reduce(or_, map(meeting, criteria))
    facts = proposal.household.facts.filter(ruling_out, verification=Verification.TRUE)
    if proposal.kind == ProposalKind.SUSPECTED_ERROR:
        facts = facts.filter(fact_date__lte=since)
    elif proposal.kind == ProposalKind.EXIT:
        facts = facts.filter(fact_date__gt=since)
    return facts.order_by("fact_date", "pk").first()
