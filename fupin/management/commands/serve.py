import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

STOPPING_SECONDS = 15
STARTING_SECONDS = 90
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Serve Fupin on this machine: a web server and a worker, started and stopped together."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args, host: str, port: int, **options) -> None:
        require_free_port(host, port)
        ready_file = settings.VAR_DIR / f"worker-ready-{port}"
        ready_file.unlink(missing_ok=True)
        family = Family({"web server": web_command(host, port), "worker": worker_command(ready_file)})
        with family:
            deadline = time.monotonic() + STARTING_SECONDS
            while not (ready_file.exists() and answers(host, port)):
                family.check()
                if time.monotonic() > deadline:
                    raise CommandError(f"Fupin was not ready within {STARTING_SECONDS} seconds.")
                time.sleep(0.2)
            self._announce(host, port)
            while True:
                family.check()
                time.sleep(1)

    def _announce(self, host: str, port: int) -> None:
        self.stdout.write(f"\nFupin is ready: http://{host}:{port}/   (Ctrl-C stops it)\n")
        accounts = settings.VAR_DIR / "demo-accounts.txt"
        if accounts.exists():
            self.stdout.write(accounts.read_text(encoding="utf-8"))
        self.stdout.flush()


class Family:
    """Processes that start and stop together; a signal to stop this one stops them all."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self._commands = commands
        self._processes: dict[str, subprocess.Popen] = {}

    def __enter__(self):
        for sign in STOP_SIGNALS:
            signal.signal(sign, self._stop)
        for name, command in self._commands.items():
            self._processes[name] = subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)
        return self

    def __exit__(self, *_exception) -> None:
        for sign in STOP_SIGNALS:
            signal.signal(sign, signal.SIG_IGN)
        for process in self._processes.values():
            process.terminate()
        deadline = time.monotonic() + STOPPING_SECONDS
        for process in self._processes.values():
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                kill_group(process)

    def check(self) -> None:
        """Raise when one of them has ended: the other is of no use alone.

        Raises:
            CommandError: naming the process.
        """
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise CommandError(f"The {name} ended unexpectedly (exit code {process.returncode}); all was stopped.")

    @staticmethod
    def _stop(*_signal) -> None:
        raise SystemExit(0)


def web_command(host: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "fupin.wsgi", "--bind", f"{host}:{port}", "--workers", "2",
        "--worker-class", "gthread", "--threads", "4", "--log-level", "warning", "--graceful-timeout", "5",
    ]  # fmt: skip


def worker_command(ready_file) -> list[str]:
    return [
        "env", f"FUPIN_READY_FILE={ready_file}", sys.executable, "-W", "ignore:You're running the worker with super",
        "-m", "celery", "--app", "fupin", "--quiet", "worker", "--beat", "--pool", "prefork", "--concurrency", "2",
        "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
    ]  # fmt: skip


def require_free_port(host: str, port: int) -> None:
    """Raise CommandError when another process holds the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Port {port} is in use; choose another with PORT={port + 1} make run.") from error


def answers(host: str, port: int) -> bool:
    """Whether something answers HTTP there; what it says does not matter."""
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def kill_group(process: subprocess.Popen) -> None:
    """End a process and all that it started, without asking."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
