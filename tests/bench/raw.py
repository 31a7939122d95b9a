"""One raw statement, written by hand, that does what a recalculation does, into a table like that of the results.

`bench_raw` has the columns, indexes and constraints of the determinations. The statement assesses every household,
compares with the determination before, and writes those that differ, each with the outcome before it and every
criterion that hit; those that it replaces cease to be current. It is one transaction, cannot be resumed, counts nothing
and makes no proposals. It is given memory for its hashes, which a chunk does not need.
"""

from uuid import uuid4

from django.db import connection, transaction

from eligibility.choices import Effect
from eligibility.models import StandardVersion
from eligibility.rules import Rule
from eligibility.terms import Terms

TABLE = "bench_raw"
WORK_MEM = "256MB"
COLUMNS = "household_id, village_id, outcome, previous_outcome, headcount, net_income, deductions, line, reasons"

_ASSESSED = """
    SELECT h.id AS household_id, h.village_id,
           CASE WHEN COALESCE(f.reasons, 0) & %(excluding)s > 0 THEN 'not_eligible'
                WHEN COALESCE(f.reasons, 0) & %(including)s > 0 THEN 'eligible'
                WHEN COALESCE(m.headcount, 0) = 0 OR i.net IS NULL THEN 'insufficient_data'
                WHEN i.net < %(line)s * m.headcount THEN 'eligible'
                ELSE 'not_eligible' END AS outcome,
           COALESCE(p.outcome, '') AS previous_outcome, COALESCE(m.headcount, 0) AS headcount, i.net AS net_income,
           0 AS deductions, %(line)s AS line, COALESCE(f.reasons, 0) AS reasons
           {previous}
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
    LEFT JOIN bench_raw p ON p.household_id = h.id AND p.standard_id = %(standard)s AND p.is_current"""

# Where nothing is there to be replaced: the fastest that there is.
_FIRST = f"""
    INSERT INTO bench_raw (run_id, standard_id, is_current, {COLUMNS})
    SELECT %(run)s, %(standard)s, TRUE, {COLUMNS} FROM ({{assessed}}) assessed"""

_AGAIN = f"""
    WITH assessed AS MATERIALIZED (
        SELECT *, previous_id IS NULL OR (village_id, outcome, headcount, deductions, line, reasons)
                      <> (before_village, before_outcome, before_headcount, before_deductions, before_line,
                          before_reasons) OR net_income IS DISTINCT FROM before_net AS differs
        FROM ({{assessed}}) a),
    replaced AS (
        UPDATE bench_raw SET is_current = FALSE FROM assessed WHERE id = previous_id AND differs RETURNING 1)
    INSERT INTO bench_raw (run_id, standard_id, is_current, {COLUMNS})
    SELECT %(run)s, %(standard)s, TRUE, {COLUMNS} FROM assessed
    WHERE differs AND (SELECT count(*) FROM replaced) >= 0"""

_PREVIOUS = """, p.id AS previous_id, p.village_id AS before_village, p.outcome AS before_outcome,
    p.headcount AS before_headcount, p.net_income AS before_net, p.deductions AS before_deductions,
    p.line AS before_line, p.reasons AS before_reasons"""


def make_table() -> None:
    """An empty table for the raw statement."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_raw")
        cursor.execute("CREATE TABLE bench_raw (LIKE eligibility_determination INCLUDING ALL) WITH (fillfactor = 90)")


def raw(version: StandardVersion, *, first: bool = False) -> None:
    """The statement, with its commit; `first` where the table is empty."""
    criteria = list(version.criteria.all())
    if any(criterion.effect == Effect.DEDUCT for criterion in criteria):
        raise ValueError("the demo's standard deducts nothing")
    rule = Rule(Terms.of_version(version))
    assessed = _ASSESSED.format(
        previous="" if first else _PREVIOUS,
        who="is_living_together" if version.divisor == "resident" else "is_registered_resident",
        net=" + ".join(version.items) + " - production_expense",
        bits=" ".join(f"WHEN '{criterion.fact_kind}' THEN {criterion.bit}" for criterion in criteria),
        kinds=", ".join(f"'{criterion.fact_kind}'" for criterion in criteria),
    )
    params = {
        "run": str(uuid4()),
        "standard": version.standard_id,
        "excluding": rule.bits(Effect.EXCLUDE),
        "including": rule.bits(Effect.INCLUDE),
        "line": int(version.line * 100),
        "day": version.reference_date,
        "year": version.income_year,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
        cursor.execute((_FIRST if first else _AGAIN).format(assessed=assessed), params)


def check() -> None:
    """Every household's result must be the same in both tables."""
    columns = COLUMNS.replace("previous_outcome, ", "")
    counted = f"SELECT {columns} FROM {{}} WHERE is_current"
    ours, theirs = counted.format("eligibility_determination"), counted.format(TABLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (({ours}) EXCEPT ({theirs})) a")
        (differing,) = cursor.fetchone()
        cursor.execute(f"SELECT (SELECT count(*) FROM ({ours}) a), (SELECT count(*) FROM ({theirs}) b)")
        one, other = cursor.fetchone()
    if differing or one != other:
        raise RuntimeError(f"{differing} results differ from the raw statement's; {one} against {other} rows")
