"""A worker killed in the middle of a chunk (kill -9): whoever comes next ends the run with the same checksum."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from eligibility import recalculation
from eligibility.choices import ChunkState
from fupin import jobs
from fupin.models import Job, JobState
from tests.eligibility.makers import make_version
from tests.factories import DISTRICT, make_household, make_income, make_village

DIES_IN, CHUNKS = 2, 5


@pytest.fixture
def database(transactional_db, tmp_path):
    """Gives a function that makes the database of the test one that other processes see, and says its address."""

    def shared() -> str:
        if connection.vendor == "sqlite":
            path = tmp_path / "shared.sqlite3"
            copy = sqlite3.connect(path)
            connection.connection.backup(copy)
            copy.close()
            return f"sqlite:///{path}"
        values = connection.settings_dict
        address = f"{values['HOST'] or '127.0.0.1'}:{values['PORT'] or 5432}"
        return f"postgres://{values['USER']}:{values['PASSWORD']}@{address}/{values['NAME']}"

    return shared


def worker(database: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.eligibility.worker", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "fupin.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen) -> list:
    """What a worker that went to its end says of each run."""
    output, _nothing = process.communicate(timeout=60)
    assert process.returncode == 0
    return [json.loads(line) for line in output.splitlines() if line.startswith("[")]


def test_a_killed_worker_leaves_a_run_that_another_ends_with_the_same_checksum(database):
    for number in range(CHUNKS):
        village = make_village(f"320412100{201 + number}")
        for wages in ("8999.99", "9000.00", "100.00", "90000.00"):
            make_income(make_household(village), wages=wages)
    killed = recalculation.start(make_version(), DISTRICT, None)
    Job.objects.filter(pk=killed.pk).update(created_at=timezone.now() - 2 * jobs.LEASE)
    address = database()

    process = worker(address, str(DIES_IN))
    try:
        assert process.stdout.readline() == "in hand\n"
    finally:
        process.kill()
        process.communicate()

    ((state, checksum, counts, rows, _households, chunks),) = said(worker(address))
    assert (state, checksum, counts, rows) == (JobState.RUNNING, "", {}, DIES_IN * 4), "its lease still holds"
    assert [chunk for chunk in chunks if chunk[1] == ChunkState.OPEN] == [
        [DIES_IN, "open", 1],
        *([position, "open", 0] for position in range(DIES_IN + 1, CHUNKS)),
    ]

    undisturbed(address)
    (state, checksum, counts, rows, households, chunks), control = said(worker(address))
    assert state == JobState.DONE
    assert (rows, households) == (CHUNKS * 4, CHUNKS * 4)
    assert [attempts for _position, _state, attempts in chunks] == [1, 1, 2, 1, 1]
    assert control[:5] == [JobState.DONE, checksum, counts, rows, households]


def undisturbed(address: str) -> None:
    """Let the killed worker's lease run out, and a run of the same line by another standard wait beside it."""
    code = (
        "import django; django.setup()\n"
        "from datetime import timedelta\n"
        "from django.db.models import F\n"
        "from eligibility import recalculation\n"
        "from fupin import jobs\n"
        "from fupin.models import Job\n"
        "from tests.eligibility.makers import make_version\n"
        "jobs.wake = lambda job_id: None\n"
        "Job.objects.update(heartbeat_at=F('heartbeat_at') - timedelta(hours=1))\n"
        f"recalculation.start(make_version(code='undisturbed'), '{DISTRICT}', None)\n"
    )
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "fupin.settings"}
    subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, check=True)
