"""How days of publicity are counted: calendar days, or working days by the table of holidays."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from chinese_calendar import constants
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from casework.choices import DayKind, NoticeKind
from casework.models import Holiday

ONE_DAY = timedelta(days=1)
SATURDAY = 5
# Days that are off in every year: a year in which one of them is missing from the table has not been entered.
STATUTORY = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))


class CalendarGap(ValidationError):
    """Working days cannot be counted: the table of holidays is not complete for a year."""


def days_of(kind: str) -> int:
    """How many days a notice of this kind is posted at least, both ends counted."""
    is_announcement = kind == NoticeKind.ANNOUNCEMENT
    return settings.FUPIN_ANNOUNCEMENT_DAYS if is_announcement else settings.FUPIN_PUBLICITY_DAYS


def last_day(first: date, days: int, day_kind: str) -> date:
    """The last day of a publicity that begins on `first` and lasts `days`, both ends counted (design §4).

    Raises:
        CalendarGap: working days are counted, and the table of holidays has a gap.
    """
    if day_kind == DayKind.CALENDAR:
        return first + (days - 1) * ONE_DAY
    counted = _working_days(first)
    for _number in range(days - 1):
        next(counted)
    return next(counted)


def _working_days(day: date) -> Iterator[date]:
    """Working days from `day` on."""
    year, table = None, {}
    while True:
        if day.year != year:
            year, table = day.year, table_of(day.year)
        if table.get(day, day.weekday() < SATURDAY):
            yield day
        day += ONE_DAY


def table_of(year: int) -> dict[date, bool]:
    """Whether each day of a year that is in the table is worked.

    Raises:
        CalendarGap: the year is not complete.
    """
    table = dict(Holiday.objects.filter(day__year=year).values_list("day", "is_workday"))
    if missing := missing_of(year, table):
        raise CalendarGap(
            _("The table of holidays is not complete for %(year)d: %(days)s. An administrator completes it.")
            % {"year": year, "days": "、".join(f"{day:%m-%d}" for day in missing)}
        )
    return table


def missing_of(year: int, table: dict[date, bool]) -> list[date]:
    """The days that are off in every year and that the table does not hold as off."""
    return [day for day in (date(year, *month_day) for month_day in STATUTORY) if table.get(day) is not False]


def published_of(year: int) -> list[Holiday]:
    """The days off and make-up workdays of a year as the State Council published them, as far as they are known here.

    They come from the package chinesecalendar; empty for a year that it does not hold yet.
    """
    days = [(day, name, False) for day, name in constants.holidays.items()]
    days += [(day, name, True) for day, name in constants.workdays.items()]
    return [
        Holiday(day=day, name=constants.Holiday(name).chinese, is_workday=is_workday)
        for day, name, is_workday in sorted(days)
        if day.year == year
    ]


def gaps_of(years: Iterable[int]) -> dict[int, list[date]]:
    """By year, the days that are off in every year and are missing from the table; complete years are left out."""
    years = list(years)
    table = dict(Holiday.objects.filter(day__year__in=years).values_list("day", "is_workday"))
    return {year: missing for year in years if (missing := missing_of(year, table))}
