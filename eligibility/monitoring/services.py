"""What people do about an alarm: report what was done, send a report back, close the alarm (处置、销号)."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from eligibility.choices import AlarmAct, AlarmState
from eligibility.models import Alarm, AlarmEvent


@transaction.atomic
def report(actor: User, alarm: Alarm, done_on: date, text: str) -> Alarm:
    """Report what was done, so that the township can close the alarm. The same report sent twice is kept once.

    Raises:
        Alarm.DoesNotExist: it is out of the actor's reach.
        PermissionDenied: the actor's role does not report.
        ValidationError: it is over, the day lies in the future, or nothing is said.
    """
    return _act(actor, "eligibility.report_alarm", alarm, AlarmAct.REPORT, AlarmState.REPORTED, text, done_on)


@transaction.atomic
def close(actor: User, alarm: Alarm, done_on: date, text: str) -> Alarm:
    """Close an alarm with what was done.

    Raises:
        Alarm.DoesNotExist: it is out of the actor's reach.
        PermissionDenied: the actor's role does not close.
        ValidationError: it is over, the day lies in the future, or nothing is said.
    """
    return _act(actor, "eligibility.close_alarm", alarm, AlarmAct.CLOSE, AlarmState.CLOSED, text, done_on)


@transaction.atomic
def send_back(actor: User, alarm: Alarm, text: str) -> Alarm:
    """Send a report back: what was done does not do yet.

    Raises:
        Alarm.DoesNotExist: it is out of the actor's reach.
        PermissionDenied: the actor's role does not close alarms.
        ValidationError: nothing is reported, or nothing is said.
    """
    return _act(actor, "eligibility.close_alarm", alarm, AlarmAct.RETURN, AlarmState.OPEN, text)


def _act(
    actor: User, permission: str, alarm: Alarm, act: AlarmAct, state: AlarmState, text: str, done_on: date | None = None
) -> Alarm:
    if not actor.has_perm(permission):
        raise PermissionDenied
    alarm = Alarm.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=alarm.pk)
    said = {"act": act, "actor_id": actor.pk, "done_on": done_on, "text": text.strip()}
    last = alarm.events.order_by("pk").last()
    if alarm.state == state and last and all(getattr(last, name) == value for name, value in said.items()):
        return alarm
    _require_waiting(alarm)
    if act == AlarmAct.RETURN and alarm.state != AlarmState.REPORTED:
        raise ValidationError(_("Nothing is reported of this alarm that could be sent back."))
    if done_on is not None and done_on > timezone.localdate():
        raise ValidationError({"done_on": _("The date lies in the future.")})
    if not said["text"]:
        raise ValidationError({"text": _("Say what was done.") if done_on else _("Say why.")})
    AlarmEvent.objects.create(alarm=alarm, **said)
    alarm.state = state
    if state == AlarmState.CLOSED:
        alarm.closed_at = timezone.now()
    alarm.save(update_fields=["state", "closed_at"])
    return alarm


def _require_waiting(alarm: Alarm) -> None:
    if alarm.state == AlarmState.CLOSED:
        raise ValidationError(_("This alarm has been closed meanwhile."))
    if alarm.state == AlarmState.LAPSED:
        raise ValidationError(_("This alarm no longer applies; there is nothing left to report."))
