"""How the days of a publicity are counted, against a slow count over the table as it was published."""

from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.calendar import STATUTORY, CalendarGap, days_of, gaps_of, last_day, published_of
from casework.models import Holiday

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2015, 1, 1), date(2025, 12, 31)


def counted_slowly(first: date, days: int) -> date:
    """The last of so many working days, by the calendar that the State Council published."""
    day, left = first, days
    while True:
        left -= is_workday(day)
        if left == 0:
            return day
        day += timedelta(days=1)


@given(first=st.dates(FIRST, LAST), days=st.integers(1, 40))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_calendar_days_count_both_ends(first, days):
    assert (last_day(first, days, "calendar") - first).days == days - 1


@given(first=st.dates(FIRST, date(2025, 10, 1)), days=st.integers(1, 40))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_working_days_agree_with_the_slow_count(first, days):
    assert last_day(first, days, "working") == counted_slowly(first, days)


@pytest.mark.parametrize(("first", "days", "last"), [
    (date(2016, 3, 11), 1, date(2016, 3, 11)),  # a Friday
    (date(2016, 3, 12), 1, date(2016, 3, 14)),  # a Saturday
    (date(2016, 3, 11), 7, date(2016, 3, 21)),  # over two weekends
    (date(2016, 2, 5), 2, date(2016, 2, 6)),  # a make-up Saturday before the spring festival
    (date(2016, 2, 6), 2, date(2016, 2, 14)),  # the festival between, then a make-up Sunday
    (date(2016, 10, 1), 1, date(2016, 10, 8)),  # the national holiday, then a make-up Saturday
    (date(2015, 12, 31), 2, date(2016, 1, 4)),  # the new year
])  # fmt: skip
def test_working_days_at_the_edges(first, days, last):
    assert last_day(first, days, "working") == last


def test_a_gap_is_refused_with_the_days_that_are_missing():
    Holiday.objects.filter(day__in=[date(2016, 5, 1), date(2016, 10, 2)]).delete()
    with pytest.raises(CalendarGap) as refusal:
        last_day(date(2016, 3, 1), 7, "working")
    (message,) = refusal.value.messages
    assert all(text in message for text in ("2016", "05-01", "10-02"))
    assert "10-01" not in message
    assert gaps_of([2015, 2016]) == {2016: [date(2016, 5, 1), date(2016, 10, 2)]}


def test_calendar_days_ask_no_table():
    Holiday.objects.all().delete()
    assert last_day(date(2016, 3, 1), 7, "calendar") == date(2016, 3, 7)


def test_only_the_years_that_are_reached_must_be_complete():
    Holiday.objects.filter(day__year=2017).delete()
    assert last_day(date(2016, 12, 29), 2, "working") == date(2016, 12, 30)
    with pytest.raises(CalendarGap) as refusal:
        last_day(date(2016, 12, 29), 3, "working")
    assert "2017" in refusal.value.messages[0]


def test_a_statutory_day_entered_as_worked_is_a_gap():
    Holiday.objects.filter(day=date(2016, 10, 1)).update(is_workday=True)
    assert gaps_of([2016]) == {2016: [date(2016, 10, 1)]}


@pytest.mark.parametrize("year", range(2015, 2027))
def test_the_table_comes_filled(year):
    assert not gaps_of([year])
    assert Holiday.objects.filter(day__year=year).count() == len(published_of(year))
    for month, day in STATUTORY:
        assert Holiday.objects.get(day=date(year, month, day)).is_workday is False


def test_each_kind_of_notice_has_its_days(settings):
    settings.FUPIN_PUBLICITY_DAYS, settings.FUPIN_ANNOUNCEMENT_DAYS = 9, 5
    assert [days_of(kind) for kind in ("village", "township", "announcement")] == [9, 9, 5]
