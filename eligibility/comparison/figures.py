"""How many doubts there are: by source, by place and by age, each number with the rows behind it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import CharField, Count, Min, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from eligibility.choices import DoubtState, ListSource
from eligibility.comparison.models import Doubt
from eligibility.comparison.querysets import UNCLOSED
from households.choices import Verification
from villages.models import Division

TOWNSHIP_DIGITS, VILLAGE_DIGITS = 9, 12

# What is counted, and by which part of a query string the list shows the same rows.
COLUMNS = {
    "open": (_("To be checked at home"), "state=open"),
    "checked": (_("To be confirmed by the township"), "state=checked"),
    "overdue": (_("Overdue"), "overdue=on"),
    "true": (_("Verified as true"), "state=closed&result=true"),
    "false": (_("Found untrue"), "state=closed&result=false"),
    "explained": (_("Explained"), "state=closed&result=explained"),
}
# Days that a doubt has stood: from, to (both counted), label.
AGES = {
    "week": (0, 7, _("Up to 7 days")),
    "half": (8, 15, _("8 to 15 days")),
    "month": (16, 30, _("16 to 30 days")),
    "old": (31, None, _("More than 30 days")),
}


@dataclass(frozen=True)
class Line:
    """A source, a place or an age, with its counts, each beside the query that lists them."""

    label: str
    query: str
    cells: list[tuple[int, str]]


def aged(age: str, today: date) -> Q:
    """Unclosed doubts that have stood for so long."""
    first, last, _label = AGES[age]
    days = Q(raised_on__lte=today - timedelta(days=first), state__in=UNCLOSED)
    return days if last is None else days & Q(raised_on__gte=today - timedelta(days=last))


def _conditions(today: date) -> dict[str, Q]:
    closed = Q(state=DoubtState.CLOSED)
    return {
        "open": Q(state=DoubtState.OPEN),
        "checked": Q(state=DoubtState.CHECKED),
        "overdue": Q(state__in=UNCLOSED, due_on__lt=today),
        "true": closed & Q(result=Verification.TRUE),
        "false": closed & Q(result=Verification.FALSE),
        "explained": closed & Q(result=Verification.EXPLAINED),
    }


def _counted(rows: QuerySet, group: str, today: date) -> dict[str, dict]:
    counts = {name: Count("pk", filter=condition) for name, condition in _conditions(today).items()}
    return {row[group]: row for row in rows.order_by().values(group).annotate(**counts)}


def _line(label: str, query: str, row: dict) -> Line:
    return Line(label, query, [(row.get(name, 0), f"{query}&{part}") for name, (_l, part) in COLUMNS.items()])


def by_source(user: User) -> list[Line]:
    """Doubts in the person's reach, by source; a source without doubts is left out."""
    found = _counted(Doubt.objects.visible_to(user), "source", timezone.localdate())
    return [_line(str(source.label), f"source={source}", found[source]) for source in ListSource if source in found]


def by_place(user: User) -> list[Line]:
    """Doubts by township for the district, by village for everybody else."""
    is_district = 0 < len(user.jurisdiction) < TOWNSHIP_DIGITS
    digits, level = (TOWNSHIP_DIGITS, "township") if is_district else (VILLAGE_DIGITS, "village")
    place = Substr("member__village_id", 1, digits, output_field=CharField())
    found = _counted(Doubt.objects.visible_to(user).annotate(place=place), "place", timezone.localdate())
    names = dict(Division.objects.filter(pk__in=found).values_list("pk", "name"))
    return [_line(names.get(code, code), f"{level}={code}", found[code]) for code in sorted(found)]


def by_age(user: User) -> list[tuple[str, int, str]]:
    """Unclosed doubts by how long they have stood: label, count, and the query that lists them."""
    today = timezone.localdate()
    counts = Doubt.objects.visible_to(user).aggregate(**{age: Count("pk", filter=aged(age, today)) for age in AGES})
    return [(str(label), counts[age], f"age={age}") for age, (_first, _last, label) in AGES.items()]


@dataclass(frozen=True)
class WaitingDoubts:
    """What waits for one person: how many to check, how many to confirm, how many late, and since when the oldest."""

    to_check: int
    to_close: int
    overdue: int
    since: date | None

    def __bool__(self) -> bool:
        return bool(self.to_check or self.to_close)

    @property
    def days(self) -> int:
        """For how many days the oldest has stood."""
        return (timezone.localdate() - self.since).days if self.since else 0


def waiting_for(user: User) -> WaitingDoubts:
    """The doubts that this person's role takes further, within their reach."""
    rows = Doubt.objects.waiting_for(user).order_by()
    counts = rows.aggregate(
        to_check=Count("pk", filter=Q(state=DoubtState.OPEN)),
        to_close=Count("pk", filter=Q(state=DoubtState.CHECKED)),
        overdue=Count("pk", filter=Q(due_on__lt=timezone.localdate())),
        since=Min("raised_on"),
    )
    return WaitingDoubts(**counts)
