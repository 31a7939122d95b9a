"""What is kept, read as an entry and written back, is what was kept; a change is noticed, nothing else is."""

from datetime import date
from decimal import Decimal

import pytest

from households import entries, services
from households.models import Household, LivingConditions, Member
from households.rules import IncomeEntry
from tests.factories import make_user, make_village
from tests.households.makers import fact, income, make_entry, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    make_village()
    return make_user("township")


def full_entry():
    """An entry in which every field says something."""
    return make_entry(
        person(
            date(2003, 9, 1),
            "2",
            "04",
            name="张小花",
            ethnicity="03",
            education="03",
            schooling="05",
            health=["02", "04"],
            labour="04",
            phone="13800000001",
            is_registered_resident=False,
            joined_on=date(2010, 1, 1),
        ),
        person(
            date(1950, 1, 1),
            "2",
            "12",
            name="王秀英",
            labour="03",
            is_living_together=False,
            left_on=date(2015, 5, 1),
            left_reason="01",
        ),
        address="河东12号",
        phone="0519-86000000",
        bank_name="江南农村商业银行",
        bank_account="6222000011112222",
        attribute="02",
        main_cause="01",
        other_causes=["02", "99"],
        note="住房需修缮",
        incomes=[
            income(2015, wages="12000.50", business="3000.01", production_expense="500.00", medical_cost="8000.00"),
            income(2014, wages="9999.99", schooling_cost="0.01"),
        ],
        facts=[
            fact("vehicle", date(2015, 3, 1), verification="explained", note="摩托车"),
            fact("subsistence", date(2014, 1, 1), ended_on=date(2015, 12, 31)),
        ],
        living=dict.fromkeys(entries.LIVING_FIELDS)
        | {"house_area": Decimal("80.50"), "house_structure": "03", "has_electricity": True, "road": "", "fuel": ""}
        | {"house_safety": "", "water_source": ""},
    )


def plain(entry) -> dict:
    """The entry without the keys that writing gives its rows, and with every amount said."""
    members = [vars(member) | {"pk": None} for member in entry.members]
    incomes = [entries.income_values(row) for row in entry.incomes]
    facts = [vars(row) | {"pk": None} for row in entry.facts]
    facts.sort(key=lambda row: row["fact_date"])
    members.sort(key=lambda row: row["relationship"])
    return vars(entry) | {"members": members, "incomes": incomes, "facts": facts, "number": ""}


def test_what_was_entered_is_what_is_kept(actor):
    entry = full_entry()
    household = services.create_household(entry, actor)
    kept = entries.entry_of(Household.objects.get(pk=household.pk))
    assert plain(kept) == plain(entry)
    assert kept.number == household.number


def test_what_is_kept_written_back_changes_nothing(actor):
    household = services.create_household(full_entry(), actor)
    before = Household.objects.get(pk=household.pk)
    services.update_household(before, entries.entry_of(before), before.version, actor)
    after = Household.objects.get(pk=household.pk)
    assert (after.version, after.touched_at) == (before.version, before.touched_at)
    assert after.history.count() == 1
    assert {member.history.count() for member in Member.objects.all()} == {1}


def test_write_values_says_whether_anything_differs(actor):
    member = services.create_household(full_entry(), actor).members.first()
    values = entries.member_values(entries.entry_of(member.household).members[0])
    assert not entries.write_values(member, values)
    assert entries.write_values(member, values | {"labour": "02"})
    assert member.labour == "02"


def test_an_amount_that_was_not_entered_is_zero():
    values = entries.income_values(IncomeEntry(year=2015, amounts={"wages": Decimal("1.00"), "pension": None}))
    assert values.pop("year") == 2015
    assert values.pop("wages") == Decimal("1.00")
    assert set(values.values()) == {Decimal("0.00")}


def test_a_number_is_kept_as_the_standard_writes_it(actor):
    entry = full_entry()
    number = entry.members[0].id_number
    entry.members[0].id_number = f" {number[:6]} {number[6:].lower()}"
    household = services.create_household(entry, actor)
    assert household.members.get(relationship="01").id_number == number


def test_without_living_conditions_asked_none_are_written(actor):
    household = services.create_household(make_entry(), actor)
    assert not LivingConditions.objects.filter(pk=household.pk).exists()
    assert entries.entry_of(household).living is None
