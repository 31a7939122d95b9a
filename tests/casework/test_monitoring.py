"""Alarms of support that ends after an exit."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from casework import work
from eligibility.models import Alarm
from eligibility.monitoring import running
from tests.factories import make_case, make_household, make_user

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def exited(days: int, household=None, status="exited_supported"):
    """A household whose exit is completed, with support for so many days more."""
    household = household or make_household(status=status, registered_on=date(2016, 1, 1))
    until = TODAY + timedelta(days=days)
    make_case(household, "completed", kind="exit", supported_until=until)
    return household


def compute() -> dict[str, int]:
    running.compute("320412", TODAY)
    return {alarm.kind: alarm.level for alarm in Alarm.objects.holding()}


@pytest.mark.parametrize(("days", "level"), [(31, None), (30, 1), (0, 1), (-1, 2)])
def test_support_that_ends_alarms_from_the_days_of_the_follow_up_on(settings, days, level):
    settings.FUPIN_FOLLOW_UP_DAYS = 30
    exited(days)
    assert compute().get("support_ends") == level


def test_who_is_followed_up_or_stably_out_of_poverty_has_no_alarm():
    followed = exited(-5)
    make_case(followed, "follow_up", kind="follow_up")
    exited(-5, status="exited")
    assert compute() == {}


def test_the_last_exit_says_until_when_a_household_is_supported():
    household = exited(-400)
    exited(400, household)
    assert compute() == {}
    assert not work.support_ending(make_user("district"), TODAY)


def test_alarms_stand_in_my_work_for_who_handles_them():
    exited(-1)
    compute()
    for role, place in (("township", "320412100"), ("village", "320412100201"), ("district", "320412")):
        alarms = work.of(make_user(role, place)).alarms
        assert (alarms.red, alarms.amber, len(alarms.first)) == (1, 0, 1)
    assert work.of(make_user("township", "320412101")).alarms.first == []
    assert work.of(make_user("auditor")).alarms is None
