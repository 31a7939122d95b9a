"""Celery tasks of the register."""

from celery import shared_task

from households.imports import services


@shared_task
def purge_imports() -> int:
    """Let go of workbooks that nobody applied within a week."""
    return services.purge()
