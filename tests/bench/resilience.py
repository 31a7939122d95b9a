"""kill -9 and FLUSHALL in the middle of a run over a large register; and what a plain Celery set-up keeps of them.

It makes an installation of its own (`tests.resilience.installation`), so that PostgreSQL can be killed too. Ours is
the product as it is served: chunks, leases and sweep as the settings have them. The plain set-up does comparable work
in the same database, cut into more and smaller tasks (`tests.bench.plain_celery`).
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measured import Measured
from tests.resilience import installation as installation_module
from tests.resilience.installation import BLOWS, ROOT, WORKERS, Installation, installed, wait_until

HOUSEHOLDS = 100_000
UNDISTURBED = "undisturbed"
TASKS, PACE_SECONDS = 60, 0.2
# A plain set-up is given up on when nothing has happened for so long after the blow.
PATIENCE_SECONDS = 60


def run(households: int = HOUSEHOLDS) -> list[Measured]:
    """Strike both; nothing is measured on the database that the other benchmarks use."""
    installation_module.PATIENCE_SECONDS = 1_800
    with tempfile.TemporaryDirectory(prefix="fupin-resilience-") as folder, installed(Path(folder)) as installation:
        codes = [UNDISTURBED, *(f"blow-{position}" for position in range(len(BLOWS)))]
        made = installation.prepare(households, codes)["households"]
        installation.start("web", "worker", "beat")
        installation.await_web()
        found = list(_ours(installation, made))
        installation.kill("beat", "worker", "web")
        for acks_late in (False, True):
            found += _plain(installation, acks_late)
    return found


def _ours(installation: Installation, households: int):
    status, answer = installation.post_run(UNDISTURBED)
    if status != 202:
        raise RuntimeError(f"the run was refused: {answer}")
    seconds = installation.await_end(answer["id"])
    expected = installation.outcome(answer["id"])
    for position, (blow, strike) in enumerate(BLOWS.items()):
        status, answer = installation.post_run(f"blow-{position}")
        installation.await_chunks(answer["id"], expected["chunks"] // 3)
        strike(installation)
        struck = installation.outcome(answer["id"])
        took = installation.await_end(answer["id"])
        got = installation.outcome(answer["id"])
        same = got["checksum"] == expected["checksum"] and got["state"] == "done"
        once = got["rows"] == got["distinct"] == got["judged"] == households
        detail = (
            f"{households:,} households, struck after {struck['done']} of {got['chunks']} chunks; ended by itself "
            f"after {took:.0f} s ({seconds:.0f} s undisturbed), {'same' if same else 'ANOTHER'} checksum, "
            f"{got['rows']:,} results of {got['distinct']:,} households, {got['redone']} chunks done again"
        )
        lost_or_double = 0 if same and once else abs(households - got["distinct"]) + got["rows"] - got["distinct"] or 1
        yield Measured(f"ours, {blow}: households lost or double", lost_or_double, detail, at_most=0)
        yield Measured(f"ours, {blow}: chunks done again", got["redone"], "at most one a worker", at_most=WORKERS)


# --- A plain set-up -----------------------------------------------------------------------------------------------
class Plain:
    """The processes of the plain set-up, beside the installation's PostgreSQL and Redis."""

    def __init__(self, installation: Installation, acks_late: bool) -> None:
        self.installation = installation
        installation.environment |= {"PLAIN_ACKS_LATE": "1" if acks_late else "0", "PLAIN_PACE": str(PACE_SECONDS)}

    def prepare(self) -> None:
        self.installation.flush_redis()
        self.installation.ask(
            f"""
            DROP TABLE IF EXISTS plain_result, plain_chunk;
            CREATE TABLE plain_result (chunk int, household_id bigint, headcount int, net bigint);
            CREATE TABLE plain_chunk AS
                SELECT number, min(village_id) AS first, max(village_id) AS last, sum(households)::int AS households
                FROM (SELECT village_id, households, ntile({TASKS}) OVER (ORDER BY village_id) AS number
                      FROM (SELECT village_id, count(*) AS households
                            FROM households_household GROUP BY village_id) v) n
                GROUP BY number;
            SELECT 1
            """
        )

    def start_worker(self) -> None:
        self._launch("worker", "-m", "celery", "--app", "tests.bench.plain_celery", "--quiet", "worker",
                     "--concurrency", str(WORKERS), "--loglevel", "ERROR")  # fmt: skip

    def start_web(self) -> None:
        self._launch("web", "-m", "tests.bench.plain_celery")

    def _launch(self, name: str, *arguments: str) -> None:
        with (self.installation.folder / f"plain-{name}.log").open("ab") as log:
            self.installation.processes[name] = subprocess.Popen(
                [sys.executable, "-W", "ignore", *arguments],
                cwd=ROOT, env=self.installation.environment, stdin=subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip

    def done(self) -> int:
        return self.installation.ask("SELECT count(DISTINCT chunk) FROM plain_result")[0][0]

    def strike(self, blow: str) -> None:
        for name in ("worker", "web"):
            if name in blow:
                self.installation.kill(name)
        if "worker" in blow:
            self.start_worker()
        if "PostgreSQL" in blow or "FLUSHALL" in blow:
            BLOWS[blow](self.installation)

    def await_rest(self) -> float:
        """Wait until all is done, or nothing has happened for long; gives the seconds until the last thing happened."""
        began = last = time.monotonic()
        done = self.done()
        while done < TASKS and time.monotonic() - last < PATIENCE_SECONDS:
            time.sleep(0.5)
            if (now := self.done()) != done:
                done, last = now, time.monotonic()
        return last - began


def _plain(installation: Installation, acks_late: bool) -> list[Measured]:
    words = "plain Celery, late acknowledgement" if acks_late else "plain Celery"
    found = []
    for blow in BLOWS:
        plain = Plain(installation, acks_late)
        plain.prepare()
        plain.start_worker()
        plain.start_web()
        wait_until(lambda plain=plain: plain.done() >= TASKS // 3, "a third of the tasks")
        plain.strike(blow)
        seconds = plain.await_rest()
        ((lost, households, double),) = installation.ask(
            """
            SELECT count(*) FILTER (WHERE r.chunk IS NULL),
                   COALESCE(sum(c.households) FILTER (WHERE r.chunk IS NULL), 0),
                   COALESCE(sum(r.rows - c.households) FILTER (WHERE r.chunk IS NOT NULL), 0)
            FROM plain_chunk c LEFT JOIN (SELECT chunk, count(*) AS rows FROM plain_result GROUP BY chunk) r
                 ON r.chunk = c.number
            """
        )
        detail = (
            f"{lost} of {TASKS} tasks with {int(households):,} households had not been done {PATIENCE_SECONDS} s after "
            f"the last sign of life, {int(double):,} rows double; the last was done {seconds:.0f} s after the blow"
        )
        found.append(Measured(f"{words}, {blow}: tasks lost of {TASKS}", lost, detail))
        for name in ("worker", "web"):
            if name in installation.processes:
                installation.kill(name)
    return found
