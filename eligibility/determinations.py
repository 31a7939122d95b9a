"""What a chunk of a run leaves: a determination wherever something differs from the one that counts (design §6)."""

import math
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, Value
from django.db.models.expressions import RawSQL

from eligibility import proposals
from eligibility.choices import Outcome
from eligibility.models import (
    Determination,
    DeterminationBase,
    Recalculation,
    RecalculationChunk,
    SimulatedDetermination,
)
from eligibility.rules import Rule
from eligibility.scopes import households_of, is_whole_division
from eligibility.statements import (
    OF_HOUSEHOLD,
    RESULTS,
    Narrowing,
    OfChunk,
    Sql,
    among,
    assessment,
    bound,
    execute,
    fetch,
    prepared,
    quoted,
)
from eligibility.terms import Terms
from households.models import Household

# Small villages are put together to about this many households at most; a village of more than twice as many is split.
HOUSEHOLDS_A_CHUNK = 30_000
# A smaller run is cut into a part for each worker that may share it, unless the parts would be tiny.
HOUSEHOLDS_A_SMALL_CHUNK = 20

OUTCOMES = tuple(outcome.value for outcome in Outcome)
COUNTS = (*OUTCOMES, "newly_eligible", "no_longer_eligible")

# Products of two residues of this prime fit 64 bits, and so do sums of residues times weights.
_PRIME = 2**31 - 1
_WEIGHTS = (1_000_003, 1_000_033, 1_000_037, 1_000_039, 1_000_081, 1_000_099)
_NO_INCOME = 10**17


def plan(run: Recalculation) -> Iterator[RecalculationChunk]:
    """The chunks of a run over households: ranges of villages, or of households of a large village.

    They are alike in size: a chunk ends with the village in whose midst the next share of the households begins.
    """
    villages = (
        Household.objects.filter(households_of(run))
        .order_by("village_id")
        .values("village_id")
        .annotate(households=Count("*"))
        .values_list("village_id", "households")
    )
    size = _size(sum(count for _village, count in villages))
    first = last = None
    households = passed = 0
    ends_at = size
    for village, count in villages:
        is_split = count > 2 * size
        if households and (is_split or passed + count / 2 > ends_at):
            yield RecalculationChunk(run=run, first_village=first, last_village=last, households=households)
            households, ends_at = 0, max(ends_at + size, passed + size / 2)
        passed += count
        if is_split:
            yield from _split(run, village, size)
            ends_at = passed + size
            continue
        first, last, households = (first if households else village), village, households + count
    if households:
        yield RecalculationChunk(run=run, first_village=first, last_village=last, households=households)


def _size(households: int) -> float:
    """How many households make a chunk, so that the workers of a run all have as many chunks."""
    workers = settings.FUPIN_WORKERS_A_JOB
    chunks_a_worker = max(1, math.ceil(households / workers / HOUSEHOLDS_A_CHUNK))
    return min(max(households / workers / chunks_a_worker, HOUSEHOLDS_A_SMALL_CHUNK), HOUSEHOLDS_A_CHUNK)


