"""Celery tasks of every floor's jobs; each takes an id and calls a function."""

from celery import shared_task

from fupin import ended, jobs


@shared_task
def run_job(job_id: str) -> None:
    """Run the job if nobody else has it."""
    jobs.run(job_id)


@shared_task
def help_job(job_id: str) -> None:
    """Work on the job beside the worker that has it."""
    jobs.lend_a_hand(job_id)


@shared_task
def tell_of_ended_jobs() -> int:
    """Tell people by e-mail that what they asked for has ended."""
    return ended.tell()


@shared_task
def resume_unfinished_jobs() -> int:
    """The periodic sweep that finds lost work."""
    return jobs.resume_unfinished()
