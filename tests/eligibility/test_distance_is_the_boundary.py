"""The distance really is the boundary: one fen less leaves the result as it is, the whole of it turns it over.

Asked of `assess` itself, with the income row of a random household changed in the database.
"""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eligibility.assessment import assess
from eligibility.choices import Outcome
from eligibility.explanation.as_json import household_json
from eligibility.explanation.distance import DecidedBy
from eligibility.explanation.households import Explanation, explain_today
from eligibility.explanation.villages import explain_today as explain_village
from households.choices import Verification
from households.models import Fact, Household
from tests.eligibility.makers import make_version
from tests.eligibility.test_against_reference import amounts, households, keep, put_on_the_line, versions
from tests.factories import make_village
from villages.models import VillageIncome

pytestmark = pytest.mark.django_db
FEN = Decimal("0.01")


def earn(household: Household, version, more: Decimal) -> None:
    """Let the household have had so much more income in the year; less, by expenses where no item can fall so far."""
    row = household.incomes.get(year=version.income_year)
    if more < 0:
        row.production_expense -= more
    else:
        setattr(row, version.items[0], getattr(row, version.items[0]) + more)
    row.save()


def kept_from(drawn, values, fen):
    version = make_version(**values)
    if fen is not None:
        put_on_the_line(drawn, version, list(version.criteria.all()), fen)
    return version, keep(drawn, make_village())


@settings(max_examples=60, deadline=None)
@given(values=versions(), drawn=households(), fen=st.none() | st.sampled_from([-2, -1, 0, 1, 2]))
def test_a_fen_less_changes_nothing_and_the_whole_turns_the_result(values, drawn, fen):
    with transaction.atomic():
        version, household = kept_from(drawn, values, fen)
        distance = explain_today(household, version).distance
        if distance.change is not None:
            assert distance.change
            towards = FEN if distance.change > 0 else -FEN
            before = assess(household, version).outcome
            earn(household, version, distance.change - towards)
            assert assess(household, version).outcome == before
            assert explain_today(household, version).distance.change == towards
            earn(household, version, towards)
            after = assess(household, version).outcome
            if distance.decided_by == DecidedBy.INCOME:
                assert (before, after) == (distance.by_income, distance.across)
            else:
                assert after == before
            assert explain_today(household, version).distance.by_income == distance.across
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None)
@given(values=versions(), drawn=households(), fen=st.none() | st.sampled_from([-1, 0, 1]))
def test_without_what_must_go_the_result_is_what_was_said(values, drawn, fen):
    with transaction.atomic():
        version, household = kept_from(drawn, values, fen)
        distance = explain_today(household, version).distance
        codes = [criterion.code for criterion in distance.must_go]
        Fact.objects.filter(household=household, kind__in=codes).update(verification=Verification.FALSE)
        assert assess(household, version).outcome == distance.without
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None)
@given(values=versions(), drawn=households(), fen=st.none() | st.sampled_from([-1, 0, 1]))
def test_the_lines_of_the_account_add_up_to_the_result(values, drawn, fen):
    with transaction.atomic():
        version, household = kept_from(drawn, values, fen)
        explained = explain_today(household, version)
        told = explained.assessment
        assert sum(person.counts for person in explained.people) == told.headcount
        assert all(person.why for person in explained.people)
        if explained.statement:
            assert explained.statement.counted - explained.statement.expenses == told.net_income
            assert sum(finding.deduction.deducted for finding in explained.deducting) == told.deductions
        _holds_of_criteria(explained)
        assert told.as_json().items() <= household_json(explained).items()
        transaction.set_rollback(True)


def _holds_of_criteria(explained: Explanation) -> None:
    hits = {(reason.code, reason.effect) for reason in explained.assessment.reasons}
    for finding in explained.findings:
        assert finding.is_hit == ((finding.criterion.code, finding.criterion.effect) in hits)
        if finding.criterion.fact_kind:
            assert finding.is_hit == any(record.counts for record in finding.records)
            assert all(record.why for record in finding.records)


@settings(max_examples=40, deadline=None)
@given(line=amounts, income=amounts, inclusive=st.booleans(), near=st.none() | st.sampled_from([-1, 0, 1]))
def test_of_a_village_too(line, income, inclusive, near):
    if near is not None:
        income = line + near * FEN
    assume(income >= 0)
    with transaction.atomic():
        version = make_version(subject="village", line=line, inclusive=inclusive)
        village = make_village()
        row = VillageIncome.objects.create(village=village, year=2015, operating=income)
        told = explain_village(village, version).told
        towards = FEN if told.change > 0 else -FEN
        assume(income + told.change >= 0)
        for change, outcome in ((told.change - towards, told.outcome), (told.change, told.across)):
            row.operating = income + change
            row.save()
            assert explain_village(village, version).told.outcome == outcome != Outcome.INSUFFICIENT_DATA
        transaction.set_rollback(True)
