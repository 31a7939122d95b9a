"""What monitoring finds by set against the plain-Python reference, on random households."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.choices import Cost, Divisor
from eligibility.models import Alarm, MonitoringTerm
from eligibility.monitoring import running
from eligibility.monitoring.terms import TERMS
from households.models import Household, IncomeYear, Member
from tests.eligibility import monitoring as reference
from tests.eligibility.makers import make_version
from tests.factories import make_user, make_village

pytestmark = pytest.mark.django_db

TODAY = date(2017, 6, 1)
FEN = Decimal("0.01")
# Amounts that often meet: of one another, of the lines and of the thresholds.
amounts = st.one_of(
    st.sampled_from([0, 1, 2, 3, 4, 5, 8, 10, 20]).map(lambda thousands: Decimal(thousands * 1000)),
    st.integers(0, 2_500_000).map(lambda fen: fen * FEN),
)
few_days = st.sampled_from([
    date(2014, 12, 31), date(2015, 12, 31), date(2016, 1, 1), date(2016, 6, 1), date(2016, 6, 2), date(2016, 12, 31),
    date(2017, 5, 31), TODAY, date(2017, 6, 2),
])  # fmt: skip


@st.composite
def members(draw) -> Member:
    joined_on = draw(st.none() | few_days)
    return Member(
        name="李四",
        relationship="99",
        sex="1",
        born_on=date(1960, 1, 1),
        joined_on=joined_on,
        left_on=draw(st.none() | few_days.filter(lambda day: joined_on is None or day >= joined_on)),
        labour=draw(st.sampled_from(["", "01", "02", "03", "04", "05"])),
        is_living_together=draw(st.booleans()),
        is_registered_resident=draw(st.booleans()),
    )


@st.composite
def incomes(draw) -> list[IncomeYear]:
    years = draw(st.lists(st.sampled_from([2014, 2015, 2016, 2016, 2017]), unique=True))
    names = ("wages", "business", "production_expense", "medical_cost", "schooling_cost")
    return [IncomeYear(year=year, **{name: draw(amounts) for name in names}) for year in years]


households = st.tuples(
    st.sampled_from(["registered", "exited_supported", "exited", "unregistered", "removed"]),
    st.lists(members(), max_size=4),
    incomes(),
)
versions = st.fixed_dictionaries({
    "line": st.sampled_from([Decimal("1000.00"), Decimal("2000.00"), Decimal("1333.33")]),
    "inclusive": st.booleans(),
    "divisor": st.sampled_from(Divisor.values),
    "items": st.sampled_from([["wages"], ["wages", "business"]]),
    "criteria": st.lists(
        st.sampled_from(Cost.values).map(
            lambda cost: {"effect": "deduct", "cost": cost, "floor": Decimal(1000), "cap": Decimal(4000)}
        ),
        max_size=2,
        unique_by=lambda criterion: criterion["cost"],
    ),
})  # fmt: skip
terms = st.fixed_dictionaries({}, optional={
    "line_factor": st.sampled_from([Decimal("1"), Decimal("1.25"), Decimal("2")]),
    "income_fall_amber": st.sampled_from([Decimal(10), Decimal(50)]),
    "income_fall_red": st.sampled_from([Decimal(50), Decimal(100)]),
    "medical_floor": st.sampled_from([Decimal(0), Decimal(4000)]),
    "medical_ratio": st.sampled_from([Decimal(100), Decimal(250)]),
    "worker_days": st.sampled_from([Decimal(1), Decimal(500)]),
})  # fmt: skip


def keep(village, status, its_members, its_incomes) -> Household:
    household = Household.objects.create(
        number=uuid4().hex[:24], village=village, head_name="张三", status=status, registered_on=date(2016, 1, 1)
    )
    for row in (*its_members, *its_incomes):
        row.household, row.village = household, village
    for member in its_members:
        member.id_digest = uuid4().hex
        member.save()
    IncomeYear.objects.bulk_create(its_incomes)
    return household


@settings(max_examples=60, deadline=None)
@given(values=versions, set_terms=terms, several=st.lists(households, min_size=1, max_size=6))
def test_what_is_found_agrees_with_the_reference(values, set_terms, several):
    with transaction.atomic():
        version, village, actor = make_version(**values), make_village(), make_user("district")
        for name, value in set_terms.items():
            standard = version.standard if name == "line_factor" else None
            MonitoringTerm.objects.create(
                name=name, standard=standard, value=value, valid_from=date(2016, 1, 1), basis="示例", set_by=actor
            )
        in_force = {name: set_terms.get(name, term.default) for name, term in TERMS.items()}
        criteria = list(version.criteria.all())
        expected = {}
        for status, its_members, its_incomes in several:
            household = keep(village, status, its_members, its_incomes)
            if status in ("unregistered", "removed"):
                continue
            found = reference.incomes_alarm(status, its_members, its_incomes, version, criteria, in_force, TODAY)
            for kind, (level, fingerprint) in found.items():
                expected[household.pk, kind, fingerprint] = level
            for fingerprint, level in reference.workers_alarm(its_members, in_force, TODAY).items():
                expected[household.pk, "worker_lost", fingerprint] = level
        running.compute(village.pk, TODAY)
        raised = {(row.household_id, row.kind, row.fingerprint): row.level for row in Alarm.objects.all()}
        assert raised == expected
        assert running.compute(village.pk, TODAY) == {"raised": 0, "changed": 0, "lapsed": 0}
        transaction.set_rollback(True)
