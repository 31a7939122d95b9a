"""A whole installation in a folder and on ports of its own: PostgreSQL, Redis, web, worker and beat, to be killed.

Every process is one that the handbook starts; nothing is imitated. `kill` is kill -9, of the process and of all that it
started; `start` is what a supervisor does when it finds one gone.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
import redis

ROOT = Path(__file__).resolve().parents[2]
# How long anything is waited for; what takes longer than that has failed.
PATIENCE_SECONDS = 300
WORKERS = 2


def postgres_programs() -> Path | None:
    """Where initdb and postgres are; None where they are not installed."""
    found = [Path(on_path)] if (on_path := shutil.which("initdb")) else []
    found += sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0)
    )
    return found[-1].parent if found else None


def can_be_made() -> bool:
    """Whether this machine has the servers."""
    return postgres_programs() is not None and shutil.which("redis-server") is not None


class Installation:
    """The processes by name, and what is asked of them."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.folder.chmod(0o755)
        self.ports = dict(zip(("postgres", "redis", "web"), _free_ports(3), strict=True))
        self.address = f"postgres://postgres@127.0.0.1:{self.ports['postgres']}/postgres"
        self.broker = f"redis://127.0.0.1:{self.ports['redis']}/0"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FUPIN_", "PYTEST_"))}
        self.environment = kept | {
            "DJANGO_SETTINGS_MODULE": "fupin.settings",
            "DATABASE_URL": self.address,
            "REDIS_URL": self.broker,
            "FUPIN_VAR_DIR": str(folder / "var"),
            "FUPIN_NIGHTLY_HOUR": "",
            **environment,
        }
        self.processes: dict[str, subprocess.Popen] = {}
        self.token = ""

    # --- Processes ------------------------------------------------------------------------------------------------
    def commands(self) -> dict[str, list[str]]:
        programs, python = postgres_programs(), [sys.executable, "-W", "ignore", "-m"]
        cluster = self.folder / "postgres"
        return {
            "postgres": [
                *_as_postgres(), str(programs / "postgres"), "-D", str(cluster / "data"), "-k", str(cluster),
                "-p", str(self.ports["postgres"]), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
            ],
            "redis": ["redis-server", "--port", str(self.ports["redis"]), "--bind", "127.0.0.1", "--save", ""],
            "web": [
                *python, "gunicorn", "fupin.wsgi", "--bind", f"127.0.0.1:{self.ports['web']}", "--workers", "2",
                "--log-level", "warning",
            ],
            "worker": [
                *python, "celery", "--app", "tests.resilience.celery_app", "--quiet", "worker", "--concurrency",
                str(WORKERS), "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
            ],
            "beat": [
                *python, "celery", "--app", "tests.resilience.celery_app", "--quiet", "beat", "--loglevel", "WARNING",
                "--pidfile", "",
            ],
        }  # fmt: skip

    def make_cluster(self) -> None:
        cluster = self.folder / "postgres"
        cluster.mkdir()
        if os.getuid() == 0:
            shutil.chown(cluster, "postgres", "postgres")
        command = [str(postgres_programs() / "initdb"), "-D", str(cluster / "data"), "-U", "postgres", "-A", "trust"]
        command += ["-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        subprocess.run([*_as_postgres(), *command], check=True, stdout=subprocess.DEVNULL)

    def start(self, *names: str) -> None:
        for name in names:
            self._launch(name)
            {"postgres": self._await_postgres, "redis": self._await_redis}.get(name, lambda: None)()

    def _launch(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.commands()[name], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def log(self, name: str) -> str:
        """The last lines that a process wrote."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]

    def kill(self, *names: str) -> None:
        """kill -9, without a word before. What is stopped first begets no more children meanwhile."""
        for name in names:
            process = self.processes.pop(name)
            process.send_signal(signal.SIGSTOP)
            family = [process.pid, *_descendants(process.pid)]
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
            wait_until(lambda family=family: not any(_is_alive(pid) for pid in family), f"{name} to be gone")

    def stop(self) -> None:
        for name in ("beat", "worker", "web", "redis", "postgres"):
            if name in self.processes:
                self.kill(name)

    def _await_postgres(self) -> None:
        def answers() -> bool:
            if self.processes["postgres"].poll() is not None:
                # Its predecessor's shared memory is let go of a moment after its end.
                self._launch("postgres")
            with suppress(psycopg2.OperationalError):
                return self.ask("SELECT 1") == [(1,)]
            return False

        try:
            wait_until(answers, "PostgreSQL")
        except TimeoutError as error:
            raise TimeoutError(self.log("postgres")) from error

    def _await_redis(self) -> None:
        def answers() -> bool:
            with suppress(redis.ConnectionError):
                return redis.Redis.from_url(self.broker).ping()
            return False

        wait_until(answers, "Redis")

    # --- What is asked of it --------------------------------------------------------------------------------------
    def prepare(self, households: int, standards: list[str]) -> dict:
        """Make the tables, a demo of so many households, standards with these codes, and a token of the district."""
        output = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.resilience.prepare", str(households), *standards],
            cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True,
        ).stdout  # fmt: skip
        prepared = json.loads(output.splitlines()[-1])
        self.token = prepared["token"]
        return prepared

    def ask(self, sql: str, *params) -> list[tuple]:
        connection = psycopg2.connect(self.address)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall()
        finally:
            connection.close()

    def await_web(self) -> None:
        def answers() -> bool:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.ports['web']}/healthz", timeout=5).close()
                return True
            return False

        wait_until(answers, "the web server")

    def post_run(self, standard: str) -> tuple[int, dict]:
        """Start a recalculation of the district through the API: status and answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['web']}/api/v1/recalculations/",
            json.dumps({"standard": standard, "division": "320412"}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Token {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def flush_redis(self) -> None:
        redis.Redis.from_url(self.broker).flushall()

    def await_chunks(self, run: str, count: int) -> None:
        """Wait until so many chunks of a run are done."""
        sql = "SELECT count(*) FROM eligibility_recalculationchunk WHERE run_id = %s AND state = 'done'"
        wait_until(lambda: self.ask(sql, run)[0][0] >= count, f"{count} chunks", every=0.02)

    def await_end(self, run: str) -> float:
        """Wait until a run has ended by itself; gives the seconds."""
        began = time.monotonic()
        sql = "SELECT state FROM fupin_job WHERE id = %s"
        wait_until(lambda: self.ask(sql, run)[0][0] not in ("queued", "running"), "the end of the run")
        return time.monotonic() - began

    def outcome(self, run: str) -> dict:
        """What a run came to: its state and checksum, rows and households in them, chunks and attempts beyond one."""
        ((state, checksum, counts),) = self.ask(
            "SELECT j.state, r.checksum, r.counts FROM eligibility_recalculation r JOIN fupin_job j ON j.id = r.job_id "
            "WHERE j.id = %s", run,
        )  # fmt: skip
        ((rows, distinct),) = self.ask(
            "SELECT count(*), count(DISTINCT household_id) FROM eligibility_determination WHERE run_id = %s", run
        )
        ((chunks, done, redone),) = self.ask(
            "SELECT count(*), count(*) FILTER (WHERE state = 'done'), sum(attempts - 1) "
            "FROM eligibility_recalculationchunk WHERE run_id = %s", run,
        )  # fmt: skip
        judged = sum(counts.get(name, 0) for name in ("eligible", "not_eligible", "insufficient_data"))
        return {
            "state": state, "checksum": checksum, "rows": rows, "distinct": distinct, "judged": judged,
            "chunks": chunks, "done": done, "redone": int(redone),
        }  # fmt: skip


# --- The blows ------------------------------------------------------------------------------------------------------
def _worker(installation: Installation) -> None:
    installation.kill("worker")
    installation.start("worker")


def _web(installation: Installation) -> None:
    installation.kill("web")
    installation.start("web")


def _postgres(installation: Installation) -> None:
    installation.kill("postgres")
    installation.start("postgres")


BLOWS: dict[str, Callable[[Installation], None]] = {
    "kill -9 of the worker": _worker,
    "kill -9 of the web process": _web,
    "kill -9 of PostgreSQL": _postgres,
    "FLUSHALL of Redis": Installation.flush_redis,
}


@contextmanager
def installed(folder: Path, **environment: str) -> Iterator[Installation]:
    """An installation with its database and Redis running; all of it is gone in the end."""
    installation = Installation(folder, **environment)
    try:
        installation.make_cluster()
        installation.start("postgres", "redis")
        yield installation
    finally:
        installation.stop()


def wait_until(condition: Callable[[], bool], what: str, every: float = 0.1) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE_SECONDS} s for {what}")
        time.sleep(every)


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root; its own user does it then."""
    if os.getuid() != 0:
        return []
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _port in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
