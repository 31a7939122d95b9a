"""How a case is opened, and how it gets from one stage to the next: each in one transaction, each one event."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from casework.choices import CLOSED_STAGES, CaseKind, CaseStage
from casework.forms import RECORDS
from casework.models import Case, CaseEvent, Paper
from casework.papers import attach
from casework.rules import Dossier, check_follow_up, check_opening, check_person, check_record, dossier_of
from casework.services.changes import change_of, check_change
from casework.services.effects import EFFECTS, months_after
from casework.services.notices import draw_out, post
from casework.stages import DAYS_OF_STAGE, NOTICE_OF_STAGE, PROCEDURES, Step, step_of
from eligibility.models import Proposal
from fupin.conflicts import Conflict
from households.models import Fact, Household

MOST_CASES_AT_ONCE = 500


class AlreadyOpen(ValidationError):
    """The household is in another case that is not finished."""


@transaction.atomic
def open_case(
    actor: User,
    kind: str,
    household: Household,
    ground: str,
    *,
    fact: Fact | None = None,
    proposal: Proposal | None = None,
    change: str = "",
    papers: Sequence[Paper] = (),
) -> Case:
    """Open a case of a kind for a household, at the first stage of its procedure.

    Args:
        fact: a verified fact of the household that a removal or an exit rests on.
        change: a member change as JSON, for a case of that kind.

    Raises:
        PermissionDenied: the actor may not open cases.
        Household.DoesNotExist: the household is out of the actor's reach.
        AlreadyOpen: the household is in another case.
        ValidationError: the household's status is not one of the procedure's, or ground and fact do not fit.
    """
    if not actor.has_perm("casework.open"):
        raise PermissionDenied
    household = Household.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=household.pk)
    procedure = PROCEDURES[kind]
    if household.status not in procedure.statuses:
        raise ValidationError(
            _("A household with the status “%(status)s” cannot have a case of this kind: %(kind)s.")
            % {"status": household.get_status_display(), "kind": procedure.kind.label}
        )
    check_opening(kind, household, fact, ground)
    if kind == CaseKind.FOLLOW_UP:
        check_follow_up(household, timezone.localdate())
    case = Case(
        kind=kind,
        stage=procedure.first,
        village_id=household.village_id,
        household=household,
        ground=ground.strip(),
        fact=fact,
        proposal=proposal,
        change=change,
        opened_by=actor,
        due_on=due_on(procedure.first),
    )
    if kind == CaseKind.MEMBER_CHANGE:
        check_change(change_of(case), household, actor)
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        other = household.cases.unfinished().first()
        if other is None:
            raise
        message = _("The household is in another case that is not finished: %(kind)s, case %(number)d.")
        raise AlreadyOpen(message % {"kind": other.get_kind_display(), "number": other.pk}) from error
    event = CaseEvent.objects.create(case=case, step="open", to_stage=case.stage, actor=actor, reason=case.ground)
    attach(papers, [event])
    return case


@transaction.atomic
def take_step(
    actor: User | None,
    code: str,
    cases: dict[int, int],
    values: dict,
    papers: Sequence[Paper] = (),
) -> list[Case]:
    """Take one step in a case, or the same step in a whole list of cases: all of them, or none.

    Args:
        actor: None for the clock, which only closes publicities.
        code: the step's code in the cases' procedure.
        cases: the version that the person saw, by the key of the case.
        values: what the step's record holds (`casework.forms.RECORDS`), already typed.

    Raises:
        PermissionDenied: the role may not, or the person had a duty that bars them.
        Case.DoesNotExist: a case is out of the actor's reach.
        Conflict: somebody has moved a case since; nothing was written.
        ValidationError: the case does not stand where this step begins, or the record is not right for it; what is
            wrong with one of many names the household.
    """
    kept = _hold(actor, cases)
    steps = [_step(case, code) for case in kept]
    step = steps[0]
    if any(other != step for other in steps):
        raise ValidationError(_("Cases of different kinds cannot take this step together."))
    dossiers = [dossier_of(case) for case in kept]
    records = {case.pk: _completed(step, values, case) for case in kept}
    for dossier in dossiers:
        _check(step, dossier, actor, records[dossier.case.pk], is_one_of_many=len(kept) > 1)
    if not step.awaits_clock:
        draw_out([case for case in kept if case.stage in NOTICE_OF_STAGE])
    if step.posts:
        _post(step, kept, values, actor)
    events = [_event(step, case, records[case.pk], actor) for case in kept]
    attach(papers, events)
    for case in kept:
        _move(case, step, records[case.pk])
    Case.objects.bulk_update(kept, MOVED_FIELDS)
    if step.effect:
        EFFECTS[step.effect](kept, actor)
        record(actor, AuditAction.CONFIRM, "case", kept[0].kind, step=code, cases=[case.pk for case in kept])
    return kept


MOVED_FIELDS = (
    "stage",
    "stage_since",
    "due_on",
    "returned_reason",
    "version",
    "notice",
    "document",
    "decided_on",
    "supported_until",
)


def _hold(actor: User | None, cases: dict[int, int]) -> list[Case]:
    """The cases, locked, each as the person saw it."""
    if not cases:
        raise ValidationError(_("Choose at least one household."))
    if len(cases) > MOST_CASES_AT_ONCE:
        raise ValidationError(_("At most %(most)d cases at once.") % {"most": MOST_CASES_AT_ONCE})
    rows = Case.objects.all() if actor is None else Case.objects.visible_to(actor)
    kept = list(
        rows.filter(pk__in=cases)
        .select_for_update(of=("self",))
        .select_related("household", "notice", "village", "determination__run__version")
        .prefetch_related("events")
        .order_by("pk")
    )
    if len(kept) != len(cases):
        raise Case.DoesNotExist
    for case in kept:
        if case.version != cases[case.pk]:
            raise Conflict(case)
    return kept


def _step(case: Case, code: str) -> Step:
    step = step_of(case.kind, code)
    if step is None or case.stage not in step.sources:
        raise ValidationError(
            _("This step cannot be taken now: the case stands at “%(stage)s”.") % {"stage": case.get_stage_display()}
        )
    return step


def _completed(step: Step, values: dict, case: Case) -> dict:
    """The record's values with what follows from them."""
    values = {name: value for name, value in values.items() if name not in RECORDS[step.record].unwritten}
    if step.awaits_clock and case.notice is not None:
        # The publicity is over on the day after its last.
        values["on"] = case.notice.ends_on + timedelta(days=1)
    if step.record == "conclusion" and not values.get("document"):
        values["document"] = case.document
    return values


