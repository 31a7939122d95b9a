"""Recalculation: ours against one raw statement of the same work, against OpenFisca-core, and against a careful loop.

Ours is what the page starts: planned in chunks, each claimed, written and marked done in a transaction of its own,
with changes against the run before, every criterion that hit, counts, checksum and proposals; done by one worker or by
two, processes that read the work from the database. Three situations are measured, because they cost differently:

first       nothing was determined before: every household is written, nothing is replaced
rewritten   the standard has a new line: every household is written and replaces what was determined before
again       2 % of the households earn something else: every household is judged, 2 % are written

and, of the last, the incremental run, which judges only the households that were touched. The raw statement, in each
situation, writes the same rows into a table with the same indexes and constraints; the results are compared.

Everything runs interleaved in rounds, because the speed of a machine swings; medians of the ratios of a round count.
"""

import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from assistance.demo.standards import HOUSEHOLDS
from eligibility import standards
from eligibility.choices import VersionState
from eligibility.documents import as_document, from_document
from eligibility.models import StandardVersion
from fupin.clock import OVERLAP
from households.models import Household, IncomeYear
from tests.bench import openfisca as theirs
from tests.bench.loop import loop
from tests.bench.measured import Measured, processor_seconds
from tests.bench.raw import check, make_table, raw
from tests.bench.workers import Crew, crew

ROUNDS = 3
# Of the households, this share's income differs when a register is recalculated again.
CHANGED_OF = 50
# The loop is measured on a part of the batches that would take about this many households.
HOUSEHOLDS_OF_LOOP = 30_000
MEGABYTE = 2**20
# Runs and what they leave: nothing was determined where these are empty.
OURS = ("eligibility_recalculation", "eligibility_determination", "eligibility_proposal")
LONG_AGO = timedelta(days=30)

_turns = count()


class Notes:
    """What was measured: by name, a figure for every round."""

    def __init__(self):
        self.figures: dict[str, list[float]] = defaultdict(list)

    def __setitem__(self, name: str, figure: float) -> None:
        self.figures[name].append(figure)

    def took(self, name: str, measured: dict[str, float]) -> None:
        """Note the seconds, by the clock and of the processors, of what was measured."""
        self[name] = measured["seconds"]
        self[f"{name} processor"] = measured["processor"]

    def logged(self, name: str, work: Callable[[], None]) -> None:
        """Do some work, and note the records that it writes to the log, and what the log takes in all.

        What is touched for the first time since a checkpoint is logged as a copy of its whole page besides. How often
        that happens the settings of the server say, not the work.
        """
        position = _log_position()
        work()
        records, copies = _logged_since(position)
        self[f"log {name}"], self[f"log {name} with copies of pages"] = records, records + copies

    def median(self, name: str) -> float:
        return statistics.median(self.figures[name])

    def ratio(self, one: str, other: str) -> float:
        """The median of the ratios within a round."""
        return statistics.median(a / b for a, b in zip(self.figures[one], self.figures[other], strict=True))


def run(rounds: int = ROUNDS) -> list[Measured]:
    """Measure on the database that DATABASE_URL names, which holds the demo; its determinations are thrown away."""
    notes = Notes()
    Household.objects.filter(touched_at__gte=timezone.now() - 2 * OVERLAP).update(touched_at=timezone.now() - LONG_AGO)
    execute("VACUUM ANALYZE")
    execute("CREATE EXTENSION IF NOT EXISTS pg_walinspect")
    make_table()
    theirs.make_table()
    with crew(1) as one, crew(2) as two:
        for number in range(rounds):
            _first(notes, one, two, number)
            _again(notes, one, two)
            _rewritten(notes, one, two)
            _tell(notes)
    execute("DROP TABLE bench_raw")
    execute("DROP TABLE bench_openfisca")
    return _found(notes, Household.objects.count())


