"""The rules of an assessment, one by one, at their boundaries."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from eligibility.assessment import assess, assess_entry, explain
from households.entries import entry_of
from tests.eligibility.makers import DAY, make_version
from tests.factories import make_fact, make_household, make_income, make_member

pytestmark = pytest.mark.django_db

BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


def outcome_of(household, version=None, **values) -> str:
    """The outcome, which the typed form must share with what is kept."""
    version = version or make_version(**values)
    result = assess(household, version)
    assert assess_entry(entry_of(household), version) == result
    return result.outcome


@pytest.mark.parametrize(
    ("wages", "inclusive", "outcome"),
    [
        ("17999.99", False, "eligible"),
        ("18000.00", False, "not_eligible"),
        ("18000.01", False, "not_eligible"),
        ("17999.99", True, "eligible"),
        ("18000.00", True, "eligible"),
        ("18000.01", True, "not_eligible"),
    ],
)
def test_the_line_is_met_to_the_fen(wages, inclusive, outcome):
    household = make_household(members=2)
    make_income(household, wages=wages)
    assert outcome_of(household, inclusive=inclusive) == outcome


def test_the_line_is_compared_without_rounding():
    household = make_household(members=3)
    make_income(household, wages="26999.99")
    version = make_version()
    result = assess(household, version)
    assert (result.outcome, result.per_head) == ("eligible", Decimal("9000.00"))


def test_expenses_may_turn_the_net_income_negative():
    household = make_household()
    make_income(household, business="100.00", production_expense="100.05")
    version = make_version()
    assert outcome_of(household, version) == "eligible"
    assert assess(household, version).per_head == Decimal("-0.05")


def test_the_share_a_head_of_a_negative_income_is_rounded_away_from_zero():
    household = make_household(members=2)
    make_income(household, production_expense="0.01")
    assert assess(household, make_version()).per_head == Decimal("-0.01")


def test_only_counted_items_count():
    household = make_household()
    make_income(household, wages="5000.00", subsistence_allowance="90000.00")
    assert outcome_of(household, items=["wages"]) == "eligible"
    assert outcome_of(household, items=["wages", "subsistence_allowance"]) == "not_eligible"


def test_without_a_statement_of_the_year_it_cannot_be_decided():
    household = make_household()
    make_income(household, year=2014, wages="1.00")
    version = make_version()
    assert outcome_of(household, version) == "insufficient_data"
    assert assess(household, version).net_income is None


def test_with_nobody_who_counts_it_cannot_be_decided():
    household = make_household(members=0)
    make_income(household, wages="1.00")
    make_member(household, is_head=True, is_living_together=False)
    assert outcome_of(household) == "insufficient_data"


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({"born_on": DAY}, True),
        ({"born_on": AFTER}, False),
        ({"joined_on": DAY}, True),
        ({"joined_on": AFTER}, False),
        ({"left_on": BEFORE}, False),
        ({"left_on": DAY}, False),
        ({"left_on": DAY, "left_reason": "01"}, False),
        ({"left_on": AFTER}, True),
        ({"is_living_together": False}, False),
        ({"is_registered_resident": False}, True),
    ],
)
def test_who_counts_on_the_reference_date(values, counts):
    household = make_household()
    make_member(household, **values)
    version = make_version()
    assert assess(household, version).headcount == (2 if counts else 1)
    assert assess_entry(entry_of(household), version).headcount == (2 if counts else 1)


def test_the_divisor_may_be_who_is_registered():
    household = make_household()
    make_member(household, is_registered_resident=False)
    make_member(household, is_living_together=False)
    assert assess(household, make_version(divisor="resident")).headcount == 2
    assert assess(household, make_version(divisor="registered")).headcount == 2
    make_member(household, is_living_together=False)
    assert assess(household, make_version(divisor="registered")).headcount == 3


@pytest.mark.parametrize(
    ("values", "hits"),
    [
        ({}, True),
        ({"fact_date": DAY}, True),
        ({"fact_date": AFTER}, False),
        ({"ended_on": DAY}, False),
        ({"ended_on": AFTER}, True),
        ({"verification": "pending"}, False),
        ({"verification": "false"}, False),
        ({"verification": "explained"}, False),
    ],
)
def test_only_a_verified_fact_that_holds_on_the_day_rules_out(values, hits):
    household = make_household()
    make_income(household, wages="1.00")
    make_fact(household, "vehicle", **{"fact_date": date(2014, 5, 1)} | values)
    assert outcome_of(household) == ("not_eligible" if hits else "eligible")


def test_what_includes_needs_no_income():
    household = make_household()
    make_fact(household, "subsistence", date(2015, 1, 1))
    assert outcome_of(household) == "eligible"


def test_exclusion_goes_before_inclusion_and_every_hit_is_kept():
    household = make_household()
    make_income(household, wages="90000.00")
    for kind in ("destitute", "vehicle", "payroll"):
        make_fact(household, kind, date(2015, 1, 1))
    version = make_version()
    result = assess(household, version)
    assert outcome_of(household, version) == "not_eligible"
    assert [(reason.code, reason.effect) for reason in result.reasons] == [
        ("vehicle", "exclude"),
        ("payroll", "exclude"),
        ("destitute", "include"),
    ]


def test_a_fact_that_the_standard_does_not_name_says_nothing():
    household = make_household()
    make_income(household, wages="1.00")
    make_fact(household, "vehicle", date(2015, 1, 1))
    assert outcome_of(household, criteria=[]) == "eligible"


@pytest.mark.parametrize(
    ("cost", "deducted"),
    [
        ("2000.00", "0.00"),
        ("2000.01", "0.01"),
        ("4999.99", "2999.99"),
        ("5000.00", "3000.00"),
        ("9000.00", "3000.00"),
    ],
)
def test_a_cost_is_deducted_above_its_floor_up_to_its_cap(cost, deducted):
    criteria = [{"effect": "deduct", "cost": "medical_cost", "floor": Decimal(2000), "cap": Decimal(3000)}]
    household = make_household()
    make_income(household, wages="11999.99", medical_cost=cost)
    version = make_version(criteria=criteria)
    result = assess(household, version)
    assert result.deductions == Decimal(deducted)
    assert bool(result.reasons) == (Decimal(deducted) > 0)
    assert outcome_of(household, version) == ("eligible" if deducted == "3000.00" else "not_eligible")


@pytest.mark.parametrize(("cost", "deducted"), [("500.00", "0.00"), ("500.01", "0.01"), ("700.00", "200.00")])
def test_schooling_is_deducted_above_its_floor_without_a_cap(cost, deducted):
    criteria = [{"effect": "deduct", "cost": "schooling_cost", "floor": Decimal(500)}]
    household = make_household()
    make_income(household, wages="9000.00", schooling_cost=cost)
    assert assess(household, make_version(criteria=criteria)).deductions == Decimal(deducted)


@pytest.mark.parametrize(
    ("amount", "hits"), [(None, False), ("29999.99", False), ("30000.00", False), ("30000.01", True)]
)
def test_a_fact_counts_above_the_threshold_only_and_not_without_an_amount(amount, hits):
    household = make_household()
    make_fact(household, "vehicle", BEFORE, amount=amount and Decimal(amount))
    rows = [{"effect": "exclude", "fact_kind": "vehicle", "threshold": Decimal(30000)}]
    assert bool(assess(household, make_version(criteria=rows)).reasons) == hits


def test_deductions_add_up():
    criteria = [
        {"effect": "deduct", "cost": "medical_cost", "floor": Decimal(100)},
        {"effect": "deduct", "cost": "schooling_cost"},
    ]
    household = make_household()
    make_income(household, wages="9150.00", medical_cost="150.00", schooling_cost="100.01")
    result = assess(household, make_version(criteria=criteria))
    assert (result.deductions, result.outcome) == (Decimal("150.01"), "eligible")


def test_the_largest_amounts_do_not_overflow():
    household = make_household(members=3)
    most = "999999999999.99"
    make_income(household, **dict.fromkeys(("wages", "business", "property_income", "pension"), most))
    assert outcome_of(household, line=Decimal(most)) == "not_eligible"


def test_another_line_may_be_tried():
    household = make_household()
    make_income(household, wages="9100.00")
    version = make_version()
    assert assess(household, version).outcome == "not_eligible"
    assert assess(household, version, {"line": "9100.01"}).outcome == "eligible"


def test_an_assessment_is_two_queries(django_assert_num_queries):
    household = make_household(members=4)
    version = make_version()
    with django_assert_num_queries(2):
        assess(household, version)


def test_an_empty_entry_cannot_be_decided():
    entry = entry_of(make_household())
    entry.members, entry.incomes, entry.facts = [], [], []
    result = assess_entry(entry, make_version())
    assert (result.outcome, result.headcount, result.net_income) == ("insufficient_data", 0, None)


# --- In words ---------------------------------------------------------------------------------------------------


@pytest.fixture
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.mark.usefixtures("_in_english")
class TestInWords:
    def test_below_the_line(self):
        household = make_household(members=2)
        make_income(household, wages="16000.00")
        assert explain(assess(household, make_version())) == (
            "Eligible: Net income of 2015 was 16,000.00 yuan; for 2 persons that is 8,000.00 yuan a head, "
            "below the line of 9,000.00 yuan."
        )

    def test_rounding_never_hides_why(self):
        household = make_household(members=3)
        make_income(household, wages="26999.99")
        text = explain(assess(household, make_version()))
        assert text.endswith("(Not rounded: 26,999.99 yuan against 27,000.00 yuan for all.)")

    def test_what_ruled_it_out_is_named(self):
        household = make_household()
        make_fact(household, "vehicle", date(2015, 1, 1))
        make_fact(household, "housing", date(2015, 1, 1))
        text = explain(assess(household, make_version()))
        assert "Not eligible" in text
        assert "Motor vehicle, Commercial housing" in text

    def test_what_is_missing_is_named(self):
        household = make_household()
        assert "income of 2015 has not been entered" in explain(assess(household, make_version()))
        make_income(household, wages="1.00")
        household.members.update(is_living_together=False)
        assert "nobody counts as a member" in explain(assess(household, make_version()))

    def test_costs_are_named(self):
        household = make_household()
        make_income(household, wages="10000.00", medical_cost="1500.00")
        version = make_version(criteria=[{"effect": "deduct", "cost": "medical_cost"}])
        assert "less 1,500.00 yuan of costs" in explain(assess(household, version))


# --- The command ------------------------------------------------------------------------------------------------


def test_the_command_prints_the_json_of_the_contract(capsys):
    household = make_household(members=2)
    make_income(household, wages="18000.01")
    make_fact(household, "vehicle", date(2015, 1, 1))
    make_version(code="demo-2015")
    call_command("assess", household.number, standard="demo-2015")
    answer = json.loads(capsys.readouterr().out)
    assert answer["reasons"][0].keys() == {"code", "effect", "text"}
    assert (
        answer.items()
        >= {
            "household": household.number,
            "standard": "demo-2015",
            "reference_date": "2015-12-31",
            "outcome": "not_eligible",
            "headcount": 2,
            "net_income": "18000.01",
            "deductions": "0.00",
            "per_head": "9000.01",
            "line": "9000.00",
        }.items()
    )


def test_the_command_refuses_what_is_unknown():
    make_version(code="demo-2015")
    with pytest.raises(CommandError, match="no household"):
        call_command("assess", "nobody", standard="demo-2015")
    with pytest.raises(CommandError, match="现行"):
        call_command("assess", make_household().number, standard="other")