def _split(run: Recalculation, village: str, size: float) -> Iterator[RecalculationChunk]:
    rows = Household.objects.filter(households_of(run), village=village)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    parts = math.ceil(len(keys) / size)
    for number in range(parts):
        part = keys[len(keys) * number // parts : len(keys) * (number + 1) // parts]
        yield RecalculationChunk(
            run=run,
            first_village=village,
            last_village=village,
            first_household=part[0],
            last_household=part[-1],
            households=len(part),
        )


def narrowing(run: Recalculation, *, parts_a_village: bool) -> Narrowing:
    """The households of a chunk as they lie now, and what else has to be read for them.

    Each table is narrowed by one range only: of two, the planner would take the product for the share of the rows.
    Of a part of the households, such as those that were touched, the rows are found through their keys.
    """
    in_chunk = Q(village_id__gte=_of_chunk("first_village"), village_id__lte=_of_chunk("last_village"))
    if parts_a_village:
        in_chunk &= _in_part("pk")
    if not is_whole_division(run):
        return Narrowing(in_chunk & households_of(run))
    return Narrowing(in_chunk, _in_part("household_id") if parts_a_village else in_chunk)


def _in_part(path: str) -> Q:
    return Q(**{f"{path}__gte": _of_chunk("first_household"), f"{path}__lte": _of_chunk("last_household")})


def _of_chunk(name: str) -> OfChunk:
    return OfChunk(name, RecalculationChunk._meta.get_field(name))


class Writer:
    """Writes what a run determines, chunk by chunk. What it asks of the database is put into words once."""

    def __init__(self, run: Recalculation):
        self.run = run
        self.rule = Rule(Terms.of_run(run))
        self.is_first = not _standard_was_recalculated_before(run)
        self._statements: dict[tuple[bool, bool], Sql] = {}

    def write(self, chunk: RecalculationChunk) -> tuple[dict[str, dict], int]:
        """Write a chunk's determinations and what they propose, in the caller's transaction.

        Returns COUNTS by township, and a checksum. The households are assessed once, into a table of the transaction's
        own; what is replaced, written, proposed and counted is read from there.
        """
        # There is nothing to look for before, except for what the run itself has said of those who have moved here.
        replaces = bool(chunk.moves) or not self.is_first
        _plan_for_a_small_part()
        execute(*bound(self._assess(chunk.first_household is not None, replaces), chunk))
        if self.run.is_simulation:
            _write_all_simulated(self.run, chunk)
        else:
            if replaces:
                _replace(self.run, chunk)
            fixed = {"run_id": self.run.pk, "standard_id": self.run.version.standard_id, "is_current": True}
            _insert(Determination, fixed, ' WHERE "differs"')
            proposals.renew(self.run)
        tally = _tally()
        execute('DROP TABLE "assessed"')
        return tally

    def _assess(self, parts_a_village: bool, replaces: bool) -> Sql:
        """The statement that assesses a chunk, made when it is first needed."""
        key = parts_a_village, replaces
        if key not in self._statements:
            before = Determination.objects.filter(standard=self.run.version.standard_id, is_current=True)
            before = before if replaces else before.filter(Value(False))
            narrowed = narrowing(self.run, parts_a_village=parts_a_village)
            self._statements[key] = _kept(self.run, assessment(self.rule, narrowed, previous=before))
        return self._statements[key]


def _standard_was_recalculated_before(run: Recalculation) -> bool:
    runs = Recalculation.objects.filter(version__standard=run.version.standard_id, is_simulation=False)
    return runs.exclude(watermark=None).exclude(pk=run.pk).exists()


def _plan_for_a_small_part() -> None:
    """Let the planner follow indexes for a chunk's few rows of large tables.

    The pages that an index leads to are priced as if in memory, where a chunk's soon are. Priced as on a disk, all that
    a run has written is read for every chunk. And of a standard that the statistics do not know yet it expects one
    determination, would keep "it" aside and compare every household with it: with as many as the first run has written
    by then. So it keeps nothing aside.
    Compiling a statement for some ten thousand rows takes longer than it saves.
    """
    if connection.vendor == "postgresql":
        wanted = {"random_page_cost": 0.1, "enable_material": "off", "jit": "off", "max_parallel_workers_per_gather": 0}
        execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in wanted.items()))


def _kept(run: Recalculation, select: Sql) -> Sql:
    """Keep the results of a statement as the table `assessed`, with whether each `differs` from the one before.

    Of a household that the run has judged already, having moved here from another chunk, the one before is the run's
    own; its result `before` is nevertheless that before the run.
    """
    sql, params = select
    # Only the income can be missing.
    same = (
        " AND ".join(f'"{name}" = "previous_{name}"' for name in RESULTS if name != "net_income")
        + ' AND COALESCE("net_income" = "previous_net_income", "net_income" IS NULL AND "previous_net_income" IS NULL)'
    )
    differs = f'"previous_id" IS NULL OR NOT ({same}) AS "differs"'
    before = 'CASE WHEN "previous_run_id" = %s THEN "previous_previous_outcome" ELSE "previous_outcome" END'
    before = f"""COALESCE({before}, '') AS "before\""""
    columns = ["household_id", *RESULTS, "previous_id", "previous_run_id"]
    if not run.is_simulation:
        sql, params = proposals.beside(select)
        columns += [*OF_HOUSEHOLD, *proposals.BESIDE]
    return (
        f'CREATE TEMPORARY TABLE "assessed" AS SELECT {quoted(columns)}, {differs}, {before} FROM ({sql}) "results"',
        prepared(Determination, {"run_id": run.pk}) + params,
    )


