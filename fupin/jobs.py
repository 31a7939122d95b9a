"""Long work: a row says what there is to do, a Celery message only wakes a worker.

An app registers how a kind of job is run; `start` writes the row and wakes a worker after commit. Whatever is lost on
the way (a message, a worker, Redis) leaves a row that `resume_unfinished_jobs` finds and sends again.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from django.db.models import Case, F, IntegerField, Q, When
from django.urls import reverse
from django.utils import timezone

from fupin.models import Job, JobState

logger = structlog.get_logger(__name__)

LEASE = timedelta(seconds=settings.FUPIN_JOB_LEASE_SECONDS)
MOST_ATTEMPTS = 5

# What people may let go on.
RESUMABLE = (JobState.CANCELLED, JobState.NEEDS_ATTENTION, JobState.FAILED)

_runners: dict[str, Callable[[Job], None]] = {}
_shared: set[str] = set()
_pages: dict[str, Callable[[Job], str]] = {}


class Cancelled(Exception):
    """Raised inside a runner when somebody asked for the job to stop."""


def register(
    kind: str, runner: Callable[[Job], None], *, shared: bool = False, page: Callable[[Job], str] | None = None
) -> None:
    """Say how jobs of `kind` are run. The runner may be called again for a job that was cut short.

    One that several workers may share is called by each of them at the same time. `page` gives the address of the page
    that says most of such a job, where it has one; that page marks it, and others that it says most of, as seen.
    """
    _runners[kind] = runner
    if page is not None:
        _pages[kind] = page
    if shared:
        _shared.add(kind)


def start(kind: str, title: str, actor, **arguments) -> Job:
    """Write a job and wake a worker once the transaction has committed."""
    job = Job.objects.create(kind=kind, title=title, actor=actor, arguments=arguments)
    transaction.on_commit(lambda: wake(job.pk))
    return job


def page_of(job: Job) -> str:
    """The address of the page that says most of a job."""
    return _pages[job.kind](job) if job.kind in _pages else reverse("jobs:detail", args=[job.pk])


def wake(job_id) -> None:
    """Send the wake-up. With the broker away the job waits for the sweep, and the page that asked works on."""
    from fupin.tasks import run_job

    _send(run_job, job_id)


def call_helpers(job: Job) -> None:
    """Wake further workers for a job that is shared, as many as the settings allow beside this one."""
    from fupin.tasks import help_job

    for _helper in range(settings.FUPIN_WORKERS_A_JOB - 1):
        _send(help_job, job.pk)


def _send(task, job_id) -> None:
    try:
        task.delay(str(job_id))
    except Exception as error:  # whatever the broker's client raises, the row is what counts
        logger.warning("wake_up_not_sent", job=str(job_id), error=type(error).__name__)


def claim(job_id) -> Job | None:
    """Take a job that waits, or whose worker has gone silent; None if another worker has it or it is over."""
    now = timezone.now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, heartbeat_at__lt=now - LEASE)
    taken = Job.objects.filter(free, pk=job_id, attempts__lt=MOST_ATTEMPTS).update(
        state=JobState.RUNNING,
        attempts=F("attempts") + 1,
        heartbeat_at=now,
        started_at=now,
        done_at_start=F("done"),
    )
    return Job.objects.get(pk=job_id) if taken else None


def progress(job: Job, done: int, total: int | None = None) -> None:
    """Record how far the job is, and that its worker lives. Attempts count from where it last got further.

    Raises:
        Cancelled: somebody asked for the job to stop.
    """
    attempts = Case(When(done__lt=done, then=0), default=F("attempts"), output_field=IntegerField())
    values = {"done": done, "heartbeat_at": timezone.now(), "attempts": attempts}
    if total is not None:
        values["total"] = total
    Job.objects.filter(pk=job.pk).update(**values)
    if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
        raise Cancelled


def finish(job: Job, state: str = JobState.DONE, *, error: str = "", **result) -> None:
    """Close a job. Closing twice leaves the first result."""
    Job.objects.filter(pk=job.pk).unfinished().update(
        state=state, error=error, result=result, finished_at=timezone.now(), heartbeat_at=timezone.now()
    )


def cancel(job: Job) -> None:
    """Ask a job to stop: one that waits stops now, one that runs stops at its next sign of life."""
    Job.objects.filter(pk=job.pk).unfinished().update(cancel_requested=True)
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(state=JobState.CANCELLED, finished_at=timezone.now())


def resume(job: Job) -> None:
    """Let a job that was stopped, or waits for people, go on from where it was, and wake a worker after commit."""
    Job.objects.filter(pk=job.pk, state__in=RESUMABLE).update(
        state=JobState.QUEUED,
        cancel_requested=False,
        attempts=0,
        error="",
        heartbeat_at=None,
        finished_at=None,
        seen_at=None,
        told_at=None,
    )
    transaction.on_commit(lambda: wake(job.pk))


def mark_seen(job: Job, user) -> None:
    """Note that its actor has looked at a job that has ended."""
    if job.is_unseen and job.actor_id == user.pk:
        Job.objects.filter(pk=job.pk).update(seen_at=timezone.now())


def mark_all_seen(user, kind: str, **arguments) -> None:
    """Note that a person has looked at what all their jobs of a kind with these arguments were about."""
    about = {f"arguments__{name}": value for name, value in arguments.items()}
    Job.objects.unseen_by(user).filter(kind=kind, **about).update(seen_at=timezone.now())


def run(job_id) -> None:
    """Run a job if it is free: the body of the Celery task, and of `run_pending` where there is no Celery."""
    job = claim(job_id)
    if job is not None:
        _run(job)


def lend_a_hand(job_id) -> None:
    """Work on a job beside the worker that has it, if it is shared and not over: the body of the helper's task."""
    job = Job.objects.filter(pk=job_id, state=JobState.RUNNING, kind__in=_shared).first()
    if job is not None:
        _run(job)


def _run(job: Job) -> None:
    try:
        _runners[job.kind](job)
    except Cancelled:
        finish(job, JobState.CANCELLED)
    except (OperationalError, InterfaceError) as error:
        # The database went away or was busy: the row falls silent, and the sweep takes it up again.
        logger.warning("job_interrupted", job=str(job.pk), kind=job.kind, error=type(error).__name__)
        close_old_connections()
    except Exception as error:
        logger.exception("job_failed", job=str(job.pk), kind=job.kind)
        finish(job, JobState.FAILED, error=type(error).__name__)


def resume_unfinished() -> int:
    """Wake workers for jobs whose message or worker was lost; give up on one after five attempts. Returns how many."""
    now = timezone.now()
    stale = Job.objects.unfinished().filter(
        Q(heartbeat_at__lt=now - LEASE) | Q(heartbeat_at=None, created_at__lt=now - timedelta(seconds=5))
    )
    stale.filter(attempts__gte=MOST_ATTEMPTS).update(state=JobState.NEEDS_ATTENTION, finished_at=now)
    waiting = list(stale.values_list("pk", flat=True)[:100])
    for job_id in waiting:
        wake(job_id)
    return len(waiting)
