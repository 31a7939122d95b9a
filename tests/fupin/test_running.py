"""`make run` as a shell sees it: the data are made once and kept, the processes come and go together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import pytest
from django.conf import settings

SECONDS = 180


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """An installation of its own, on SQLite and without Redis."""
    return {"PATH": os.environ["PATH"], "FUPIN_VAR_DIR": str(tmp_path), "FUPIN_ENV_FILE": str(tmp_path / "none")}


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(environment, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def test_prepare_makes_the_demo_once_and_keeps_what_is_there(environment, tmp_path):
    first = manage(environment, "prepare", "--households", "20")
    assert first.returncode == 0, first.stderr
    assert "20 households" in first.stdout
    assert "district" in (tmp_path / "demo-accounts.txt").read_text(encoding="utf-8")
    assert (tmp_path / "static" / "staticfiles.json").exists()
    second = manage(environment, "prepare", "--households", "20")
    assert (second.returncode, second.stdout) == (0, "")
    counted = manage(
        environment, "shell", "-v0", "-c", "from households.models import *; print(Household.objects.count())"
    )
    assert counted.stdout.split() == ["20"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "The database cannot be used"),
        (
            {
                "FUPIN_ENV": "production",
                "SECRET_KEY": "long-and-random-" * 5,
                "FUPIN_ENCRYPTION_KEYS": "c29tZS1rZXktb2YtdGhpcy10ZXN0LTAwMDAwMDAwMDA=",
                "FUPIN_INDEX_KEY": "another-key-of-this-test-with-some-length",
                "ALLOWED_HOSTS": "fupin.example",
            },
            "This makes a demo",
        ),
    ],
)
def test_prepare_says_in_one_sentence_what_stands_in_its_way(environment, change, sentence):
    outcome = manage(environment | change, "prepare")
    assert outcome.returncode == 1
    line = outcome.stderr.strip().splitlines()[-1]
    assert sentence in line
    assert "Traceback" not in outcome.stderr


def test_a_port_in_use_is_named_with_another_to_try(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = manage(environment, "serve", "--port", str(port))
    assert outcome.returncode == 1
    assert (
        outcome.stderr.strip() == f"CommandError: Port {port} is in use; choose another with PORT={port + 1} make run."
    )


def test_web_server_and_worker_come_and_go_together(environment, tmp_path, free_port):
    manage(environment, "migrate", "-v0")
    log = (tmp_path / "log").open("w+")
    command = [sys.executable, "manage.py", "serve", "--port", str(free_port)]
    served = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        assert _wait_for(lambda: "is ready" in _read(log)), _read(log)
        connection = HTTPConnection("127.0.0.1", free_port, timeout=10)
        connection.request("GET", "/readyz")
        assert connection.getresponse().status == 200
        descendants = _descendants(served.pid)
        assert len(descendants) >= 4
        served.send_signal(signal.SIGINT)
        assert served.wait(timeout=SECONDS) == 0
        assert _wait_for(lambda: not any(map(_lives, descendants)))
    finally:
        for process in (*_descendants(served.pid), served.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        log.close()


def _read(log) -> str:
    log.seek(0)
    return log.read()


def _wait_for(condition) -> bool:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def _descendants(process: int) -> list[int]:
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent in map(str.split, table.splitlines())}
    found = [process]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found[1:]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
