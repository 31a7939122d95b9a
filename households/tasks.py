"""Celery tasks of the register."""

from celery import shared_task

from households.checks import run as checks
from households.imports import services


@shared_task
def purge_imports() -> int:
    """Let go of workbooks that nobody applied within a week."""
    return services.purge()


@shared_task
def check_register() -> int:
    """Ask the logic rules of the whole register, at night. Returns how many checks were started."""
    return len(checks.check_everything())
