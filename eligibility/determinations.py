"""What a chunk of a run leaves: a determination wherever something differs from the one that counts (design §6)."""

from collections.abc import Iterator

from django.db import connection, models
from django.db.models import Case, Count, F, Max, Min, Q, Value, When

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
from eligibility.statements import RESULTS, Narrowing, Sql, assessment, compile_queryset, fetch, prepared, quoted
from households.models import Household

# Small villages are put together up to about this many households; a village of more than twice as many is split.
HOUSEHOLDS_A_CHUNK = 10_000

# Sums of residues of this prime, and products of two, fit 64 bits.
OUTCOMES = tuple(outcome.value for outcome in Outcome)
COUNTS = (*OUTCOMES, "newly_eligible", "no_longer_eligible")

_PRIME = 2**31 - 1
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
        by_key = Q(household_id__in=Household.objects.filter(households).values("pk"))
        return Narrowing(households, by_key, by_key)
    if chunk.first_household is not None:
        by_key = _keys("household_id", chunk.first_household, chunk.last_household)
        return Narrowing(in_chunk, by_key, by_key)
    # A sum keeps the planner from walking the primary key until it meets the villages.
    key = F("pk") + 0
    keys = Household.objects.filter(in_chunk).aggregate(first=Min(key), last=Max(key))
    return Narrowing(in_chunk, in_chunk, _keys("household_id", keys["first"] or 0, keys["last"] or 0))


def _keys(path: str, first: int, last: int) -> Q:
    return Q(**{f"{path}__gte": first, f"{path}__lte": last})


def write(run: Recalculation, chunk: RecalculationChunk, rule: Rule) -> dict:
    """Write a chunk's determinations, in the caller's transaction. Returns its counts and an integer `checksum`."""
    scope = narrowing(run, chunk)
    if run.is_simulation:
        _clear(SimulatedDetermination, run, scope)
        _insert_simulated(run, rule, scope)
        return _tally(_results(SimulatedDetermination, scope).filter(run=run), run)
    current = Determination.objects.filter(standard=run.version.standard_id, is_current=True)
    _restore(run, _clear(Determination, run, scope))
    if _insert_changed(run, rule, scope, current.filter(scope.determinations)):
        replacing = Determination.objects.filter(scope.determinations, run=run, is_current=False)
        current.filter(household__in=replacing.values("household")).update(is_current=False)
        replacing.update(is_current=True)
    return _tally(_results(Determination, scope).filter(standard=run.version.standard_id, is_current=True), run)


def _results(model: type[DeterminationBase], scope: Narrowing) -> models.QuerySet:
    return model.objects.filter(scope.determinations, household__in=Household.objects.filter(scope.households))


def _clear(model: type[DeterminationBase], run: Recalculation, scope: Narrowing) -> list[int]:
    """Take away what the run has already said of these households (one may have moved here from a chunk before)."""
    left = _results(model, scope).filter(run=run)
    households = list(left.values_list("household_id", flat=True))
    if households:
        left.delete()
    return households


def _restore(run: Recalculation, households: list[int]) -> None:
    """Let the determination before the run count again."""
    if households:
        before = Determination.objects.filter(standard=run.version.standard_id, household__in=households)
        newest = before.order_by().values("household").annotate(newest=Max("pk")).values("newest")
        Determination.objects.filter(pk__in=list(newest.values_list("newest", flat=True))).update(is_current=True)


def _insert_changed(run: Recalculation, rule: Rule, scope: Narrowing, current: models.QuerySet) -> int:
    """Insert a determination where there is none, or where something differs from it. Returns how many.

    One that follows another is inserted as not yet current, because only one a household may be.
    """
    differs = " OR ".join(
        f'"{name}" <> "previous_{name}" OR ("{name}" IS NULL) <> ("previous_{name}" IS NULL)'
        if name == "net_income"
        else f'"{name}" <> "previous_{name}"'
        for name in RESULTS
    )
    return _insert(
        Determination,
        {"run_id": run.pk, "standard_id": run.version.standard_id},
        {"is_current": '"previous_id" IS NULL'},
        assessment(rule, scope, previous=current),
        f' WHERE "previous_id" IS NULL OR {differs}',
    )


def _insert_simulated(run: Recalculation, rule: Rule, scope: Narrowing) -> None:
    current = Determination.objects.filter(scope.determinations, standard=run.version.standard_id, is_current=True)
    _insert(SimulatedDetermination, {"run_id": run.pk}, {}, assessment(rule, scope, previous=current))


def _insert(model: type[DeterminationBase], fixed: dict, computed: dict, select: Sql, where: str = "") -> int:
    """INSERT … SELECT: `fixed` values and `computed` expressions by column, and the results of the statement."""
    computed = {"previous_outcome": """COALESCE("previous_outcome", '')"""} | computed
    columns = ("household_id", *RESULTS)
    values = ", ".join([*["%s"] * len(fixed), *computed.values(), quoted(columns)])
    sql, params = select
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({quoted([*fixed, *computed, *columns])}) '
            f'SELECT {values} FROM ({sql}) "assessed"{where}',
            prepared(model, fixed) + params,
        )
        return cursor.rowcount


def _tally(results: models.QuerySet, run: Recalculation) -> dict:
    """How the households of a chunk stand after the run, what it changed, and a checksum over their results."""
    of_run = results.annotate(by_run=Case(When(run=run, then=Value(1)), default=Value(0)))
    sql, params = compile_queryset(of_run.values("household_id", "previous_outcome", "by_run", *RESULTS))
    conditions = {outcome: f"outcome = '{outcome}'" for outcome in OUTCOMES} | {
        "newly_eligible": "by_run = 1 AND outcome = 'eligible' AND previous_outcome <> 'eligible'",
        "no_longer_eligible": "by_run = 1 AND outcome <> 'eligible' AND previous_outcome = 'eligible'",
    }
    counts = ", ".join(f"COUNT(*) FILTER (WHERE {conditions[name]}) AS {name}" for name in COUNTS)
    checksum = f"CAST(COALESCE(SUM({_fingerprint()}), 0) AS bigint) AS checksum"
    (tally,) = fetch(f"SELECT {counts}, {checksum} FROM ({sql}) results", params)
    return tally


def _fingerprint() -> str:
    """A number for a household's result, below _PRIME: a polynomial in its key, so that no two rows may swap values.

    Their sum does not depend on the order of the rows, nor on how a run was cut into chunks.
    """
    key = f"((household_id %% {_PRIME} * 48271 + 1) %% {_PRIME})"
    places = " ".join(f"WHEN '{outcome}' THEN {place}" for place, outcome in enumerate(OUTCOMES, 1))
    mixed = f"CASE outcome {places} END"
    for name in ("headcount", "net_income", "deductions", "line", "reasons"):
        mixed = f"(({mixed}) * {key} + COALESCE({name}, {_NO_INCOME}) %% {_PRIME}) %% {_PRIME}"
    return mixed
