"""How many alarms wait where, how grave they are and for how long: for whoever answers for a place."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import CharField, Count, Min, Q
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from eligibility.choices import WAITING, AlarmLevel, AlarmState
from eligibility.models import Alarm
from eligibility.querysets import ages
from fupin.scope import division_range
from villages.models import Division

TOWNSHIP_DIGITS, VILLAGE_DIGITS = 9, 12
MONTH = timedelta(days=30)
SHOWN = 5
_COUNTS = ("red", "amber", "reported", "week", "month", "older", "closed", "lapsed")


@dataclass(frozen=True)
class PlaceAlarms:
    """A township or village with its alarms: those that wait by level and age in days, and those of late that ended."""

    code: str
    name: str
    red: int
    amber: int
    reported: int
    week: int
    month: int
    older: int
    closed: int
    lapsed: int
    oldest: date | None

    @property
    def is_township(self) -> bool:
        return len(self.code) == TOWNSHIP_DIGITS

    @property
    def level(self) -> str:
        """What the filters of lists call a place of this kind."""
        return "township" if self.is_township else "village"

    @property
    def waiting(self) -> int:
        return self.red + self.amber

    @property
    def days(self) -> int | None:
        """For how many days the oldest has waited."""
        return (timezone.localdate() - self.oldest).days if self.oldest else None


def by_place(user: User, within: str) -> list[PlaceAlarms]:
    """The alarms that a person sees in a division, by its townships, or by villages where it is a township or village.

    Args:
        within: the code of a division.
    """
    today = timezone.localdate()
    digits = TOWNSHIP_DIGITS if len(within) < TOWNSHIP_DIGITS else VILLAGE_DIGITS
    waits = Q(state__in=WAITING)
    found = (
        Alarm.objects.visible_to(user)
        .filter(division_range("household__village_id", within))
        .filter(waits | Q(closed_at__gte=timezone.now() - MONTH) | Q(gone_on__gt=today - MONTH))
        .order_by()
        .annotate(place=Substr("household__village_id", 1, digits, output_field=CharField()))
        .values("place")
        .annotate(
            red=Count("pk", filter=waits & Q(level=AlarmLevel.RED)),
            amber=Count("pk", filter=waits & Q(level=AlarmLevel.AMBER)),
            reported=Count("pk", filter=Q(state=AlarmState.REPORTED)),
            **{name: Count("pk", filter=waits & of_age) for name, of_age in ages(today).items()},
            closed=Count("pk", filter=Q(state=AlarmState.CLOSED, closed_at__gte=timezone.now() - MONTH)),
            lapsed=Count("pk", filter=Q(state=AlarmState.LAPSED, gone_on__gt=today - MONTH)),
            oldest=Min("raised_on", filter=waits),
        )
    )
    rows = {row.pop("place"): row for row in found}
    names = dict(Division.objects.filter(pk__in=rows).values_list("pk", "name"))
    return [PlaceAlarms(code, names.get(code, code), **rows[code]) for code in sorted(rows)]


def total_of(places: list[PlaceAlarms]) -> PlaceAlarms:
    """The sum of several places."""
    return PlaceAlarms(
        "",
        _("Total"),
        **{name: sum(getattr(place, name) for place in places) for name in _COUNTS},
        oldest=min((place.oldest for place in places if place.oldest), default=None),
    )


@dataclass(frozen=True)
class AlarmWork:
    """What of the alarms waits for a person: counts, and the first few that do, the gravest and oldest first."""

    red: int
    amber: int
    reported: int
    first: list[Alarm]

    def __bool__(self) -> bool:
        return bool(self.red or self.amber)


def waiting_for(user: User) -> AlarmWork | None:
    """The alarms in reach of somebody who handles them; None for who only reads."""
    if not user.has_perm("eligibility.report_alarm"):
        return None
    rows = Alarm.objects.visible_to(user).waiting()
    counts = rows.order_by().aggregate(
        red=Count("pk", filter=Q(level=AlarmLevel.RED)),
        amber=Count("pk", filter=Q(level=AlarmLevel.AMBER)),
        reported=Count("pk", filter=Q(state=AlarmState.REPORTED)),
    )
    if user.has_perm("eligibility.close_alarm") and counts["reported"]:
        rows = rows.filter(state=AlarmState.REPORTED)
    return AlarmWork(**counts, first=list(rows.for_list().order_by("-level", "raised_on", "pk")[:SHOWN]))
