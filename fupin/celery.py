"""The Celery application. A message only wakes a worker: what there is to do stands in the tables."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.settings")

app = Celery("fupin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@worker_ready.connect
def say_ready(**_values) -> None:
    """Touch the file that `manage.py serve` waits for."""
    if file := os.environ.get("FUPIN_READY_FILE"):
        Path(file).touch()
