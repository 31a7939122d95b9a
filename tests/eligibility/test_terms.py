"""The terms of a run: those of the version, or with what a simulation changes; refused as a standard would be."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from eligibility.assessment import assess
from eligibility.terms import Terms
from tests.eligibility.makers import criteria_of_demo, make_version
from tests.factories import make_fact, make_household, make_income, make_member

pytestmark = pytest.mark.django_db

OTHERS = {
    "line": "9500.00",
    "inclusive": True,
    "divisor": "registered",
    "income_year": 2016,
    "reference_date": "2016-12-31",
    "items": ["wages"],
    "criteria": [{"effect": "deduct", "cost": "medical_cost", "floor": "1000.00", "cap": None}],
}


@pytest.fixture
def version():
    return make_version()


def test_without_changes_they_are_the_versions(version):
    terms = Terms.of_version(version)
    assert (terms.line, terms.reference_date, terms.income_year) == (Decimal("9000.00"), date(2015, 12, 31), 2015)
    assert [criterion.code for criterion in terms.criteria] == [row["fact_kind"] for row in criteria_of_demo()]
    assert terms.changes_from(Terms.of_version(version)) == {}


@pytest.mark.parametrize("name", OTHERS)
def test_each_can_be_changed_alone_and_only_it_is_kept(version, name):
    changes = {name: OTHERS[name]}
    before, after = Terms.of_version(version), Terms.of_version(version, changes)
    assert after.changes_from(before) == changes
    assert Terms.of_version(version, after.as_json()).as_json() == after.as_json()


def test_the_threshold_of_a_condition_is_a_term(version):
    rows = [{"effect": "exclude", "fact_kind": "vehicle", "threshold": "30000.00"}]
    household = make_household()
    make_fact(household, "vehicle", date(2015, 3, 1), amount=Decimal("30000.00"))
    terms = Terms.of_version(version, {"criteria": rows})
    assert terms.changes_from(Terms.of_version(version)) == {"criteria": rows}
    assert [reason.code for reason in assess(household, version).reasons] == ["vehicle"]
    assert assess(household, version, {"criteria": rows}).reasons == []
    lower = [rows[0] | {"threshold": "29999.99"}]
    assert [reason.code for reason in assess(household, version, {"criteria": lower}).reasons] == ["vehicle"]


def test_the_version_stays_what_it_is(version):
    Terms.of_version(version, OTHERS)
    version.refresh_from_db()
    assert (version.line, version.criteria.count()) == (Decimal("9000.00"), 6)


def test_another_order_is_no_change(version):
    changes = {"items": version.items[::-1], "criteria": criteria_of_demo()[::-1]}
    assert Terms.of_version(version, changes).changes_from(Terms.of_version(version)) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"line": "-0.01"}, "line"),
        ({"line": "much"}, "line"),
        ({"line": "9000.001"}, "line"),
        ({"divisor": "everybody"}, "divisor"),
        ({"reference_date": "2015-02-30"}, "reference_date"),
        ({"income_year": "soon"}, "income_year"),
        ({"items": []}, "items"),
        ({"items": ["lottery"]}, "items"),
        ({"criteria": [{"effect": "exclude", "fact_kind": "yacht"}]}, "fact_kind"),
        ({"criteria": [{"effect": "exclude"}]}, "__all__"),
    ],
)
def test_what_a_standard_may_not_say_is_refused_by_name(version, changes, field):
    with pytest.raises(ValidationError) as refusal:
        Terms.of_version(version, changes)
    assert field in refusal.value.message_dict


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"criteria": [{"effect": "deduct", "cost": "medical_cost", "floor": "-1.00"}]},
        {"criteria": [{"effect": "exclude", "fact_kind": "vehicle", "colour": "red"}]},
    ],
)
def test_what_is_no_term_is_refused(version, changes):
    with pytest.raises(ValidationError):
        Terms.of_version(version, changes)


def test_a_standard_for_villages_takes_no_conditions():
    version = make_version(subject="village")
    assert Terms.of_version(version, {"items": ["operating"]}).items == ("operating",)
    with pytest.raises(ValidationError):
        Terms.of_version(version, {"criteria": criteria_of_demo()})


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "not_eligible"),
        ({"line": "9100.01"}, "eligible"),
        ({"line": "9100.00", "inclusive": True}, "eligible"),
        ({"divisor": "registered"}, "eligible"),
        ({"income_year": 2016}, "insufficient_data"),
        ({"reference_date": "2016-12-31"}, "eligible"),
        ({"items": ["business"]}, "eligible"),
        ({"criteria": [{"effect": "include", "fact_kind": "housing"}]}, "eligible"),
        ({"criteria": [{"effect": "deduct", "cost": "medical_cost", "floor": "100.00"}]}, "not_eligible"),
        ({"criteria": [{"effect": "deduct", "cost": "medical_cost", "floor": "99.99"}]}, "eligible"),
    ],
)
def test_each_change_reaches_the_assessment(changes, outcome):
    """Two who live together and one who is only registered here; on the line of 9,000 yuan they are 100 yuan above."""
    household = make_household(members=2)
    make_member(household, is_living_together=False)
    make_member(household, joined_on=date(2016, 5, 1), born_on=date(2016, 5, 1))
    make_income(household, wages="18200.00" if "criteria" not in changes else "18000.00", medical_cost="100.00")
    make_fact(household, "housing", date(2016, 3, 1) if "criteria" not in changes else date(2015, 3, 1))
    version = make_version(criteria=[])
    assert assess(household, version, changes).outcome == outcome