def _replace(run: Recalculation, chunk: RecalculationChunk) -> None:
    """Let the determinations from which something differs count no longer.

    What the run itself said of one who has moved here meanwhile is corrected in its place.
    """
    table = Determination._meta.db_table
    if chunk.moves:
        columns = quoted(RESULTS)
        its_own = 'SELECT "previous_id" FROM "assessed" WHERE "differs" AND "previous_run_id" = %s'
        this_run = prepared(Determination, {"run_id": run.pk})
        results = f'SELECT {columns} FROM "assessed" WHERE "previous_id" = "{table}"."id"'
        execute(f'UPDATE "{table}" SET ({columns}) = ({results}) WHERE "id" IN ({its_own})', this_run)
        execute(f'UPDATE "assessed" SET "differs" = FALSE WHERE "previous_id" IN ({its_own})', this_run)
    replaced = among("id", 'SELECT "previous_id" FROM "assessed" WHERE "differs"')
    execute(f'UPDATE "{table}" SET "is_current" = FALSE WHERE {replaced}')


def _write_all_simulated(run: Recalculation, chunk: RecalculationChunk) -> None:
    """Write every result; what the run said of those who have moved here meanwhile is taken away before."""
    if chunk.moves:
        here = RawSQL('SELECT "household_id" FROM "assessed"', ())
        SimulatedDetermination.objects.filter(run=run, household__in=here).delete()
    _insert(SimulatedDetermination, {"run_id": run.pk})


def learn_of(run: Recalculation) -> None:
    """Let the database take note of the first determinations of a standard: lists of them are planned by it.

    Until the vacuum has passed, it would think that there is one.
    """
    if connection.vendor == "postgresql" and not _standard_was_recalculated_before(run):
        execute(f'ANALYZE "{Determination._meta.db_table}"')


def _insert(model: type[DeterminationBase], fixed: dict, where: str = "") -> None:
    """Insert what was assessed, with `fixed` values by column."""
    columns = quoted(["household_id", *RESULTS])
    execute(
        f'INSERT INTO "{model._meta.db_table}" ({quoted(fixed)}, "previous_outcome", {columns}) '
        f'SELECT {", ".join(["%s"] * len(fixed))}, "before", {columns} FROM "assessed"{where}',
        prepared(model, fixed),
    )


def _tally() -> tuple[dict[str, dict], int]:
    """By township how a chunk's households stand after the run and what it changed; a checksum over their results."""
    conditions = {outcome: f"outcome = '{outcome}'" for outcome in OUTCOMES} | {
        "newly_eligible": "outcome = 'eligible' AND before <> 'eligible'",
        "no_longer_eligible": "outcome <> 'eligible' AND before = 'eligible'",
    }
    counts = ", ".join(f"COUNT(*) FILTER (WHERE {conditions[name]}) AS {name}" for name in COUNTS)
    checksum = f"CAST(SUM({_fingerprint()}) AS bigint) AS checksum"
    rows = fetch(f"SELECT SUBSTR(village_id, 1, 9) AS township, {counts}, {checksum} FROM assessed GROUP BY township")
    return {row["township"]: {name: row[name] for name in COUNTS} for row in rows}, sum(r["checksum"] for r in rows)


def _fingerprint() -> str:
    """A number for a household's result, below _PRIME: its figures, weighed, times its key; no two rows may swap them.

    Their sum does not depend on the order of the rows, nor on how a run was cut into chunks.
    """
    places = " ".join(f"WHEN '{outcome}' THEN {place}" for place, outcome in enumerate(OUTCOMES, 1))
    figures = [f"CASE outcome {places} END", "headcount", f"COALESCE(net_income, {_NO_INCOME})"]
    figures += ["deductions", "line", "reasons"]
    weighed = " + ".join(
        f"CAST({figure} AS bigint) % {_PRIME} * {weight}" for figure, weight in zip(figures, _WEIGHTS, strict=True)
    )
    return f"({weighed}) % {_PRIME} * (household_id * 48271 % {_PRIME}) % {_PRIME}"
