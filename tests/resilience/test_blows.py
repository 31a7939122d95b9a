"""kill -9 of the worker, of the web process and of PostgreSQL, and an emptied Redis, each in the middle of a run.

The processes are real, and so are the blows. The run has to end by itself as an undisturbed one does: with the same
checksum, every household once, and no more than one chunk a worker done again.
"""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from celery import Celery

from tests.resilience.installation import BLOWS, WORKERS, Installation, can_be_made, installed

HOUSEHOLDS = 600
UNDISTURBED = "undisturbed"

pytestmark = [
    pytest.mark.skipif(not can_be_made(), reason="PostgreSQL or Redis is not installed here"),
    pytest.mark.xdist_group("installation"),
]


@pytest.fixture(scope="module")
def installation():
    """In a folder of its own: that of pytest is shut for the user of PostgreSQL."""
    settings = {
        "RESILIENCE_CHUNK": "20",
        "RESILIENCE_PACE": "0.1",
        "FUPIN_JOB_LEASE_SECONDS": "2",
        "FUPIN_JOB_SWEEP_SECONDS": "1",
    }
    with tempfile.TemporaryDirectory(prefix="fupin-") as folder, installed(Path(folder), **settings) as made:
        codes = [UNDISTURBED, "twice", *(f"blow-{position}" for position in range(len(BLOWS)))]
        made.prepare(HOUSEHOLDS, codes)
        made.start("web", "worker", "beat")
        made.await_web()
        yield made


@pytest.fixture(scope="module")
def expected(installation) -> dict:
    """What a run comes to that nothing happens to, but that it is started twice at once and told four times."""
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(installation.post_run, [UNDISTURBED] * 2))
    (run,) = [answer["id"] for status, answer in answers if status == 202]
    (refused_with,) = [answer["current"]["url"] for status, answer in answers if status == 409]
    assert run in refused_with, "the second is refused with the address of the first"
    messenger = Celery(broker=installation.broker)
    for _time in range(3):
        messenger.send_task("fupin.tasks.run_job", [run])
    installation.await_end(run)
    return installation.outcome(run)


def test_an_undisturbed_run_judges_every_household_once(expected):
    assert expected["state"] == "done"
    assert expected["rows"] == expected["distinct"] == expected["judged"] == HOUSEHOLDS
    assert expected["chunks"] == expected["done"] > 20
    assert expected["redone"] == 0, "a message that comes twice does nothing twice"


@pytest.mark.parametrize(("position", "blow"), list(enumerate(BLOWS)), ids=list(BLOWS))
def test_a_run_survives(installation: Installation, expected, position, blow):
    status, answer = installation.post_run(f"blow-{position}")
    assert status == 202
    installation.await_chunks(answer["id"], 6)
    BLOWS[blow](installation)
    cut_short = installation.outcome(answer["id"])
    assert cut_short["done"] < cut_short["chunks"], "it was in the middle of it"
    installation.await_end(answer["id"])
    found = installation.outcome(answer["id"])
    assert found | {"redone": 0} == expected
    assert found["redone"] <= WORKERS
    if blow == "kill -9 of the web process":
        installation.await_web()
