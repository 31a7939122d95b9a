"""Celery tasks of eligibility; each calls a function."""

from celery import shared_task
from django.conf import settings

from eligibility import nightly, simulations
from eligibility.comparison import lists
from eligibility.comparison.models import ComparisonPaper
from eligibility.monitoring import running
from fupin.papers import forget_unused


@shared_task
def compute_alarms() -> str:
    """Start the nightly computation of alarms for the district, unless one is under way. Returns the job's id."""
    try:
        return str(running.start(settings.DISTRICT_CODE, None).pk)
    except running.AlreadyRunning as other:
        return str(other.job.pk)


@shared_task
def purge_lists() -> int:
    """Let go of lists that nobody compared within a week, and of papers of forms that nobody finished."""
    return lists.purge() + forget_unused(ComparisonPaper)


@shared_task
def recalculate_nightly() -> int:
    """Judge what was touched by every standard in force."""
    return nightly.start()


@shared_task
def throw_simulations_away() -> int:
    """The periodic sweep of simulations whose time is over."""
    return simulations.sweep()
