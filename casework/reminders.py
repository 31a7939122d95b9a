"""Reminders by e-mail: how much is due or overdue, and where to look. They name nobody and no household."""

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from casework import work
from casework.models import Objection, Reminder
from eligibility.comparison.models import Doubt

logger = structlog.get_logger(__name__)

# Who may do one of these has work with a day on which it is due.
_REMINDED = ("casework.take_steps", "eligibility.check_doubts")


def send() -> int:
    """Remind everybody to whom something is due within the days of notice, once a day. Returns how many.

    Only those with an e-mail address, and only where a mail server is set. One that cannot be sent keeps none of the
    others, and is tried again on the next call.
    """
    if not settings.FUPIN_SENDS_MAIL:
        return 0
    people = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    return sum(_remind(user) for user in people if any(map(user.has_perm, _REMINDED)))


def _remind(user: User) -> bool:
    today = timezone.localdate()
    lines = _lines(user)
    if not lines:
        return False
    try:
        with transaction.atomic():
            mark = Reminder.objects.create(user=user, day=today)
    except IntegrityError:
        return False
    with override(settings.LANGUAGE_CODE):
        subject = _("Fupin: work that is due")
        page = "casework:desk" if user.has_perm("casework.take_steps") else "accounts:home"
        text = "\n".join([*lines, "", f"{settings.FUPIN_SITE_URL}{reverse(page)}"])
    try:
        send_mail(subject, text, None, [user.email])
    except OSError as failure:
        logger.warning("reminder_not_sent", user=user.pk, error=type(failure).__name__)
        mark.delete()
        return False
    return True


def _lines(user: User) -> list[str]:
    """What is due to a person, as lines of a mail; none when nothing is."""
    today = timezone.localdate()
    mine = work.of(user)
    soon = {"due_on__lte": work.last_day_of_notice(today)}
    objections = Objection.objects.handled_by(user).open().filter(**soon).count()
    doubts = Doubt.objects.waiting_for(user).filter(**soon).count()
    with override(settings.LANGUAGE_CODE):
        lines = [
            (_("Cases overdue: %(count)d"), mine.overdue),
            (_("Cases due within %(days)d days: %(count)d"), mine.due_soon),
            (_("Objections to answer within %(days)d days or overdue: %(count)d"), objections),
            (_("Doubts to check or confirm within %(days)d days or overdue: %(count)d"), doubts),
        ]
        return [line % {"count": count, "days": settings.FUPIN_REMINDER_DAYS} for line, count in lines if count]
