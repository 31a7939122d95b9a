"""Celery tasks of eligibility; each calls a function."""

from celery import shared_task
from django.conf import settings

from eligibility.monitoring import running


@shared_task
def compute_alarms() -> str:
    """Start the nightly computation of alarms for the district, unless one is under way. Returns the job's id."""
    try:
        return str(running.start(settings.DISTRICT_CODE, None).pk)
    except running.AlreadyRunning as other:
        return str(other.job.pk)
