"""E-mails about jobs that have ended, to whoever asked for them. They name nobody, and no place."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from fupin.models import Job

logger = structlog.get_logger(__name__)

# Whoever is still at the page needs no e-mail.
SETTLED_SECONDS = 60
AT_ONCE = 100


def tell() -> int:
    """Tell people of their jobs that ended and that they have not looked at, once each. Returns how many.

    Only those with an e-mail address, and only where a mail server is set. One that cannot be sent keeps none of the
    others, and is tried again on the next call.
    """
    if not settings.FUPIN_SENDS_MAIL:
        return 0
    settled = timezone.now() - timedelta(seconds=SETTLED_SECONDS)
    waiting = (
        Job.objects.filter(actor__is_active=True, finished_at__lt=settled, seen_at=None, told_at=None)
        .exclude(actor__email="")
        .select_related("actor")
        .order_by("finished_at")
    )
    return sum(_tell(job) for job in waiting[:AT_ONCE])


def _tell(job: Job) -> bool:
    if not Job.objects.filter(pk=job.pk, told_at=None).update(told_at=timezone.now()):
        return False
    with override(settings.LANGUAGE_CODE):
        words = {"kind": job.get_kind_display(), "state": job.get_state_display()}
        subject = _("Fupin: %(kind)s has ended: %(state)s") % words
        text = f"{subject}\n\n{settings.FUPIN_SITE_URL}{job.get_absolute_url()}"
    try:
        send_mail(subject, text, None, [job.actor.email])
    except OSError as failure:
        logger.warning("end_not_told", job=str(job.pk), error=type(failure).__name__)
        Job.objects.filter(pk=job.pk).update(told_at=None)
        return False
    return True
