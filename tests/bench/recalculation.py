"""Recalculation: ours against one raw INSERT … SELECT of the same work, and a careful loop over objects against ours.

Ours is what the page starts: planned in chunks, each claimed, written and marked done in a transaction of its own,
with changes against the run before, every criterion that hit, counts, checksum and proposals. The raw statement
computes the same results and writes them into a table with the same indexes and constraints, in one transaction. The
loop reads households in batches with what hangs on them and writes the results with bulk_create.

Everything runs interleaved in rounds, because the speed of a machine swings; medians of the ratios of a round count.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Prefetch

from assistance.demo.standards import HOUSEHOLDS
from eligibility import recalculation
from eligibility.choices import Effect, Outcome, VersionState
from eligibility.models import Criterion, Determination, Recalculation, Standard, StandardVersion
from eligibility.rules import Rule
from eligibility.terms import Terms
from fupin import jobs
from fupin.money import NOTHING
from households.models import Household, IncomeYear
from tests.bench.measured import Measured

ROUNDS = 3
BATCH = 1_000
# Of the households, this share's income differs when a register is recalculated again.
CHANGED_OF = 50
RESULTS = ("outcome", "previous_outcome", "headcount", "net_income", "deductions", "line", "reasons")


def run(rounds: int = ROUNDS) -> list[Measured]:
    """Measure on the database that DATABASE_URL names, which holds the demo; its determinations are thrown away."""
    version = _version()
    households = Household.objects.count()
    _execute("CREATE TABLE bench_raw (LIKE eligibility_determination INCLUDING ALL)")
    first, again, loop = [], [], []
    for part in range(rounds):
        _empty()
        seconds = _timed(ours, version)
        first.append((seconds, _timed(_raw, version)))
        _check_raw()
        loop.append((_timed(_loop, version, part, rounds) * rounds, seconds))
        _change_some_incomes(version)
        again.append((_timed(ours, version), _timed(_raw, version)))
        _check_raw()
    _execute("DROP TABLE bench_raw")
    return [
        _measured("recalculation, first run ÷ raw INSERT … SELECT", first, households, at_most=2),
        _measured("recalculation, 2 % changed ÷ raw INSERT … SELECT", again, households, at_most=2),
        _measured("loop with prefetch and bulk_create ÷ recalculation", loop, households, at_least=10),
    ]


def _measured(name: str, pairs: list[tuple[float, float]], households: int, **goal) -> Measured:
    ratio = statistics.median(one / other for one, other in pairs)
    one, other = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    detail = f"{households:,} households: {one:.2f} s against {other:.2f} s, median of {len(pairs)} rounds"
    return Measured(name, round(ratio, 2), detail, **goal)


def _version() -> StandardVersion:
    return StandardVersion.objects.select_related("standard").get(
        standard__code=HOUSEHOLDS, state=VersionState.APPROVED
    )


def _timed(work: Callable, *arguments) -> float:
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def _execute(sql: str, params: list | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _empty() -> None:
    """A register that has never been recalculated, with tables as the vacuum leaves them."""
    _execute("TRUNCATE eligibility_determination, eligibility_proposal, bench_raw CASCADE")
    _execute("VACUUM ANALYZE")


# --- Ours ---------------------------------------------------------------------------------------------------------
def ours(version: StandardVersion) -> Recalculation:
    """A whole recalculation of the district, by the code that a worker runs."""
    run = recalculation.start(version, settings.DISTRICT_CODE, None)
    jobs.run(run.pk)
    run.refresh_from_db()
    if not run.checksum:
        raise RuntimeError(f"the run ended as {run.job.state}: {run.job.error}")
    return run


def _change_some_incomes(version: StandardVersion) -> None:
    """Give one household in fifty another income, each round a different one."""
    incomes = IncomeYear.objects.filter(year=version.income_year)
    incomes.annotate(part=F("household_id") % CHANGED_OF).filter(part=0).update(wages=F("wages") + Decimal("9999.99"))
    _execute("VACUUM ANALYZE households_incomeyear")
    _execute("TRUNCATE bench_raw")


# --- One raw statement --------------------------------------------------------------------------------------------
def _raw(version: StandardVersion) -> None:
    """One INSERT … SELECT, with its commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*_raw_sql(version))


