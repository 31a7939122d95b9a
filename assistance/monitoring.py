"""What assistance alarms of: a visit that is overdue, and aid that ends or ended without other aid."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from assistance.choices import GrantState, Pillar
from assistance.models import Grant, Pairing
from eligibility.choices import AlarmKind, AlarmLevel
from eligibility.models import Alarm
from eligibility.monitoring.sources import Finding, Watch, register_source


def register() -> None:
    """Let monitoring find these, when the application starts."""
    register_source(overdue_visits, {AlarmKind.VISIT_OVERDUE: _tell_visit})
    register_source(ended_aid, {AlarmKind.AID_ENDED: _tell_aid})


# --- Visits -----------------------------------------------------------------------------------------------------------
def overdue_visits(watch: Watch) -> Iterator[Finding]:
    """Paired households without a visit for longer than the interval; red for longer than twice the interval."""
    interval = timedelta(days=settings.FUPIN_VISIT_INTERVAL_DAYS)
    pairings = Pairing.objects.filter(watch.households("household__")).current(watch.day).with_last_visit()
    late = pairings.filter(due_since__lt=watch.day - interval).order_by("household_id", "-due_since")
    # Of several pairings of a household, the one that waits longest.
    for row in {row["household_id"]: row for row in late.values("household_id", "due_since", "last_visit")}.values():
        due_since = row["due_since"]
        level = AlarmLevel.RED if due_since < watch.day - 2 * interval else AlarmLevel.AMBER
        facts = {"due_since": due_since.isoformat(), "visited": bool(row["last_visit"]), "interval": interval.days}
        yield Finding(
            row["household_id"],
            AlarmKind.VISIT_OVERDUE,
            level,
            due_since.isoformat(),
            due_since + interval + timedelta(days=1),
            facts,
        )


def _tell_visit(alarm: Alarm) -> str:
    facts = alarm.facts
    told = {
        "day": facts["due_since"],
        "days": (alarm.told_on - date.fromisoformat(facts["due_since"])).days,
        "interval": facts["interval"],
    }
    if facts["visited"]:
        return _("The last visit was on %(day)s, %(days)d days ago; one is due every %(interval)d days.") % told
    return (
        _("Nobody has visited since the pairing of %(day)s, for %(days)d days; a visit is due every %(interval)d days.")
        % told
    )


# --- Aid --------------------------------------------------------------------------------------------------------------
def ended_aid(watch: Watch) -> Iterator[Finding]:
    """Measures that end within the days of the terms, or ended within them, with none of their pillar to follow.

    Red where nothing at all is in force any more. One whose alarm waits is kept, however long ago it ended.
    """
    day = watch.day
    before, after = (timedelta(days=int(watch.terms[name])) for name in ("aid_before", "aid_after"))
    kept = [
        int(fingerprint) for fingerprint in watch.waiting(AlarmKind.AID_ENDED).values_list("fingerprint", flat=True)
    ]
    grants = Grant.objects.filter(
        Q(ended_on__gt=day - after) | Q(pk__in=kept),
        watch.households("household__"),
        Q(member=None) | Q(member__left_on=None),
        ended_on__lte=day + before,
    )
    grants = grants.filter(~Exists(_others(watch).filter(measure__pillar=OuterRef("measure__pillar"))))
    rows = grants.annotate(has_other=Exists(_others(watch))).order_by("pk")
    for row in rows.values("pk", "household_id", "ended_on", "measure__name", "measure__pillar", "has_other"):
        is_over = row["ended_on"] <= day
        level = AlarmLevel.RED if is_over and not row["has_other"] else AlarmLevel.AMBER
        facts = {
            "measure": row["measure__name"],
            "pillar": row["measure__pillar"],
            "on": row["ended_on"].isoformat(),
            "is_over": is_over,
            "has_other": row["has_other"],
        }
        yield Finding(row["household_id"], AlarmKind.AID_ENDED, level, str(row["pk"]), row["ended_on"], facts)


def _others(watch: Watch) -> QuerySet:
    """Other measures of the household that are in force, and go on beyond the days before an end that alarm."""
    until = watch.day + timedelta(days=int(watch.terms["aid_before"]))
    return Grant.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=until), household=OuterRef("household"), state=GrantState.ACTIVE
    ).exclude(pk=OuterRef("pk"))


def _tell_aid(alarm: Alarm) -> str:
    facts = alarm.facts
    told = {
        "measure": facts["measure"],
        "day": facts["on"],
        "pillar": Pillar(facts["pillar"]).label,
        "days": abs((alarm.told_on - date.fromisoformat(facts["on"])).days),
    }
    if not facts["is_over"]:
        return _("The measure %(measure)s ends on %(day)s, and no other of %(pillar)s goes on.") % told
    if facts["has_other"]:
        return (
            _("The measure %(measure)s ended on %(day)s, %(days)d days ago, and no other of %(pillar)s is in force.")
            % told
        )
    return _("The measure %(measure)s ended on %(day)s, %(days)d days ago, and no measure at all is in force.") % told
