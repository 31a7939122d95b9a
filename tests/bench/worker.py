"""One worker in a process of its own: `python -m tests.bench.worker`, as `tests.bench.workers` starts it.

It reads the key of a job and its part in it from its input, and says in the end how much memory it and its
connection's process held at most.
"""

import json
import os
import sys
import time
from pathlib import Path

import django

from tests.bench.measured import processor_seconds

# Of what the database's process shows of its memory: its own, without what it shares with the others.
OWN_MEMORY = "RssAnon:"


def main() -> None:
    django.setup()
    from django.db import connection

    from fupin import jobs
    from fupin.models import Job, JobState

    jobs.wake = lambda job_id: None
    jobs.call_helpers = lambda job: None
    connection.ensure_connection()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        key, part = line.split()
        before = processor_seconds("self") + processor_seconds(_server())
        if part == "run":
            jobs.run(key)
        else:
            while not Job.objects.filter(pk=key).exclude(state=JobState.QUEUED).exists():
                time.sleep(0.005)
            jobs.lend_a_hand(key)
        told = {
            "megabytes": _peak("/proc/self/status", "VmHWM:"),
            "server_megabytes": _peak(f"/proc/{_server()}/status", OWN_MEMORY),
            "processor": processor_seconds("self") + processor_seconds(_server()) - before,
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _server() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def _peak(status: str, line: str) -> int:
    """Megabytes that a process's status says; nothing where it cannot be read, as of a database elsewhere."""
    try:
        lines = Path(status).read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(text.split()[1]) for text in lines if text.startswith(line)), 0) // 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.settings")
    main()
