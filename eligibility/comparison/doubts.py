"""What people do about a doubt: check it at home, confirm or send back; and what a confirmed one writes."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from eligibility.choices import DoubtDirection, DoubtState, DoubtStepKind
from eligibility.comparison.matching import due_on
from eligibility.comparison.models import ComparisonPaper, Doubt, DoubtStep
from eligibility.comparison.sources import MEANINGS
from fupin.conflicts import Conflict
from households.choices import AMOUNT_OF_FACT, Verification
from households.models import Fact, Household

RESULTS = (Verification.TRUE, Verification.FALSE, Verification.EXPLAINED)
# What the history of a household says of what a comparison wrote: it is nobody's edit.
HISTORY_REASON = "data comparison"
LONGEST_NOTE = Fact._meta.get_field("note").max_length


@transaction.atomic
def check(
    actor: User,
    doubt: Doubt,
    version: int,
    *,
    result: str,
    on: date,
    findings: str,
    found_date: date | None = None,
    papers: Sequence[ComparisonPaper] = (),
) -> Doubt:
    """Write down what a home check found: 属实, 不属实 or 已说明.

    Args:
        version: the version that the person saw.
        found_date: since when the fact is, as found; needed where the list does not say it and it is true.

    Raises:
        PermissionDenied: the role may not.
        Doubt.DoesNotExist: it is out of the actor's reach.
        Conflict: somebody has taken it further since; nothing was written.
        ValidationError: it does not wait for a check, or the record is not complete.
    """
    kept = _hold(actor, "eligibility.check_doubts", doubt, version, DoubtState.OPEN)
    found_date = found_date or kept.fact_date
    _check_record(kept, result, on, findings, found_date, papers)
    kept.state, kept.result = DoubtState.CHECKED, result
    kept.checked_on, kept.checked_by = on, actor
    kept.found_date = found_date if result == Verification.TRUE else None
    return _step(kept, DoubtStepKind.CHECKED, actor, on=on, result=result, text=findings.strip(), papers=papers)


def _check_record(doubt, result: str, on: date, findings: str, found_date: date | None, papers) -> None:
    today, errors = timezone.localdate(), {}
    if result not in RESULTS:
        errors["result"] = _("Say what was found.")
    if on > today:
        errors["on"] = _("The day cannot lie in the future.")
    elif on < doubt.raised_on:
        errors["on"] = _("The doubt was found on %(day)s; it cannot have been checked before.") % {
            "day": doubt.raised_on
        }
    if not findings.strip():
        errors["findings"] = _("Write down what was found, and how.")
    if result in (Verification.FALSE, Verification.EXPLAINED) and not papers:
        errors["papers"] = _("What clears a doubt needs evidence: a photograph or a document.")
    if result == Verification.TRUE and found_date is None:
        errors["found_date"] = _("Say since when: the list does not.")
    elif found_date is not None and found_date > today:
        errors["found_date"] = _("The day cannot lie in the future.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def close(actor: User, doubt: Doubt, version: int, *, remark: str = "") -> Doubt:
    """Confirm what the home check found. A true hit becomes a verified fact, or ends one.

    Raises:
        PermissionDenied: the role may not, or the person checked it themselves.
        Doubt.DoesNotExist, Conflict, ValidationError: as for `check`.
    """
    kept = _hold(actor, "eligibility.close_doubts", doubt, version, DoubtState.CHECKED)
    _refuse_own(kept, actor)
    if kept.result == Verification.TRUE:
        kept.fact = _write_fact(kept, actor)
    kept.state, kept.closed_at, kept.closed_by = DoubtState.CLOSED, timezone.now(), actor
    record(actor, AuditAction.CONFIRM, "doubt", str(kept.pk), source=kept.source, result=kept.result)
    return _step(kept, DoubtStepKind.CLOSED, actor, result=kept.result, text=remark.strip())


@transaction.atomic
def send_back(actor: User, doubt: Doubt, version: int, *, reason: str) -> Doubt:
    """Have a doubt checked again, with a new deadline.

    Raises:
        PermissionDenied, Doubt.DoesNotExist, Conflict, ValidationError: as for `close`.
    """
    kept = _hold(actor, "eligibility.close_doubts", doubt, version, DoubtState.CHECKED)
    _refuse_own(kept, actor)
    if not reason.strip():
        raise ValidationError({"reason": _("Give a reason.")})
    kept.state, kept.result, kept.due_on = DoubtState.OPEN, "", due_on(timezone.localdate())
    kept.found_date = kept.checked_on = kept.checked_by = None
    return _step(kept, DoubtStepKind.RETURNED, actor, text=reason.strip())


def may_close(doubt: Doubt, user: User) -> bool:
    """Whether this person may confirm it: of the township, and not who checked it."""
    return user.has_perm("eligibility.close_doubts") and doubt.checked_by_id != user.pk


def _refuse_own(doubt: Doubt, actor: User) -> None:
    if doubt.checked_by_id == actor.pk:
        raise PermissionDenied(_("You checked this doubt yourself; a colleague must confirm it."))


def _hold(actor: User, permission: str, doubt: Doubt, version: int, state: str) -> Doubt:
    if not actor.has_perm(permission):
        raise PermissionDenied
    rows = Doubt.objects.visible_to(actor).select_related("member__household", "listing")
    kept = rows.select_for_update(of=("self",)).get(pk=doubt.pk)
    if kept.version != version:
        raise Conflict(kept)
    if kept.state != state:
        raise ValidationError(
            _("This cannot be done now: the doubt stands at “%(state)s”.") % {"state": kept.get_state_display()}
        )
    return kept


def _step(doubt: Doubt, kind: str, actor: User, *, papers: Sequence[ComparisonPaper] = (), **values) -> Doubt:
    doubt.version += 1
    doubt.save()
    step = DoubtStep.objects.create(doubt=doubt, kind=kind, actor=actor, **values)
    step.papers.set(papers)
    return doubt


# --- Into the register ------------------------------------------------------------------------------------------------
def _write_fact(doubt: Doubt, actor: User) -> Fact | None:
    """What a true hit writes into the register; nothing where people must do it themselves."""
    kind = MEANINGS[doubt.source].fact_kind
    if not kind:
        return None
    household = Household.objects.select_for_update().get(pk=doubt.member.household_id)
    if doubt.direction == DoubtDirection.MISSING:
        fact = _end_benefit(household, kind, doubt, actor)
    else:
        fact = _verify(household, kind, doubt, actor)
    if fact is not None:
        household.version += 1
        household._history_user, household._change_reason = actor, HISTORY_REASON
        household.save()
    return fact


def _verify(household: Household, kind: str, doubt: Doubt, actor: User) -> Fact:
    fact = Fact.objects.filter(household=household, kind=kind, fact_date=doubt.found_date).first() or Fact(
        household=household, village_id=household.village_id, kind=kind, fact_date=doubt.found_date
    )
    fact.verification = Verification.TRUE
    if fact.amount is None and kind in AMOUNT_OF_FACT:
        fact.amount = doubt.amount
    return _save(fact, doubt, actor)


def _end_benefit(household: Household, kind: str, doubt: Doubt, actor: User) -> Fact | None:
    """End what the household no longer receives. Where only its attribute said so, there is no fact to end."""
    running = Fact.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=doubt.found_date),
        household=household,
        kind=kind,
        verification=Verification.TRUE,
        fact_date__lte=doubt.found_date,
    )
    ended = None
    for fact in running.order_by("fact_date"):
        fact.ended_on = doubt.found_date
        ended = _save(fact, doubt, actor)
    return ended


def _save(fact: Fact, doubt: Doubt, actor: User) -> Fact:
    with override("zh-hans"):
        said = _("Data comparison: %(source)s, list of %(day)s") % {
            "source": doubt.get_source_display(),
            "day": doubt.listing.list_date,
        }
    if said not in fact.note:
        fact.note = "；".join(filter(None, (fact.note, said)))[:LONGEST_NOTE]
    fact._history_user, fact._change_reason = actor, HISTORY_REASON
    fact.save()
    return fact
