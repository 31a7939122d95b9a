"""Workers in processes of their own, as Celery has them, that do one recalculation together.

They have started before the clock does.
"""

import json
import subprocess
import sys
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone

from eligibility import recalculation
from eligibility.models import StandardVersion


class Crew:
    """Some workers that wait for a run."""

    def __init__(self, size: int):
        command = [sys.executable, "-m", "tests.bench.worker"]
        self.processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _worker in range(size)
        ]
        for process in self.processes:
            process.stdout.readline()

    def run(self, version: StandardVersion, *, incremental: bool = False) -> dict[str, float]:
        """A recalculation of the district: its `seconds` from the start to the job's end, those of `processor` that all
        used, and the most `megabytes` and `server_megabytes` that one worker and its connection's process held.
        """
        start = timezone.now()
        run = recalculation.start(version, settings.DISTRICT_CODE, None, incremental=incremental)
        for process, part in zip(self.processes, ("run", *["help"] * len(self.processes)), strict=False):
            process.stdin.write(f"{run.pk} {part}\n")
            process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for process in self.processes]
        run.refresh_from_db()
        if not run.checksum:
            raise RuntimeError(f"the run ended as {run.job.state}: {run.job.error}")
        seconds = (run.job.finished_at - start).total_seconds()
        most = {name: max(one[name] for one in told) for name in ("megabytes", "server_megabytes")}
        return most | {"seconds": seconds, "processor": sum(one["processor"] for one in told)}

    def dismiss(self) -> None:
        for process in self.processes:
            process.stdin.close()
            process.wait()


@contextmanager
def crew(size: int):
    """Workers for the time of a block."""
    workers = Crew(size)
    try:
        yield workers
    finally:
        workers.dismiss()
