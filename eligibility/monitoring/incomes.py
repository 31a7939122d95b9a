"""What the income statements alarm of: a fall of income, income below a line, costs that jumped.

A household is judged by its newest statement of a year that is over, against the statement of the year before. What
counts as income, who counts as a person and what is deducted is said by the standard in force; heads are counted at
the end of each of the two years. Nothing is rounded in a comparison.
"""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count
from django.utils.translation import gettext as _

from eligibility.choices import AlarmKind, AlarmLevel
from eligibility.models import Alarm
from eligibility.monitoring.sources import Finding, Watch
from eligibility.rules import COUNTS_FOR, Rule
from eligibility.statements import compile_queryset, fetch
from eligibility.terms import Terms
from fupin.money import fen_to_yuan, half_up, to_fen
from fupin.templatetags.fupin import yuan
from households.choices import HouseholdStatus
from households.models import Household, IncomeYear, Member
from households.querysets import counting_on

TENTH = Decimal("0.1")
COSTS = {AlarmKind.MEDICAL_COST: "medical", AlarmKind.SCHOOLING_COST: "schooling"}
# The columns of the statement that hold the level of each kind: 0 none, 1 amber, 2 red.
LEVELS = {
    AlarmKind.INCOME_FALL: "fall",
    AlarmKind.LOW_INCOME: "low",
    AlarmKind.MEDICAL_COST: "medical_level",
    AlarmKind.SCHOOLING_COST: "schooling_level",
}


def find(watch: Watch) -> Iterator[Finding] | None:
    """What the statements of the watched households alarm of; None while no standard says what counts."""
    if watch.version is None:
        return None
    return _found(watch)


def _found(watch: Watch) -> Iterator[Finding]:
    rows = IncomeYear.objects.filter(watch.households("household__"), year__lt=watch.day.year)
    for year in sorted(set(rows.order_by().values_list("year", flat=True).distinct())):
        for row in fetch(*_statement(watch, year)):
            for kind, column in LEVELS.items():
                if row[column]:
                    yield _finding(watch, year, kind, row)


def _statement(watch: Watch, year: int) -> tuple[str, tuple]:
    """One row a household whose newest statement is that of `year` and alarms of something; amounts in fen."""
    version, rule = watch.version, Rule(Terms.of_version(watch.version))
    of_watched = watch.households("household__")

    def statements_of(one_year: int):
        rows = IncomeYear.objects.filter(of_watched, year=one_year)
        return rows.annotate(earned=rule.net_income(), deducted=rule.deductions()).values(
            "household_id", "earned", "deducted", "medical_cost", "schooling_cost"
        )

    def heads_at_end_of(one_year: int):
        counting = counting_on(date(one_year, 12, 31)) & COUNTS_FOR[version.divisor]
        return Member.objects.filter(of_watched, counting).values("household_id").annotate(heads=Count("*"))

    later = IncomeYear.objects.filter(of_watched, year__gt=year, year__lt=watch.day.year)
    joined = {
        "h": Household.objects.filter(watch.households()).values("id", "status"),
        "i": statements_of(year),
        "b": statements_of(year - 1),
        "m": heads_at_end_of(year),
        "mb": heads_at_end_of(year - 1),
        "l": later.values("household_id").distinct(),
    }
    compiled = {name: compile_queryset(rows) for name, rows in joined.items()}
    params = tuple(param for _sql, its_params in compiled.values() for param in its_params)
    subquery = {name: f"({sql})" for name, (sql, _params) in compiled.items()}
    source = f"""
        SELECT h.id AS household_id, h.status, COALESCE(m.heads, 0) AS heads, COALESCE(mb.heads, 0) AS heads_before,
            i.earned, i.deducted, i.medical_cost AS medical, i.schooling_cost AS schooling,
            b.earned AS earned_before, b.deducted AS deducted_before,
            b.medical_cost AS medical_before, b.schooling_cost AS schooling_before
        FROM {subquery["h"]} h
            JOIN {subquery["i"]} i ON i.household_id = h.id
            LEFT JOIN {subquery["b"]} b ON b.household_id = h.id
            LEFT JOIN {subquery["m"]} m ON m.household_id = h.id
            LEFT JOIN {subquery["mb"]} mb ON mb.household_id = h.id
            LEFT JOIN {subquery["l"]} l ON l.household_id = h.id
        WHERE l.household_id IS NULL"""
    levelled = f"""
        SELECT source.*, {_fall(watch)} AS fall,
            {_below(watch, "")} AS below, {_below(watch, "_before")} AS below_before,
            {_jump(watch, "medical")} AS medical_level, {_jump(watch, "schooling")} AS schooling_level
        FROM ({source}) source"""
    judged = f"SELECT levelled.*, {_low()} AS low FROM ({levelled}) levelled"
    return f"SELECT * FROM ({judged}) judged WHERE fall + low + medical_level + schooling_level > 0", params


def _fall(watch: Watch) -> str:
    """The level of a fall a head by more than the terms' percent; none without an income before to fall from."""
    now, before = "earned * heads_before * 100", "earned_before * heads"
    red, amber = (100 - int(watch.terms[f"income_fall_{level}"]) for level in ("red", "amber"))
    return f"""CASE WHEN earned_before > 0 AND heads > 0 AND heads_before > 0 THEN
        CASE WHEN {now} < {before} * {red} THEN 2 WHEN {now} < {before} * {amber} THEN 1 ELSE 0 END ELSE 0 END"""


