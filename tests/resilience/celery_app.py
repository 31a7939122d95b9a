"""The Celery application of Fupin, with chunks so small that a small register makes a run of many.

RESILIENCE_CHUNK and RESILIENCE_PACE say how many households a chunk holds and how long it takes at least; without them
this is the application as it is.
"""

import os
import time
from datetime import timedelta

import django

from fupin.celery import app

django.setup()

from eligibility import determinations, recalculation  # noqa: E402

if chunk := os.environ.get("RESILIENCE_CHUNK"):
    determinations.HOUSEHOLDS_A_CHUNK = int(chunk)
    recalculation.LEASE = timedelta(seconds=1)

if pace := os.environ.get("RESILIENCE_PACE"):
    written = determinations.Writer.write

    def write(*arguments):
        """The chunk is in hand, written and not yet committed, while time goes by."""
        counts = written(*arguments)
        time.sleep(float(pace))
        return counts

    determinations.Writer.write = write

__all__ = ["app"]
