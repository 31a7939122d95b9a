"""The ground floor: settings, and the few things that every other floor shares."""

from fupin.celery import app as celery_app

__all__ = ["celery_app"]
