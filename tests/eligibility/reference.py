"""The rules of design §4 once more, in plain Python over plain values: slow, obvious, and what SQL is held against."""

from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal("0.00")


def counts_on(member, day) -> bool:
    if member.born_on > day:
        return False
    if member.joined_on is not None and member.joined_on > day:
        return False
    return member.left_on is None or member.left_on > day


def holds_on(fact, day) -> bool:
    if fact.verification != "true" or fact.fact_date > day:
        return False
    return fact.ended_on is None or fact.ended_on > day


def meets(fact, criterion) -> bool:
    if fact.kind != criterion.fact_kind:
        return False
    if criterion.threshold is None:
        return True
    return fact.amount is not None and fact.amount > criterion.threshold


def assess(members, incomes, facts, version, criteria, line=None) -> dict:
    """What a version says of a household, as the JSON of design §5 without its names and texts."""
    day = version.reference_date
    line = version.line if line is None else line
    who = "is_living_together" if version.divisor == "resident" else "is_registered_resident"
    headcount = len([member for member in members if counts_on(member, day) and getattr(member, who)])

    income = next((income for income in incomes if income.year == version.income_year), None)
    held = [fact for fact in facts if holds_on(fact, day)]
    net, deductions, hits = None, NOTHING, []
    if income is not None:
        net = -income.production_expense
        for item in version.items:
            net += getattr(income, item)
    for criterion in criteria:
        if criterion.effect != "deduct":
            if any(meets(fact, criterion) for fact in held):
                hits.append((criterion.fact_kind, criterion.effect))
        elif income is not None:
            amount = getattr(income, criterion.cost) - criterion.floor
            if criterion.cap is not None:
                amount = min(amount, criterion.cap)
            if amount > 0:
                deductions += amount
                hits.append((criterion.cost, criterion.effect))

    effects = {effect for _code, effect in hits}
    if "exclude" in effects:
        outcome = "not_eligible"
    elif "include" in effects:
        outcome = "eligible"
    elif net is None or headcount == 0:
        outcome = "insufficient_data"
    else:
        counted, limit = net - deductions, line * headcount
        outcome = "eligible" if counted < limit or (version.inclusive and counted == limit) else "not_eligible"

    per_head = None
    if net is not None and headcount:
        per_head = ((net - deductions) / headcount).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return {
        "outcome": outcome,
        "headcount": headcount,
        "net_income": None if net is None else f"{net:.2f}",
        "deductions": f"{deductions:.2f}",
        "per_head": None if per_head is None else f"{per_head:.2f}",
        "line": f"{line:.2f}",
        "reasons": hits,
    }