def version() -> StandardVersion:
    """The version of the demo's standard that is in force."""
    return StandardVersion.objects.select_related("standard").get(
        standard__code=HOUSEHOLDS, state=VersionState.APPROVED
    )


def timed(work: Callable, *arguments, **more) -> dict[str, float]:
    """The seconds of some work by the clock, and those of the processors that it and its connection's process used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    used = processor_seconds("self") + processor_seconds(server)
    start = time.perf_counter()
    work(*arguments, **more)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "processor": processor_seconds("self") + processor_seconds(server) - used}


def execute(sql: str, params: list | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def empty(*tables: str) -> None:
    """Tables as if nothing had been determined yet."""
    execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    execute(f"VACUUM ANALYZE {', '.join(tables)}")


# --- The situations -----------------------------------------------------------------------------------------------
def _first(notes: Notes, one: Crew, two: Crew, number: int) -> None:
    """Nothing determined before. OpenFisca and the loop are measured here, where they too write every household."""
    empty("bench_raw", *OURS)
    for loader in ("rows", "copy") if theirs.python() else ():
        told = theirs.openfisca(version(), loader)
        notes[f"openfisca {loader}"] = told["seconds"]
        notes[f"openfisca {loader} megabytes"] = told["megabytes"]
    notes.took("raw first", timed(raw, version(), first=True))
    ran = one.run(version())
    notes.took("one first", ran)
    notes["megabytes"], notes["server megabytes"] = ran["megabytes"], ran["server_megabytes"]
    check()
    for name, figure in (theirs.compare(version()) if theirs.python() else {}).items():
        notes[f"openfisca {name}"] = figure
    parts = max(1, Household.objects.count() // HOUSEHOLDS_OF_LOOP)
    notes["loop"] = timed(loop, version(), number % parts, parts)["seconds"] * parts
    empty(*OURS)
    notes.took("two first", two.run(version()))


def _again(notes: Notes, one: Crew, two: Crew) -> None:
    """Some incomes changed: everything judged again, by one, by two and raw; then others, of which only they are."""
    _change_some_incomes()
    execute("CHECKPOINT")
    notes.logged("again", lambda: notes.took("one again", one.run(version())))
    notes.took("raw again", timed(raw, version()))
    check()
    _change_some_incomes()
    notes.took("two again", two.run(version()))
    _change_some_incomes()
    notes.logged("incremental", lambda: notes.took("one incremental", one.run(version(), incremental=True)))
    _change_some_incomes()
    notes.took("two incremental", two.run(version(), incremental=True))


def _rewritten(notes: Notes, one: Crew, two: Crew) -> None:
    """A new version with another line: every determination differs."""
    _raise_the_line()
    execute("CHECKPOINT")
    notes.logged("rewritten", lambda: notes.took("one rewritten", one.run(version())))
    notes.took("raw rewritten", timed(raw, version()))
    check()
    execute("VACUUM ANALYZE eligibility_determination")
    _raise_the_line()
    notes.took("two rewritten", two.run(version()))


def _change_some_incomes() -> None:
    """Give one household in fifty another income, each time another one, and note that it was touched."""
    part = next(_turns) % CHANGED_OF
    incomes = IncomeYear.objects.annotate(part=F("household_id") % CHANGED_OF).filter(year=version().income_year)
    incomes.filter(part=part).update(wages=F("wages") + Decimal("9999.99"))
    _touch(part - 1, timezone.now() - LONG_AGO)
    _touch(part, timezone.now())
    execute("VACUUM ANALYZE households_incomeyear, households_household, eligibility_determination")


def _touch(part: int, moment: datetime) -> None:
    Household.objects.annotate(part=F("id") % CHANGED_OF).filter(part=part).update(touched_at=moment)


def _raise_the_line() -> None:
    """A new version of the standard, proposed and approved as people do it, whose line is a yuan higher."""
    proposer, approver = User.objects.filter(role="district").order_by("pk")[:2]
    old = version()
    draft = standards.new_draft(old.standard, proposer)
    content = from_document(as_document(draft))
    draft = standards.edit_draft(draft, content.values | {"line": old.line + 1}, content.criteria, proposer)
    standards.approve(standards.submit(draft, proposer), approver, "bench")


def _log_position() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()")
        return cursor.fetchone()[0]


def _logged_since(position: str) -> tuple[float, float]:
    """Megabytes of records and of copies of pages in the write-ahead log since a position, all of the server's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(record_size), sum(fpi_size) FROM pg_get_wal_stats(%s, %s)", [position, _log_position()]
        )
        records, copies = cursor.fetchone()
    return float(records) / MEGABYTE, float(copies) / MEGABYTE


