"""Celery tasks of casework; each calls a function."""

from celery import shared_task

from casework import reminders
from casework.models import Paper
from casework.services import close_finished
from fupin.papers import forget_unused


@shared_task
def close_finished_publicities() -> int:
    """Move cases on whose publicity is over."""
    return close_finished()


@shared_task
def forget_unused_papers() -> int:
    """Delete papers of forms that nobody finished."""
    return forget_unused(Paper)


@shared_task
def send_reminders() -> int:
    """Remind people by e-mail of what is due."""
    return reminders.send()
