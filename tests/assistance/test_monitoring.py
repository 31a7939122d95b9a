"""Alarms of overdue visits and of aid that ends."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from eligibility.models import Alarm
from eligibility.monitoring import running
from eligibility.monitoring.sources import reason_of
from tests.assistance.makers import ago, make_cadre, make_grant, make_measure, make_pairing, make_visit, today
from tests.eligibility import monitoring as reference
from tests.factories import make_household, make_member

pytestmark = pytest.mark.django_db


def watched(status="registered", **values):
    return make_household(status=status, registered_on=date(2016, 1, 1), **values)


def compute(day=None) -> dict[str, int]:
    running.compute("320412", day or today())
    return {alarm.kind: alarm.level for alarm in Alarm.objects.holding()}


@pytest.mark.parametrize(("days", "level"), [(90, None), (91, 1), (180, 1), (181, 2)])
@pytest.mark.parametrize("visited", [True, False])
def test_a_visit_is_overdue_after_one_interval_and_red_after_two(settings, days, level, visited):
    settings.FUPIN_VISIT_INTERVAL_DAYS = 90
    pairing = make_pairing(watched(), started_on=ago(300 if visited else days))
    if visited:
        make_visit(pairing, ago(days))
    assert compute().get("visit_overdue") == level
    if level:
        assert str(days) in reason_of(Alarm.objects.get())


def test_a_visit_ends_the_alarm_and_a_household_without_a_pairing_has_none(settings):
    settings.FUPIN_VISIT_INTERVAL_DAYS = 90
    pairing = make_pairing(watched(), started_on=ago(100))
    make_pairing(watched(), started_on=ago(300), ended_on=ago(1))
    assert compute() == {"visit_overdue": 1}
    make_visit(pairing)
    assert compute() == {}
    assert Alarm.objects.get().state == "lapsed"


def test_an_amber_visit_that_is_closed_comes_again_red(settings):
    settings.FUPIN_VISIT_INTERVAL_DAYS = 90
    make_pairing(watched(), started_on=ago(100))
    compute()
    Alarm.objects.update(state="closed")
    assert compute(today() + timedelta(days=80)) == {"visit_overdue": 1}
    assert compute(today() + timedelta(days=81)) == {"visit_overdue": 2}


@hypothesis_settings(max_examples=40, deadline=None)
@given(
    starts=st.lists(st.integers(0, 400), max_size=2),
    visits=st.lists(st.integers(0, 400), max_size=3),
    ended=st.booleans(),
)
def test_overdue_visits_agree_with_the_reference(starts, visits, ended):
    with transaction.atomic():
        household, cadre = watched(), make_cadre()
        for number, days in enumerate(starts):
            make_pairing(household, cadre=make_cadre(), started_on=ago(days), is_main=number == 0)
        former = make_pairing(household, cadre=cadre, is_main=False, started_on=ago(401), ended_on=ago(0))
        for days in visits:
            make_visit(former, ago(days))
        expected = reference.visit_alarm([ago(days) for days in starts], [ago(days) for days in visits], 90, today())
        assert compute().get("visit_overdue", 0) == expected
        transaction.set_rollback(True)


# --- Aid --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "level"), [(-31, None), (-30, 1), (-1, 1), (0, 2), (179, 2), (180, None)])
def test_aid_alarms_before_its_end_and_after_it(days, level):
    state = "ended" if days >= 0 else "active"
    make_grant(watched(), started_on=ago(400), ended_on=ago(days), state=state)
    assert compute().get("aid_ended") == level


def test_aid_of_the_same_pillar_is_a_follow_up_and_other_aid_makes_it_amber():
    household = watched()
    make_grant(household, make_measure(pillar="education"), started_on=ago(400), ended_on=ago(5), state="ended")
    assert compute() == {"aid_ended": 2}
    make_grant(household, make_measure(pillar="industry"))
    assert compute() == {"aid_ended": 1}
    make_grant(household, make_measure(pillar="education"))
    assert compute() == {}


def test_aid_of_a_member_who_has_left_ends_without_an_alarm():
    household = watched()
    member = make_member(household, left_on=ago(5), left_reason="01", labour="04")
    make_grant(household, member=member, started_on=ago(400), ended_on=ago(5), state="ended")
    assert compute() == {}


def test_aid_that_ended_keeps_its_alarm_until_it_is_handled():
    make_grant(watched(), started_on=ago(400), ended_on=ago(5), state="ended")
    compute()
    assert compute(today() + timedelta(days=400)) == {"aid_ended": 2}