def _raw_sql(version: StandardVersion) -> tuple[str, dict]:
    """The rules of a version as one statement written by hand; amounts in fen."""
    criteria = list(version.criteria.all())
    if any(criterion.effect == Effect.DEDUCT for criterion in criteria):
        raise ValueError("the demo's standard deducts nothing")
    kinds = ", ".join(f"'{criterion.fact_kind}'" for criterion in criteria)
    bits = " ".join(f"WHEN '{criterion.fact_kind}' THEN {criterion.bit}" for criterion in criteria)
    net = " + ".join(version.items) + " - production_expense"
    who = "is_living_together" if version.divisor == "resident" else "is_registered_resident"
    rule = Rule(Terms.of_version(version))
    last = Recalculation.objects.filter(is_simulation=False, checksum__gt="").order_by("-job__created_at").first()
    sql = f"""
        INSERT INTO bench_raw (run_id, standard_id, household_id, village_id, outcome, previous_outcome, headcount,
                               net_income, deductions, line, reasons, is_current)
        SELECT %(run)s, %(standard)s, h.id, h.village_id,
               CASE WHEN COALESCE(f.reasons, 0) & %(excluding)s > 0 THEN 'not_eligible'
                    WHEN COALESCE(f.reasons, 0) & %(including)s > 0 THEN 'eligible'
                    WHEN COALESCE(m.headcount, 0) = 0 OR i.net IS NULL THEN 'insufficient_data'
                    WHEN i.net < %(line)s * m.headcount THEN 'eligible'
                    ELSE 'not_eligible' END,
               COALESCE(p.outcome, ''), COALESCE(m.headcount, 0), i.net, 0, %(line)s, COALESCE(f.reasons, 0), TRUE
        FROM households_household h
        LEFT JOIN (SELECT household_id, count(*) AS headcount FROM households_member
                   WHERE {who} AND born_on <= %(day)s AND (joined_on IS NULL OR joined_on <= %(day)s)
                         AND (left_on IS NULL OR left_on > %(day)s)
                   GROUP BY household_id) m ON m.household_id = h.id
        LEFT JOIN (SELECT household_id, {net} AS net FROM households_incomeyear WHERE year = %(year)s) i
               ON i.household_id = h.id
        LEFT JOIN (SELECT household_id, bit_or(CASE kind {bits} ELSE 0 END) AS reasons FROM households_fact
                   WHERE kind IN ({kinds}) AND verification = 'true' AND fact_date <= %(day)s
                         AND (ended_on IS NULL OR ended_on > %(day)s)
                   GROUP BY household_id) f ON f.household_id = h.id
        LEFT JOIN eligibility_determination p
               ON p.household_id = h.id AND p.standard_id = %(standard)s AND p.is_current
    """
    return sql, {
        "run": last.pk,
        "standard": version.standard_id,
        "excluding": rule.bits(Effect.EXCLUDE),
        "including": rule.bits(Effect.INCLUDE),
        "line": int(version.line * 100),
        "day": version.reference_date,
        "year": version.income_year,
    }


def _check_raw() -> None:
    """Every household's result must be the same in both tables."""
    columns = ", ".join(name for name in RESULTS if name != "previous_outcome")
    counted = "SELECT household_id, village_id, {} FROM {}"
    ours_now = counted.format(columns, "eligibility_determination WHERE is_current")
    raw_now = counted.format(columns, "bench_raw")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (({ours_now}) EXCEPT ({raw_now})) a")
        (differing,) = cursor.fetchone()
        cursor.execute(f"SELECT (SELECT count(*) FROM ({ours_now}) a), (SELECT count(*) FROM ({raw_now}) b)")
        one, other = cursor.fetchone()
    if differing or one != other:
        raise RuntimeError(f"{differing} results differ from the raw statement's; {one} against {other} rows")


# --- A careful loop -----------------------------------------------------------------------------------------------
def _loop(version: StandardVersion, part: int, parts: int) -> None:
    """Assess every `parts`-th batch with objects and write it for another standard, which is taken back in the end."""
    with transaction.atomic():
        standard, _made = Standard.objects.get_or_create(code="bench-loop", defaults={"title": "loop"})
        run_id, criteria = uuid4(), list(version.criteria.all())
        for number, keys in enumerate(_batches()):
            if number % parts == part:
                rows = [_judged(household, version, criteria) for household in _batch(version, criteria, keys)]
                _check_loop(rows)
                for row in rows:
                    row.standard_id, row.run_id = standard.pk, run_id
                Determination.objects.bulk_create(rows, batch_size=BATCH)
        transaction.set_rollback(True)


def _batches() -> Iterator[list[int]]:
    keys = list(Household.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _batch(version: StandardVersion, criteria: list[Criterion], keys: list[int]) -> list[Household]:
    """Households with nothing read that is not needed; rows that do not count are left in the database."""
    rule = Rule(Terms.of_version(version))
    members = Household._meta.get_field("members").related_model.objects
    incomes = IncomeYear.objects.filter(year=version.income_year).only("household", *rule.income_columns)
    facts = Household._meta.get_field("facts").related_model.objects.filter(rule.facts_that_count)
    return list(
        Household.objects.filter(pk__in=keys)
        .only("village_id")
        .prefetch_related(
            Prefetch("members", members.filter(rule.members_who_count).only("household")),
            Prefetch("incomes", incomes),
            Prefetch("facts", facts.only("household", "kind")),
            Prefetch(
                "determinations",
                Determination.objects.filter(standard=version.standard_id, is_current=True),
                to_attr="before",
            ),
        )
    )


def _judged(household: Household, version: StandardVersion, criteria: list[Criterion]) -> Determination:
    headcount = len(household.members.all())
    income = next(iter(household.incomes.all()), None)
    net = None
    if income is not None:
        net = sum((getattr(income, item) for item in version.items), -income.production_expense)
    kinds = {fact.kind for fact in household.facts.all()}
    hits = [criterion for criterion in criteria if criterion.fact_kind in kinds]
    effects = {criterion.effect for criterion in hits}
    if Effect.EXCLUDE in effects:
        outcome = Outcome.NOT_ELIGIBLE
    elif Effect.INCLUDE in effects:
        outcome = Outcome.ELIGIBLE
    elif net is None or not headcount:
        outcome = Outcome.INSUFFICIENT_DATA
    else:
        outcome = Outcome.ELIGIBLE if net < version.line * headcount else Outcome.NOT_ELIGIBLE
    row = Determination(
        household_id=household.pk,
        village_id=household.village_id,
        outcome=outcome.value,
        previous_outcome=household.before[0].outcome if household.before else "",
        headcount=headcount,
        net_income=net,
        deductions=NOTHING,
        line=version.line,
        reasons=sum(criterion.bit for criterion in hits),
    )
    row.ours = household.before[0]
    return row


def _check_loop(rows: list[Determination]) -> None:
    """Every household's result must be the one that ours left."""
    names = [name for name in RESULTS if name != "previous_outcome"]
    for row in rows:
        if any(getattr(row, name) != getattr(row.ours, name) for name in names):
            raise RuntimeError(f"the loop and the recalculation differ in household {row.household_id}")
