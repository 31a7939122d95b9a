"""What waits for somebody, and where the cases of a place wait: by stage and age, late, returned, objected to."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import CharField, Count, Min, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from casework.choices import CaseKind, CaseStage
from casework.models import Case, Notice, Objection
from casework.stages import PROCEDURES, places_waiting_for, steps_from
from eligibility import standards
from eligibility.comparison import figures
from eligibility.comparison.figures import WaitingDoubts
from eligibility.models import StandardVersion
from eligibility.monitoring.overview import AlarmWork, waiting_for
from fupin.scope import division_range
from households.models import LineCrossing
from villages.models import Division

SHOWN = 5
TOWNSHIP_DIGITS, VILLAGE_DIGITS = 9, 12


# --- For one person -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Waiting:
    """Cases of a kind at a stage that wait for a person: how many, how many of them overdue, since when the oldest."""

    kind: str
    stage: str
    count: int
    overdue: int
    since: date

    @property
    def kind_label(self) -> str:
        return str(CaseKind(self.kind).label)

    @property
    def step_label(self) -> str:
        return str(next(step for step in steps_from(self.kind, self.stage) if step.is_forward).label)

    @property
    def days(self) -> int:
        """For how many days the oldest has waited."""
        return (timezone.localdate() - self.since).days


@dataclass(frozen=True)
class Work:
    """What waits for a person. Counts go with the first few of what they count."""

    waiting: list[Waiting]
    due_soon: int
    overdue: int
    returned: list[Case]
    returned_count: int
    objections: list[Objection]
    objection_count: int
    without_photo: list[Notice]
    ending: list[Case]
    ending_count: int
    alarms: AlarmWork | None
    doubts: WaitingDoubts
    crossings: list[LineCrossing]
    crossing_count: int
    standards: list[StandardVersion]

    def __bool__(self) -> bool:
        cases = (self.waiting, self.returned, self.objections, self.without_photo, self.ending)
        return any(map(bool, (*cases, self.alarms, self.doubts, self.crossings, self.standards)))


def of(user: User) -> Work:
    """What waits for this person, within their reach."""
    today = timezone.localdate()
    mine = Case.objects.visible_to(user).at(list(places_waiting_for(user)))
    waiting = _waiting(mine, today)
    returned = mine.exclude(returned_reason="")
    objections = Objection.objects.handled_by(user).open().order_by("due_on", "pk")
    ending = support_ending(user, today)
    crossings = crossings_to_see(user)
    return Work(
        waiting=waiting,
        due_soon=mine.filter(due_on__gte=today, due_on__lte=last_day_of_notice(today)).count(),
        overdue=sum(row.overdue for row in waiting),
        returned=list(returned.with_places().order_by("stage_since", "pk")[:SHOWN]),
        returned_count=returned.count(),
        objections=list(objections.select_related("village__parent", "notice")[:SHOWN]),
        objection_count=objections.count(),
        without_photo=list(_without_photo(user, today)[:SHOWN]),
        ending=list(ending.with_places().order_by("supported_until", "pk")[:SHOWN]),
        ending_count=ending.count(),
        alarms=waiting_for(user),
        doubts=figures.waiting_for(user),
        crossings=list(crossings.for_list().order_by("pk")[:SHOWN]),
        crossing_count=crossings.count(),
        standards=list(standards.waiting_for(user)),
    )


def last_day_of_notice(today: date) -> date:
    """The latest deadline of which people are reminded today."""
    return today + timedelta(days=settings.FUPIN_REMINDER_DAYS)


def _waiting(mine: QuerySet, today: date) -> list[Waiting]:
    counts = {
        (row["kind"], row["stage"]): Waiting(**row)
        for row in mine.order_by()
        .values("kind", "stage")
        .annotate(count=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=today)), since=Min("stage_since"))
    }
    ordered = [(kind, stage) for kind in PROCEDURES for stage in CaseStage]
    return [counts[place] for place in ordered if place in counts]


def _without_photo(user: User, today: date) -> QuerySet:
    """Lists whose cases go on only with a photograph of the posted list."""
    if not user.has_perm("casework.take_steps"):
        return Notice.objects.none()
    needing = Case.objects.visible_to(user).unfinished().exclude(notice=None).order_by().values("notice")
    rows = Notice.objects.visible_to(user).filter(photo=None, taken_down_at=None, starts_on__lte=today, pk__in=needing)
    return rows.select_related("village__parent").order_by("ends_on", "pk")


def support_ending(user: User, today: date) -> QuerySet:
    """Exits whose support ends soon or has ended, and whose household nobody follows up yet."""
    if not user.has_perm("casework.open"):
        return Case.objects.none()
    return Case.objects.visible_to(user).support_ending(today)


def crossings_to_see(user: User) -> QuerySet:
    """Changes of submitted households across the line that a reviewer has still to see; nobody reviews their own."""
    if not user.has_perm("households.review_crossings"):
        return LineCrossing.objects.none()
    return LineCrossing.objects.visible_to(user).unseen().exclude(changed_by=user.pk)


# --- For a place ----------------------------------------------------------------------------------------------------
class Desk:
    """Where cases wait: in the village, in publicity, at the township or at the district."""

    VILLAGE, PUBLICITY, TOWNSHIP, DISTRICT = "village", "publicity", "township", "district"
    LABELS = {
        VILLAGE: pgettext_lazy("where cases wait", "In the village"),
        PUBLICITY: pgettext_lazy("where cases wait", "In publicity"),
        TOWNSHIP: pgettext_lazy("where cases wait", "At the township"),
        DISTRICT: pgettext_lazy("where cases wait", "At the district"),
    }
    OF_PERMISSION = {"casework.review": TOWNSHIP, "casework.decide": DISTRICT}


def desk_of(kind: str, stage: str) -> str:
    """Where a case of this kind waits at this stage; '' where nothing leads on."""
    onward = next((step for step in steps_from(kind, stage) if step.is_forward), None)
    if onward is None:
        return ""
    return Desk.PUBLICITY if onward.awaits_clock else Desk.OF_PERMISSION.get(onward.permission, Desk.VILLAGE)


def at_desk(desk: str) -> Q:
    """Cases that wait at this desk."""
    places = Q(pk__in=[])
    for kind in PROCEDURES:
        stages = [stage for stage in CaseStage if desk_of(kind, stage) == desk]
        places |= Q(kind=kind, stage__in=stages)
    return places


@dataclass(frozen=True)
class PlaceWork:
    """A township or village with its unfinished cases: where they wait, how many are late, returned, objected to."""

    code: str
    name: str
    desks: list[tuple[str, int]]
    total: int
    overdue: int
    returned: int
    objections: int
    since: date | None

    @property
    def is_township(self) -> bool:
        return len(self.code) == TOWNSHIP_DIGITS

    @property
    def level(self) -> str:
        """What the filters of lists call a place of this kind."""
        return "township" if self.is_township else "village"

    @property
    def days(self) -> int | None:
        """For how many days the oldest has stood at its stage."""
        return (timezone.localdate() - self.since).days if self.since else None


def by_place(user: User, within: str) -> list[PlaceWork]:
    """Unfinished cases of a division by its townships, or by its villages where it is a township or a village.

    Args:
        within: the code of a division in the person's reach.
    """
    today = timezone.localdate()
    digits = TOWNSHIP_DIGITS if len(within) < TOWNSHIP_DIGITS else VILLAGE_DIGITS
    cases = _within(Case.objects.visible_to(user).unfinished(), within, digits)
    rows = cases.annotate(
        total=Count("pk"),
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        returned=Count("pk", filter=~Q(returned_reason="")),
        since=Min("stage_since"),
        **{f"at_{desk}": Count("pk", filter=at_desk(desk)) for desk in Desk.LABELS},
    )
    found = {row["place"]: row for row in rows}
    objections = dict(
        _within(Objection.objects.visible_to(user).open(), within, digits)
        .annotate(total=Count("pk"))
        .values_list("place", "total")
    )
    names = dict(Division.objects.filter(pk__in={*found, *objections}).values_list("pk", "name"))
    return [
        PlaceWork(
            code,
            names.get(code, code),
            [(desk, found.get(code, {}).get(f"at_{desk}", 0)) for desk in Desk.LABELS],
            *(found.get(code, {}).get(name, 0) for name in ("total", "overdue", "returned")),
            objections.get(code, 0),
            found.get(code, {}).get("since"),
        )
        for code in sorted(names)
    ]


def _within(rows: QuerySet, within: str, digits: int) -> QuerySet:
    place = Substr("village_id", 1, digits, output_field=CharField())
    return rows.filter(division_range("village_id", within)).order_by().annotate(place=place).values("place")


def total_of(places: list[PlaceWork]) -> PlaceWork:
    """The sum of several places."""
    return PlaceWork(
        "",
        str(_("Total")),
        [(desk, sum(dict(place.desks)[desk] for place in places)) for desk in Desk.LABELS],
        *(sum(getattr(place, name) for place in places) for name in ("total", "overdue", "returned", "objections")),
        min((place.since for place in places if place.since), default=None),
    )