# --- What it comes to ---------------------------------------------------------------------------------------------
def _found(notes: Notes, households: int) -> list[Measured]:
    def against(name: str, one: str, other: str, **goal) -> Measured:
        unit = "MB" if one.endswith("megabytes") else "s"
        figures = f"{notes.median(one):.1f} {unit} against {notes.median(other):.1f} {unit}"
        detail = f"{households:,} households: {figures}, median of {len(notes.figures[one])} rounds"
        return Measured(name, round(notes.ratio(one, other), 3), detail, **goal)

    found = []
    for situation in ("first", "again", "rewritten"):
        for crew_, goal in (("one", 1.4), ("two", 0.9)):
            name = f"recalculation {situation}, {crew_} worker{'s' * (crew_ == 'two')} ÷ raw statement"
            found.append(against(name, f"{crew_} {situation}", f"raw {situation}", at_most=goal))
        one, other = f"one {situation} processor", f"raw {situation} processor"
        found.append(against(f"recalculation {situation}, processor time of one ÷ raw statement", one, other))
    found += [
        against("incremental of 2 % ÷ all again, one worker", "one incremental", "one again", at_most=0.1),
        against("incremental of 2 % ÷ all again, two workers", "two incremental", "two again", at_most=0.1),
        against("loop with prefetch and bulk_create ÷ one worker", "loop", "one first", at_least=10),
    ]
    for name, state, goal in (
        ("again", "", {"at_most": 0.02}),
        ("incremental", "", {"at_most": 0.02}),
        ("again", " with copies of pages", {}),
    ):
        one, other = f"log {name}{state}", f"log rewritten{state}"
        detail = f"{notes.median(one):,.0f} MB against {notes.median(other):,.0f} MB"
        found.append(
            Measured(f"log of 2 % {name} ÷ rewritten{state}", round(notes.ratio(one, other), 4), detail, **goal)
        )
    detail = f"the process; its connection's holds {max(notes.figures['server megabytes']):.0f} MB"
    found.append(Measured("memory of a worker, MB", max(notes.figures["megabytes"]), detail, at_most=150))
    if not theirs.python():
        return found
    decided = max(notes.figures["openfisca decided_otherwise"])
    detail = (
        f"of {households:,}; {notes.median('openfisca other_sums'):,.0f} have another net income in float32, "
        f"by {notes.median('openfisca at_most_fen'):,.0f} fen at most"
    )
    return [
        *found,
        against("OpenFisca, rows fetched ÷ two workers", "openfisca rows", "two first", at_least=2.5),
        against("OpenFisca, loaded by COPY ÷ two workers", "openfisca copy", "two first", at_least=1.2),
        against("OpenFisca, rows fetched ÷ one worker, memory", "openfisca rows megabytes", "megabytes"),
        against("OpenFisca, loaded by COPY ÷ one worker, memory", "openfisca copy megabytes", "megabytes"),
        Measured("households that OpenFisca decides otherwise", decided, detail, at_most=0),
    ]


def _tell(notes: Notes) -> None:
    """The figures of the round, in case that no other is waited for."""
    last = {name: round(figures[-1], 2) for name, figures in notes.figures.items()}
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f}: {last}\n")
    sys.stdout.flush()
