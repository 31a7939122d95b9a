"""Objections: taken from anybody, handled by the level that they go to, followed with a receipt."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from casework.choices import NoticeKind, ObjectionGround, ObjectionLevel, ObjectionState
from casework.models import Notice, Objection, Paper
from casework.receipts import is_code_of, new_receipt, normalise
from casework.rules import has_entered
from casework.statements import Statement
from fupin.conflicts import Conflict


@transaction.atomic
def object_to(notice: Notice, statement: Statement, receipt: str = "") -> Objection:
    """Take an objection from the public page, while its list is posted.

    Args:
        receipt: the receipt number that its form carried; a second sending finds the first objection.

    Raises:
        ValidationError: the list is not posted today, or what is objected to is not on it or not said.
    """
    if not notice.is_running:
        raise ValidationError(_("This list is not posted any more; objections go to the township's office."))
    today = timezone.localdate()
    return _take(notice, statement, receipt or new_receipt(), received_on=today, actor=None)


@transaction.atomic
def enter_objection(
    actor: User,
    notice: Notice,
    statement: Statement,
    received_on: date,
    papers: Sequence[Paper] = (),
    receipt: str = "",
) -> Objection:
    """Enter an objection that came on paper or by word of mouth while its list was posted.

    Raises:
        PermissionDenied: the actor does not handle objections of this list.
        Notice.DoesNotExist: the notice is out of the actor's reach.
        ValidationError: it came before or after the list was posted, or what is objected to is not on it or not said.
    """
    if not actor.has_perm("casework.handle_objections"):
        raise PermissionDenied
    notice = Notice.objects.visible_to(actor).get(pk=notice.pk)
    if received_on > timezone.localdate():
        raise ValidationError({"received_on": _("The day cannot lie in the future.")})
    if not notice.starts_on <= received_on <= notice.ends_on:
        raise ValidationError(
            {
                "received_on": _("The list is posted from %(first)s to %(last)s; an objection comes within these days.")
                % {"first": notice.starts_on, "last": notice.ends_on}
            }
        )
    objection = _take(notice, statement, receipt or new_receipt(), received_on=received_on, actor=actor)
    objection.papers.add(*papers)
    return objection


def _take(notice: Notice, statement: Statement, receipt: str, *, received_on: date, actor: User | None) -> Objection:
    _check_statement(notice, statement)
    objection, _is_new = Objection.objects.get_or_create(
        receipt=receipt,
        defaults={
            "notice": notice,
            "entry": statement.entry,
            "village_id": notice.village_id,
            "ground": statement.ground,
            "level": level_of(notice),
            "omitted": statement.omitted.strip(),
            "text": statement.text.strip(),
            "name": statement.name.strip(),
            "phone": statement.phone.strip(),
            "entered_by": actor,
            "received_on": received_on,
            "due_on": received_on + timedelta(days=settings.FUPIN_OBJECTION_DAYS),
        },
    )
    return objection


def level_of(notice: Notice) -> ObjectionLevel:
    """Who handles objections to a list: the township during publicity, the district during the announcement."""
    return ObjectionLevel.DISTRICT if notice.kind == NoticeKind.ANNOUNCEMENT else ObjectionLevel.TOWNSHIP


def _check_statement(notice: Notice, statement: Statement) -> None:
    errors = {}
    entry = statement.entry
    if statement.ground == ObjectionGround.LISTED:
        if entry is None or entry.notice_id != notice.pk or entry.drawn_out_at is not None:
            errors["entry"] = _("Choose the household on the list that you object to.")
    elif statement.ground == ObjectionGround.OMITTED:
        if entry is not None or not statement.omitted.strip():
            errors["omitted"] = _("Say which household is missing: name of the head, villagers' group.")
    else:
        errors["ground"] = _("Say what you object to.")
    if not statement.text.strip():
        errors["text"] = _("Say why you object.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def handle(
    actor: User,
    objection: Objection,
    version: int,
    state: str,
    answer: str,
    findings: str = "",
    papers: Sequence[Paper] = (),
) -> Objection:
    """Close an objection with what was found and the answer that the objector reads.

    One that is upheld keeps its case where it is until the case is returned or rejected.

    Args:
        version: of the objection, as the person saw it.

    Raises:
        PermissionDenied: the actor does not handle objections, or entered the household that this one is about.
        Objection.DoesNotExist: it goes to another level or lies out of the actor's reach.
        Conflict: somebody has closed it since.
        ValidationError: findings or answer are missing.
    """
    if not actor.has_perm("casework.handle_objections"):
        raise PermissionDenied
    rows = Objection.objects.handled_by(actor).select_for_update(of=("self",)).select_related("entry__case__household")
    objection = rows.get(pk=objection.pk)
    if objection.version != version or objection.state != ObjectionState.OPEN:
        raise Conflict(objection)
    if why := why_barred(objection, actor):
        raise PermissionDenied(why)
    _check_end(state, findings, answer)
    objection.state, objection.findings, objection.answer = state, findings.strip(), answer.strip()
    objection.handled_by, objection.closed_at = actor, timezone.now()
    objection.version += 1
    objection.save(update_fields=["state", "findings", "answer", "handled_by", "closed_at", "version"])
    objection.papers.add(*papers)
    record(actor, AuditAction.CONFIRM, "objection", objection.receipt, state=state)
    return objection


def why_barred(objection: Objection, actor: User) -> str:
    """Why somebody cannot handle an objection although it is their level's; '' when they can."""
    if objection.entry is None:
        return ""
    case = objection.entry.case
    if case.opened_by_id == actor.pk:
        return _("You opened the case that is objected to; a colleague must handle the objection.")
    if has_entered(case.household, actor):
        return _("You entered the household that is objected to; a colleague must handle the objection.")
    return ""


def _check_end(state: str, findings: str, answer: str) -> None:
    errors = {}
    if state not in ObjectionState or state == ObjectionState.OPEN:
        errors["state"] = _("Say how the objection ended.")
    if state != ObjectionState.WITHDRAWN and not findings.strip():
        errors["findings"] = _("Write down what was found.")
    if not answer.strip():
        errors["answer"] = _("Write the answer that the objector reads.")
    if errors:
        raise ValidationError(errors)


def follow(receipt: str, code: str) -> Objection | None:
    """The objection of a receipt, for whoever knows its code; whether the receipt exists is not said otherwise."""
    number = normalise(receipt)
    knows = is_code_of(number, code)
    return Objection.objects.filter(receipt=number).select_related("notice__village__parent").first() if knows else None
