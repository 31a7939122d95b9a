"""What a chunk of a run leaves: a determination wherever something differs from the one that counts (design §6)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Count, Max, Q

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
    RESULTS,
    Narrowing,
    Sql,
    assessment,
    compile_queryset,
    execute,
    fetch,
    prepared,
    quoted,
)
from households.models import Household

# Small villages are put together up to about this many households; a village of more than twice as many is split.
HOUSEHOLDS_A_CHUNK = 20_000

OUTCOMES = tuple(outcome.value for outcome in Outcome)
COUNTS = (*OUTCOMES, "newly_eligible", "no_longer_eligible")

# Products of two residues of this prime fit 64 bits, and so do sums of residues times weights.
_PRIME = 2**31 - 1
_WEIGHTS = (1_000_003, 1_000_033, 1_000_037, 1_000_039, 1_000_081, 1_000_099)
_NO_INCOME = 10**17


def plan(run: Recalculation) -> Iterator[RecalculationChunk]:
    """The chunks of a run over households: ranges of villages, or of households of a large village.

    None reaches beyond a township, so that a run's counts by township are sums over its chunks.
    """
    villages = (
        Household.objects.filter(households_of(run))
        .order_by("village_id")
        .values("village_id")
        .annotate(households=Count("pk"))
        .values_list("village_id", "households")
    )
    first = last = None
    households = 0
    for village, count in villages:
        if households and (households + count > HOUSEHOLDS_A_CHUNK or village[:9] != last[:9]):
            yield RecalculationChunk(run=run, first_village=first, last_village=last, households=households)
            households = 0
        if count > 2 * HOUSEHOLDS_A_CHUNK:
            yield from _split(run, village)
            continue
        first, last, households = (first if households else village), village, households + count
    if households:
        yield RecalculationChunk(run=run, first_village=first, last_village=last, households=households)


def _split(run: Recalculation, village: str) -> Iterator[RecalculationChunk]:
    rows = Household.objects.filter(households_of(run), village=village)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), HOUSEHOLDS_A_CHUNK):
        part = keys[start : start + HOUSEHOLDS_A_CHUNK]
        yield RecalculationChunk(
            run=run,
            first_village=village,
            last_village=village,
            first_household=part[0],
            last_household=part[-1],
            households=len(part),
        )


def narrowing(run: Recalculation, chunk: RecalculationChunk) -> Narrowing:
    """The households of a chunk as they lie now, and what else has to be read for them.

    Each table is narrowed by one range only: of two, the planner would take the product for the share of the rows.
    Of a part of the households, such as those that were touched, the rows are found through their keys.
    """
    in_chunk = Q(village_id__gte=chunk.first_village, village_id__lte=chunk.last_village)
    if chunk.first_household is not None:
        in_chunk &= _keys("pk", chunk.first_household, chunk.last_household)
    if not is_whole_division(run):
        households = in_chunk & households_of(run)
        return Narrowing(households, Q(household_id__in=Household.objects.filter(households).values("pk")))
    if chunk.first_household is not None:
        return Narrowing(in_chunk, _keys("household_id", chunk.first_household, chunk.last_household))
    return Narrowing(in_chunk, in_chunk)


def _keys(path: str, first: int, last: int) -> Q:
    return Q(**{f"{path}__gte": first, f"{path}__lte": last})


def write(run: Recalculation, chunk: RecalculationChunk, rule: Rule) -> dict:
    """Write a chunk's determinations, in the caller's transaction. Returns its counts and an integer `checksum`.


    The households are assessed once, into a table of the transaction's own; what is replaced, written and counted is
    read from there.
    """
    _plan_for_a_small_part()
    current = Determination.objects.filter(standard=run.version.standard_id, is_current=True)
    with _assessed(assessment(rule, narrowing(run, chunk), previous=current)):
        said = _said_before(run)
        if not said:
            (_write_all_simulated if run.is_simulation else _write_changed)(run)
            return _tally()
    _take_back(run, said)
    return write(run, chunk, rule)


def _plan_for_a_small_part() -> None:
    """Let the planner follow indexes for a chunk's few rows of large tables.

    Pages are priced as if in memory, where a chunk's soon are: what counts then is how many rows are looked at. Priced
    as on a disk, all that a run has written is read for every chunk. And of a standard that the statistics do not know
    yet it expects one determination, would keep "it" aside and compare every household with it: with as many as the
    first run has written by then. So it keeps nothing aside.
    """
    if connection.vendor == "postgresql":
        wanted = {"seq_page_cost": 0.1, "random_page_cost": 0.1, "enable_material": "off"}
        wanted |= {"max_parallel_workers_per_gather": 0}
        execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in wanted.items()))


@contextmanager
def _assessed(select: Sql) -> Iterator[None]:
    """Keep the results of the statement as the table `assessed`, with whether each `differs` from the one before."""
    sql, params = select
    # Only the income can be missing.
    same = (
        " AND ".join(f'"{name}" = "previous_{name}"' for name in RESULTS if name != "net_income")
        + ' AND COALESCE("net_income" = "previous_net_income", "net_income" IS NULL AND "previous_net_income" IS NULL)'
    )
    differs = f'"previous_id" IS NULL OR NOT ({same}) AS "differs"'
    columns = quoted(["household_id", *RESULTS, "previous_id", "previous_run_id", "previous_outcome"])
    execute(f'CREATE TEMPORARY TABLE "assessed" AS SELECT {columns}, {differs} FROM ({sql}) "results"', params)
    yield
    execute('DROP TABLE "assessed"')


def _said_before(run: Recalculation) -> list[int]:
    """Households of which the run has said something already: one may have moved here from a chunk before."""
    if run.is_simulation:
        of_run, params = compile_queryset(SimulatedDetermination.objects.filter(run=run).values("household_id"))
        rows = fetch(f'SELECT "household_id" FROM "assessed" WHERE "household_id" IN ({of_run})', params)
    else:
        this_run = prepared(Determination, {"run_id": run.pk})
        rows = fetch('SELECT "household_id" FROM "assessed" WHERE "previous_run_id" = %s', this_run)
    return [row["household_id"] for row in rows]


def _take_back(run: Recalculation, households: list[int]) -> None:
    """Take away what the run has said of these households, and let the determination before it count again."""
    if run.is_simulation:
        SimulatedDetermination.objects.filter(run=run, household__in=households).delete()
        return
    Determination.objects.filter(run=run, household__in=households).delete()
    before = Determination.objects.filter(standard=run.version.standard_id, household__in=households)
    newest = before.order_by().values("household").annotate(newest=Max("pk")).values("newest")
    Determination.objects.filter(pk__in=list(newest.values_list("newest", flat=True))).update(is_current=True)


def _write_changed(run: Recalculation) -> None:
    """Put a determination in the place of each from which something differs, and where there is none."""
    execute(
        f'UPDATE "{Determination._meta.db_table}" SET "is_current" = FALSE '
        'WHERE "id" IN (SELECT "previous_id" FROM "assessed" WHERE "differs")'
    )
    fixed = {"run_id": run.pk, "standard_id": run.version.standard_id, "is_current": True}
    _insert(Determination, fixed, ' WHERE "differs"')


def _write_all_simulated(run: Recalculation) -> None:
    _insert(SimulatedDetermination, {"run_id": run.pk})


def _insert(model: type[DeterminationBase], fixed: dict, where: str = "") -> None:
    """Insert what was assessed, with `fixed` values by column."""
    columns = quoted(["household_id", *RESULTS])
    execute(
        f'INSERT INTO "{model._meta.db_table}" ({quoted(fixed)}, "previous_outcome", {columns}) '
        f"""SELECT {", ".join(["%s"] * len(fixed))}, COALESCE("previous_outcome", ''), {columns} """
        f'FROM "assessed"{where}',
        prepared(model, fixed),
    )


def _tally() -> dict:
    """How the households of a chunk stand after the run, what it changed, and a checksum over their results."""
    was_eligible = "COALESCE(previous_outcome, '') = 'eligible'"
    conditions = {outcome: f"outcome = '{outcome}'" for outcome in OUTCOMES} | {
        "newly_eligible": f"outcome = 'eligible' AND NOT {was_eligible}",
        "no_longer_eligible": f"outcome <> 'eligible' AND {was_eligible}",
    }
    counts = ", ".join(f"COUNT(*) FILTER (WHERE {conditions[name]}) AS {name}" for name in COUNTS)
    checksum = f"CAST(COALESCE(SUM({_fingerprint()}), 0) AS bigint) AS checksum"
    (tally,) = fetch(f"SELECT {counts}, {checksum} FROM assessed")
    return tally


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
