"""Recalculation, single assessment and typed form against the plain-Python reference, on random households."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import recalculation
from eligibility.assessment import assess, assess_entry, assessment_of
from eligibility.choices import Cost, Divisor, Effect
from eligibility.models import Determination
from fupin import jobs
from households.choices import FactKind, Verification
from households.entries import entry_of
from households.models import Fact, Household, IncomeYear, Member
from tests.eligibility import reference
from tests.eligibility.makers import DAY, make_version
from tests.factories import make_village

pytestmark = pytest.mark.django_db

NEAR = [DAY + timedelta(days=days) for days in (-366, -1, 0, 1, 366)]
FEN = Decimal("0.01")

days = st.sampled_from(NEAR)
amounts = st.one_of(st.just(Decimal("0.00")), st.integers(0, 4_000_000).map(lambda fen: fen * FEN))

# Few, and a fen apart, so that facts lie at, above and below the thresholds of criteria.
thresholds = st.sampled_from([Decimal("0.00"), Decimal("29999.99"), Decimal("30000.00"), Decimal("30000.01")])


@dataclass
class Drawn:
    """What a household is made of, before it is kept."""

    members: list[Member] = field(default_factory=list)
    incomes: list[IncomeYear] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


@st.composite
def members(draw) -> Member:
    born_on = draw(st.sampled_from([date(1950, 1, 1), *NEAR]))
    joined_on = draw(st.none() | days.filter(lambda day: day >= born_on))
    left_on = draw(st.none() | days.filter(lambda day: day >= (joined_on or born_on)))
    return Member(
        name="李四",
        relationship="99",
        sex="1",
        born_on=born_on,
        joined_on=joined_on,
        left_on=left_on,
        is_living_together=draw(st.booleans()),
        is_registered_resident=draw(st.booleans()),
    )


@st.composite
def facts(draw) -> Fact:
    fact_date = draw(days)
    return Fact(
        kind=draw(st.sampled_from(FactKind.values)),
        fact_date=fact_date,
        ended_on=draw(st.none() | days.filter(lambda day: day >= fact_date)),
        verification=draw(st.sampled_from([Verification.TRUE.value, *Verification.values])),
        amount=draw(st.none() | thresholds),
    )


@st.composite
def versions(draw) -> dict:
    items = draw(st.lists(st.sampled_from(IncomeYear.ITEMS), min_size=1, unique=True))
    criteria = []
    for kind in draw(st.lists(st.sampled_from(FactKind.values), unique=True)):
        effect, threshold = draw(st.sampled_from([Effect.EXCLUDE, Effect.INCLUDE])), draw(st.none() | thresholds)
        criteria.append({"effect": effect, "fact_kind": kind, "threshold": threshold})
    for cost in draw(st.lists(st.sampled_from(Cost.values), unique=True)):
        cap = draw(st.none() | amounts)
        criteria.append({"effect": Effect.DEDUCT, "cost": cost, "floor": draw(amounts), "cap": cap})
    return {
        "line": draw(amounts),
        "inclusive": draw(st.booleans()),
        "divisor": draw(st.sampled_from(Divisor.values)),
        "items": items,
        "criteria": draw(st.permutations(criteria)),
    }


@st.composite
def households(draw) -> Drawn:
    years = draw(st.lists(st.sampled_from([2014, 2015, 2015, 2016]), unique=True))
    return Drawn(
        members=draw(st.lists(members(), max_size=5)),
        incomes=[IncomeYear(year=year, **{name: draw(amounts) for name in IncomeYear.AMOUNTS}) for year in years],
        facts=draw(st.lists(facts(), max_size=3, unique_by=lambda fact: (fact.kind, fact.fact_date))),
    )


def put_on_the_line(drawn: Drawn, version, criteria, fen: int) -> None:
    """Set a counted item so that the income lies `fen` from the line, if it can."""
    found = reference.assess(drawn.members, drawn.incomes, drawn.facts, version, criteria)
    if found["net_income"] is None:
        return
    income = next(income for income in drawn.incomes if income.year == version.income_year)
    counted = Decimal(found["net_income"]) - Decimal(found["deductions"])
    item = version.items[0]
    amount = getattr(income, item) + version.line * found["headcount"] + fen * FEN - counted
    if amount >= 0:
        setattr(income, item, amount)


def keep(drawn: Drawn, village) -> Household:
    household = Household.objects.create(number=uuid4().hex[:24], village=village, head_name="张三")
    for rows in (drawn.members, drawn.incomes, drawn.facts):
        for row in rows:
            row.household, row.village = household, village
    for member in drawn.members:
        member.id_digest = uuid4().hex
    Member.objects.bulk_create(drawn.members)
    IncomeYear.objects.bulk_create(drawn.incomes)
    Fact.objects.bulk_create(drawn.facts)
    return household


def comparable(answer: dict) -> dict:
    reasons = [(reason["code"], reason["effect"]) for reason in answer["reasons"]]
    return answer | {"reasons": reasons}


@settings(max_examples=60, deadline=None)
@given(
    values=versions(),
    several=st.lists(st.tuples(households(), st.none() | st.sampled_from([-1, 0, 1])), min_size=1, max_size=6),
)
def test_every_way_to_assess_agrees_with_the_reference(values, several):
    with transaction.atomic():
        version = make_version(**values)
        criteria = list(version.criteria.all())
        village = make_village()
        kept = {}
        for drawn, fen in several:
            if fen is not None:
                put_on_the_line(drawn, version, criteria, fen)
            kept[keep(drawn, village).pk] = drawn
        run = recalculation.start(version, village.pk, None)
        jobs.run(run.pk)
        determinations = {row.household_id: row for row in Determination.objects.filter(run=run)}
        assert determinations.keys() == kept.keys()
        for household in Household.objects.filter(pk__in=kept):
            drawn = kept[household.pk]
            expected = reference.assess(drawn.members, drawn.incomes, drawn.facts, version, criteria)
            stored = assessment_of(determinations[household.pk])
            assert comparable(stored.as_json()).items() >= expected.items()
            assert assess(household, version) == stored
            assert assess_entry(entry_of(household), version) == stored
        transaction.set_rollback(True)
