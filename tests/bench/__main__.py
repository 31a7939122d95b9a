"""Measure what Fupin promises of its speed: `python -m tests.bench [--households N] [--only NAME]`.

Makes a database of its own on the server that BENCH_SERVER names, fills it with the demo, measures, prints one table
and drops the database. Only ratios are judged, taken side by side on the same machine; docs/benchmarks.md says of what.
A register of more than 100,000 is grown from the demo's within the database. `--only scaling` begins with 10,000 and
measures while it grows.
"""

import argparse
import io
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

SERVER = "postgres://postgres@127.0.0.1:5432"
HOUSEHOLDS = 100_000
SEED_SECONDS = 180
# One that makes servers of its own, to kill them; it runs only when it is asked for, and alone.
RESILIENCE = "resilience"
BENCHES = ("lookup", "imports", "recalculation", "comparison", "nightly")
SCALING = "scaling"
SMALLEST = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    parser.add_argument(
        "--only", choices=(*BENCHES, RESILIENCE, SCALING), action="append", help="only this; may be repeated"
    )
    arguments = parser.parse_args()
    if arguments.only == [RESILIENCE]:
        from tests.bench import resilience

        report(resilience.run(arguments.households))
        return
    server = os.environ.get("BENCH_SERVER", SERVER).rstrip("/")
    with tempfile.TemporaryDirectory() as folder, database(server) as address:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "fupin.settings",
            "DATABASE_URL": address,
            "FUPIN_VAR_DIR": folder,
            "REDIS_URL": "",
        }
        say(machine())
        report(measure(arguments.households, arguments.only or BENCHES))


@contextmanager
def database(server: str) -> Iterator[str]:
    """A new empty database on the server, dropped in the end; gives its address."""
    name = f"fupin_bench_{os.getpid()}"
    ask(f"{server}/postgres", f'CREATE DATABASE "{name}"')
    try:
        yield f"{server}/{name}"
    finally:
        ask(f"{server}/postgres", f'DROP DATABASE "{name}" WITH (FORCE)')


def ask(address: str, sql: str) -> list[tuple]:
    """The rows of a statement, outside any transaction and without Django."""
    connection = psycopg2.connect(address)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def measure(households: int, wanted: tuple[str, ...]) -> list:
    """Fill the database and run the benchmarks on it."""
    import django

    django.setup()
    from importlib import import_module

    from django.core.management import call_command

    from fupin import jobs
    from tests.bench.measured import Measured
    from tests.bench.register import grow

    # Whoever measures does the work, not a worker who happens to listen.
    jobs.wake = jobs.call_helpers = lambda _job: None
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    if wanted == [SCALING]:
        call_command("seed_demo", households=SMALLEST, stdout=io.StringIO())
        return import_module("tests.bench.scaling").run(households)
    seeded = min(households, HOUSEHOLDS)
    start = time.perf_counter()
    call_command("seed_demo", households=seeded, stdout=io.StringIO())
    seconds = time.perf_counter() - start
    share = SEED_SECONDS * seeded / HOUSEHOLDS
    say(f"seed_demo: {seeded:,} households in {seconds:.0f} s")
    found = [
        Measured(
            f"seed_demo, seconds for {seeded:,} households",
            round(seconds, 1),
            f"{seeded / seconds:,.0f} households/s, with cases, help, visits and both recalculations",
            at_most=share,
        )
    ]
    if households > seeded:
        say(f"growing to {households:,} households …")
        grow(households)
    for name in wanted:
        say(f"{name} …")
        start = time.perf_counter()
        found += import_module(f"tests.bench.{name}").run()
        say(f"{name}: measured in {time.perf_counter() - start:.0f} s")
    from django.db import connections

    connections.close_all()
    return found


def report(found: list) -> None:
    """One table, and what each line means."""
    width = max(len(measured.name) for measured in found)
    say(f"\n{'':{width}}  {'measured':>9}  {'goal':>7}")
    for measured in found:
        say(f"{measured.name:{width}}  {measured.ratio:>9,.3f}  {measured.goal:>7}  {measured.verdict}")
    say("")
    for measured in found:
        say(f"{measured.name}: {measured.detail}")
    short = [measured.name for measured in found if measured.verdict == "SHORT"]
    say(f"\n{len(short)} short of the goal: {'; '.join(short)}" if short else "\nEvery goal is reached.")


def machine() -> str:
    """What it was measured on."""
    ((server,),) = ask(os.environ["DATABASE_URL"], "SHOW server_version")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} processors ({_processor()}), {memory:.0f} GiB, load {load:.1f}; Python "
        f"{platform.python_version()}, PostgreSQL {server}; {time.strftime('%Y-%m-%d')}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