def _below(watch: Watch, when: str) -> str:
    """2 below the line, 1 below the monitored line, 0 above both or without people; NULL without a statement."""
    below = "<=" if watch.version.inclusive else "<"
    line, monitored = to_fen(watch.version.line), to_fen(watch.terms.monitored_line(watch.version))
    counted, heads = f"earned{when} - deducted{when}", f"heads{when}"
    return f"""CASE WHEN earned{when} IS NULL THEN NULL WHEN {heads} = 0 THEN 0
        WHEN {counted} {below} {line} * {heads} THEN 2 WHEN {counted} {below} {monitored} * {heads} THEN 1 ELSE 0 END"""


def _low() -> str:
    """Being below a line alarms where the household has left the register; else having fallen below it."""
    return f"CASE WHEN status <> '{HouseholdStatus.REGISTERED.value}' OR below_before < below THEN below ELSE 0 END"


def _jump(watch: Watch, cost: str) -> str:
    """The level of a cost that reaches the floor, and so many percent of the year before."""
    floor, red = (to_fen(watch.terms[f"{cost}_{name}"]) for name in ("floor", "red"))
    ratio = int(watch.terms[f"{cost}_ratio"])
    return f"""CASE WHEN {cost} > 0 AND {cost} >= {floor} AND {cost} * 100 >= {cost}_before * {ratio}
        THEN CASE WHEN {cost} >= {red} THEN 2 ELSE 1 END ELSE 0 END"""


def _finding(watch: Watch, year: int, kind: AlarmKind, row: dict) -> Finding:
    level = AlarmLevel(row[LEVELS[kind]])
    facts = {"year": year} | _facts_of(watch, kind, level, row)
    return Finding(row["household_id"], kind, level, str(year), date(year, 12, 31), facts)


def _facts_of(watch: Watch, kind: AlarmKind, level: AlarmLevel, row: dict) -> dict:
    """The numbers of a reason, as text: yuan with 2 decimals, percent with one."""
    if kind == AlarmKind.INCOME_FALL:
        now, before = fen_to_yuan(row["earned"]) / row["heads"], fen_to_yuan(row["earned_before"]) / row["heads_before"]
        limit = watch.terms["income_fall_red" if level == AlarmLevel.RED else "income_fall_amber"]
        percent = ((before - now) / before * 100).quantize(TENTH, rounding=ROUND_HALF_UP)
        return {
            "per_head": str(half_up(now)),
            "before": str(half_up(before)),
            "percent": str(percent),
            "limit": str(int(limit)),
        }
    if kind == AlarmKind.LOW_INCOME:
        per_head = half_up(fen_to_yuan(row["earned"] - row["deducted"]) / row["heads"])
        line = watch.version.line if level == AlarmLevel.RED else watch.terms.monitored_line(watch.version)
        return {"per_head": str(per_head), "line": str(line)}
    cost = COSTS[kind]
    return {
        "cost": str(fen_to_yuan(row[cost])),
        "before": str(fen_to_yuan(row[f"{cost}_before"])),
        "floor": str(half_up(watch.terms[f"{cost}_{'red' if level == AlarmLevel.RED else 'floor'}"])),
        "ratio": str(int(watch.terms[f"{cost}_ratio"])),
    }


# --- The reasons ------------------------------------------------------------------------------------------------------
def _tell_fall(alarm: Alarm) -> str:
    facts = alarm.facts
    return _(
        "Income a head was %(per_head)s yuan in %(year)s, %(percent)s %% less than the %(before)s yuan of %(last)s "
        "(alarm: more than %(limit)s %%)."
    ) % {
        "per_head": yuan(facts["per_head"]),
        "year": facts["year"],
        "percent": facts["percent"],
        "before": yuan(facts["before"]),
        "last": facts["year"] - 1,
        "limit": facts["limit"],
    }


def _tell_low(alarm: Alarm) -> str:
    facts = alarm.facts
    numbers = {"per_head": yuan(facts["per_head"]), "year": facts["year"], "line": yuan(facts["line"])}
    if alarm.level == AlarmLevel.RED:
        return _("Income a head was %(per_head)s yuan in %(year)s, below the line of %(line)s yuan.") % numbers
    return _("Income a head was %(per_head)s yuan in %(year)s, below the monitored line of %(line)s yuan.") % numbers


def _cost_numbers(alarm: Alarm) -> dict:
    facts = alarm.facts
    return {
        "cost": yuan(facts["cost"]),
        "year": facts["year"],
        "before": yuan(facts["before"]),
        "last": facts["year"] - 1,
        "floor": yuan(facts["floor"]),
        "ratio": facts["ratio"],
    }


def _tell_medical(alarm: Alarm) -> str:
    return _(
        "The household paid %(cost)s yuan of medical costs in %(year)s, after %(before)s yuan in %(last)s "
        "(alarm: at least %(floor)s yuan and %(ratio)s %% of the year before)."
    ) % _cost_numbers(alarm)


def _tell_schooling(alarm: Alarm) -> str:
    return _(
        "The household paid %(cost)s yuan of schooling costs in %(year)s, after %(before)s yuan in %(last)s "
        "(alarm: at least %(floor)s yuan and %(ratio)s %% of the year before)."
    ) % _cost_numbers(alarm)


TELLERS = {
    AlarmKind.INCOME_FALL: _tell_fall,
    AlarmKind.LOW_INCOME: _tell_low,
    AlarmKind.MEDICAL_COST: _tell_medical,
    AlarmKind.SCHOOLING_COST: _tell_schooling,
}