def _check(step: Step, dossier: Dossier, actor: User | None, values: dict, *, is_one_of_many: bool) -> None:
    try:
        if actor is None:
            if not step.awaits_clock:
                raise PermissionDenied
        else:
            check_person(step, dossier, actor)
        check_record(step, dossier, values, timezone.localdate())
    except PermissionDenied as refusal:
        if is_one_of_many and str(refusal):
            raise PermissionDenied(f"{_named(dossier.case)}: {refusal}") from refusal
        raise
    except ValidationError as refusal:
        if not is_one_of_many:
            raise
        by_field = ValidationError(refusal.update_error_dict({})).message_dict
        raise ValidationError(
            {
                name: [f"{_named(dossier.case)}: {message}" for message in messages]
                for name, messages in by_field.items()
            }
        ) from refusal


def _named(case: Case) -> str:
    return f"{case.household.head_name} {case.household.number}" if case.household else str(case.village)


def _post(step: Step, cases: Sequence[Case], values: dict, actor: User) -> None:
    """Post the list of these cases, one list a village."""
    by_village: dict[str, list[Case]] = {}
    for case in cases:
        by_village.setdefault(case.village_id, []).append(case)
    for listed in by_village.values():
        notice = post(step.posts, listed, values, actor)
        for case in listed:
            case.notice = notice


def _event(step: Step, case: Case, values: dict, actor: User | None) -> CaseEvent:
    details = {name: _plain(value) for name, value in values.items() if name != "reason"}
    if step.posts or step.awaits_clock:
        details["notice"] = case.notice_id
    return CaseEvent.objects.create(
        case=case,
        step=step.code,
        from_stage=case.stage,
        to_stage=_target(step, values),
        actor=actor,
        reason=values.get("reason", ""),
        details=details,
    )


def _plain(value):
    """A value as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _target(step: Step, values: dict) -> str:
    return values["to_stage"] if step.back_to else step.target


def _move(case: Case, step: Step, values: dict) -> None:
    case.stage = CaseStage(_target(step, values))
    case.stage_since = timezone.localdate()
    case.version += 1
    case.returned_reason = values["reason"] if step.back_to else ""
    case.due_on = case.notice.ends_on if case.stage in NOTICE_OF_STAGE and case.notice else due_on(case.stage)
    if values.get("document"):
        case.document = values["document"]
    if case.stage in CLOSED_STAGES:
        case.decided_on = values["on"]
    if step.effect == "exit":
        case.supported_until = months_after(values["on"], settings.FUPIN_SUPPORT_MONTHS)


def due_on(stage: str) -> date | None:
    """Until when a case that comes to a stage today is to leave it; None where nothing presses."""
    days = DAYS_OF_STAGE.get(stage)
    return timezone.localdate() + timedelta(days=days) if days else None


def follow_moves(sender, households: Sequence[int], village: str, **_signal) -> None:
    """Let the cases of households lie where these lie now (`households.signals.households_moved`).

    Whoever is responsible there takes the next step; notices stay in the village where they were posted.
    """
    Case.objects.filter(household__in=households).update(village=village)
