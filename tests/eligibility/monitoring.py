"""The rules of monitoring once more, in plain Python over plain values: slow, obvious, and what SQL is held against."""

from datetime import date, timedelta
from decimal import Decimal

from tests.eligibility.reference import counts_on

AMBER, RED = 1, 2
WORKING, NOT_WORKING = {"01", "02", "05"}, {"03", "04"}


def heads(members, day, divisor) -> int:
    who = "is_living_together" if divisor == "resident" else "is_registered_resident"
    return len([member for member in members if counts_on(member, day) and getattr(member, who)])


def earned(income, version) -> Decimal:
    return sum((getattr(income, item) for item in version.items), -income.production_expense)


def deducted(income, criteria) -> Decimal:
    total = Decimal(0)
    for criterion in criteria:
        if criterion.effect == "deduct":
            above = max(getattr(income, criterion.cost) - criterion.floor, Decimal(0))
            total += above if criterion.cap is None else min(above, criterion.cap)
    return total


def below(income, count, version, criteria, monitored) -> int:
    if not count:
        return 0
    counted = earned(income, version) - deducted(income, criteria)
    for level, line in ((RED, version.line), (AMBER, monitored)):
        if counted < line * count or (version.inclusive and counted == line * count):
            return level
    return 0


def incomes_alarm(status, members, incomes, version, criteria, terms, day) -> dict[str, tuple[int, str]]:
    """Level and fingerprint by kind, from the statements of a household."""
    over = {income.year: income for income in incomes if income.year < day.year}
    if not over:
        return {}
    year = max(over)
    now, before = over[year], over.get(year - 1)
    count = heads(members, date(year, 12, 31), version.divisor)
    count_before = heads(members, date(year - 1, 12, 31), version.divisor)
    monitored = (version.line * terms["line_factor"]).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    found = {}

    if before is not None and count and count_before and earned(before, version) > 0:
        # No rounding: so many percent of what was, a head, against what is, a head.
        for level, name in ((AMBER, "income_fall_amber"), (RED, "income_fall_red")):
            left = (100 - terms[name]) * earned(before, version) * count
            if 100 * earned(now, version) * count_before < left:
                found["income_fall"] = level

    level = below(now, count, version, criteria, monitored)
    if status == "registered":
        fell = before is not None and below(before, count_before, version, criteria, monitored) < level
        level = level if fell else 0
    if level:
        found["low_income"] = level

    if before is not None:
        for kind, cost in (("medical", "medical_cost"), ("schooling", "schooling_cost")):
            paid, paid_before = getattr(now, cost), getattr(before, cost)
            if paid and paid >= terms[f"{kind}_floor"] and paid * 100 >= paid_before * terms[f"{kind}_ratio"]:
                found[f"{kind}_cost"] = RED if paid >= terms[f"{kind}_red"] else AMBER
    return {kind: (level, str(year)) for kind, level in found.items()}


def workers_alarm(members, terms, day) -> dict[str, int]:
    """Level by fingerprint of the workers who left within the days of the terms."""
    remaining = [member for member in members if counts_on(member, day) and member.labour in WORKING]
    level = AMBER if remaining else RED
    first = day - timedelta(days=int(terms["worker_days"]))
    return {
        f"left:{member.pk}": level
        for member in members
        if member.labour in WORKING and member.left_on is not None and first < member.left_on <= day
    }


def visit_alarm(starts, visits, interval, day) -> int:
    """Level of the overdue visit of a paired household: `starts` of the pairings in force, days of visits."""
    if not starts:
        return 0
    due_since = max(visits) if visits else min(starts)
    days = (day - due_since).days
    return RED if days > 2 * interval else AMBER if days > interval else 0
