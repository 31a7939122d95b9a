"""Decisions of before come in as cases of their own, once."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AuditEvent
from casework.choices import CaseKind, CaseStage
from casework.models import Case, PublicRecord
from casework.services import CarryOver, NotCarriedOver, carry_over_many
from households.choices import HouseholdStatus
from households.models import Household
from tests.factories import make_household, make_user, make_village

pytestmark = pytest.mark.django_db

DAY = date(2016, 4, 20)


@pytest.fixture
def district():
    return make_user("district")


def row(household, status="registered", day=DAY, document="武扶〔2016〕8号"):
    return CarryOver(household.pk, status, day, document)


def test_a_household_gets_its_status_from_a_case_decided_at_once(district):
    household = make_household()
    assert carry_over_many([row(household)], district) == 1
    household.refresh_from_db()
    assert (household.status, household.registered_on) == ("registered", DAY)
    assert household.registration_document == "武扶〔2016〕8号"
    case = Case.objects.get()
    assert (case.kind, case.stage, case.household, case.village_id) == (
        CaseKind.CARRY_OVER,
        CaseStage.COMPLETED,
        household,
        household.village_id,
    )
    assert (case.decided_on, case.document, case.opened_by) == (DAY, "武扶〔2016〕8号", district)
    assert [(event.to_stage, event.actor, event.details) for event in case.events.all()] == [
        ("completed", district, {"status": "registered"})
    ]
    assert AuditEvent.objects.get().details == {"households": 1}


def test_it_stands_in_the_history_with_the_person_and_raises_the_version(district):
    household = make_household()
    before = household.touched_at
    carry_over_many([row(household)], district)
    household.refresh_from_db()
    assert (household.version, household.touched_at > before) == (2, True)
    latest = household.history.first()
    assert (latest.history_type, latest.history_user, latest.history_change_reason) == ("~", district, "carry_over")
    assert (latest.status, latest.registered_on, latest.number, latest.version) == (
        "registered",
        DAY,
        household.number,
        2,
    )


def test_a_hundred_households_of_every_status_take_few_statements(district, django_assert_max_num_queries):
    statuses = [status for status in HouseholdStatus if status != HouseholdStatus.UNREGISTERED]
    households = [make_household() for _number in range(100)]
    rows = [
        row(household, statuses[position % len(statuses)], DAY + timedelta(position), f"{position}号")
        for position, household in enumerate(households)
    ]
    with django_assert_max_num_queries(25):
        assert carry_over_many(rows, district) == 100
    kept = {one.pk: one for one in Household.objects.all()}
    assert [
        (one.household, kept[one.household].status, kept[one.household].registered_on,
         kept[one.household].registration_document) for one in rows
    ] == [tuple(one) for one in rows]  # fmt: skip
    assert PublicRecord.objects.count() == 40


def test_the_same_rows_twice_change_nothing(district):
    household = make_household()
    carry_over_many([row(household)], district)
    assert carry_over_many([row(household)], district) == 0
    household.refresh_from_db()
    assert (Case.objects.count(), household.version, household.history.count()) == (1, 2, 2)


@pytest.mark.parametrize(
    "other", [{"status": "exited"}, {"day": date(2016, 4, 21)}, {"document": "9号"}], ids=["status", "date", "document"]
)
def test_a_household_that_has_another_status_is_refused_and_nothing_is_written(district, other):
    first, second = make_household(), make_household()
    carry_over_many([row(first)], district)
    with pytest.raises(NotCarriedOver) as refusal:
        carry_over_many([row(second), row(first, **other)], district)
    assert [one.household for one, _why in refusal.value.rows] == [first.pk]
    second.refresh_from_db()
    assert second.status == HouseholdStatus.UNREGISTERED
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"status": "unregistered"}, {"status": "rich"}, {"day": None}, {"day": timezone.localdate() + timedelta(1)}],
    ids=["not a decision", "no such status", "no date", "tomorrow"],
)
def test_a_wrong_row_is_refused(district, wrong):
    with pytest.raises(NotCarriedOver):
        carry_over_many([row(make_household(), **wrong)], district)
    assert not Case.objects.exists()


def test_a_decision_of_today_is_accepted(district):
    assert carry_over_many([row(make_household(), day=timezone.localdate())], district) == 1


def test_a_household_cannot_appear_twice(district):
    household = make_household()
    with pytest.raises(NotCarriedOver):
        carry_over_many([row(household), row(household)], district)


def test_a_household_of_another_district_does_not_exist(district):
    elsewhere = make_household(make_village("320411100201"))
    with pytest.raises(NotCarriedOver):
        carry_over_many([row(elsewhere)], district)


@pytest.mark.parametrize("role", ["village", "township", "auditor", "administrator", "cadre", "contact"])
def test_only_district_staff_carry_decisions_over(role):
    household = make_household()
    with pytest.raises(PermissionDenied):
        carry_over_many([row(household)], make_user(role))
    household.refresh_from_db()
    assert household.status == HouseholdStatus.UNREGISTERED
