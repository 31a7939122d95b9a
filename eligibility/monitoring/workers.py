"""Workers whom a household has lost: by death, by leaving, or because they can no longer work.

A worker is a member with ordinary, skilled or weak labour capacity. That somebody lost theirs is read from the history
of the member. The loss of the last worker is a red alarm, that of another an amber one.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import BigIntegerField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility.choices import AlarmKind, AlarmLevel
from eligibility.models import Alarm
from eligibility.monitoring.sources import Finding, Watch
from households.choices import LabourCapacity, LeaveReason
from households.models import Member
from households.querysets import counting_on

WORKING = (LabourCapacity.ORDINARY, LabourCapacity.SKILLED, LabourCapacity.WEAK)
NOT_WORKING = (LabourCapacity.LOST, LabourCapacity.NONE)


def find(watch: Watch) -> Iterator[Finding]:
    """The workers lost within the days of the terms, and those whose alarm still waits."""
    kept = watch.waiting(AlarmKind.WORKER_LOST).order_by().values("member_id")
    since = watch.day - timedelta(days=int(watch.terms["worker_days"]))
    for member in _gone(watch).filter(Q(left_on__gt=since) | Q(pk__in=kept)):
        how = "died" if member["left_reason"] == LeaveReason.DEATH else "left"
        facts = {"how": how, "on": member["left_on"].isoformat(), "reason": member["left_reason"]}
        yield _finding(member, f"left:{member['pk']}", member["left_on"], facts)
    first_moment = timezone.make_aware(datetime.combine(since + timedelta(days=1), time.min))
    for member in _weakened(watch).filter(Q(changed_at__gte=first_moment) | Q(pk__in=kept)):
        day = timezone.localdate(member["changed_at"])
        facts = {"how": "weakened", "on": day.isoformat(), "reason": member["labour"]}
        yield _finding(member, f"labour:{member['pk']}:{day.isoformat()}", day, facts)


def _finding(member: dict, fingerprint: str, since, facts: dict) -> Finding:
    level = AlarmLevel.AMBER if member["workers"] else AlarmLevel.RED
    facts |= {"workers": member["workers"]}
    return Finding(
        member["household_id"], AlarmKind.WORKER_LOST, level, fingerprint, since, facts, member_id=member["pk"]
    )


def _gone(watch: Watch) -> QuerySet:
    rows = Member.objects.filter(watch.households("household__"), left_on__lte=watch.day, labour__in=WORKING)
    return _with_workers(rows, watch).values("pk", "household_id", "left_on", "left_reason", "workers")


def _weakened(watch: Watch) -> QuerySet:
    """Members who cannot work, and could by an earlier entry; `changed_at` is when the first later entry was made."""
    entries = Member.history.model.objects.filter(id=OuterRef("pk"))
    last = entries.filter(labour__in=WORKING).order_by("-history_id").values("history_id")[:1]
    rows = Member.objects.filter(
        watch.households("household__"), counting_on(watch.day), labour__in=NOT_WORKING
    ).annotate(last_working=Subquery(last, output_field=BigIntegerField()))
    after = entries.filter(history_id__gt=OuterRef("last_working")).order_by("history_id").values("history_date")[:1]
    rows = rows.filter(last_working__isnull=False).annotate(changed_at=Subquery(after))
    return _with_workers(rows, watch).values("pk", "household_id", "labour", "changed_at", "workers")


def _with_workers(rows: QuerySet, watch: Watch) -> QuerySet:
    """Annotate `workers`: how many the household still has."""
    left = (
        Member.objects.filter(counting_on(watch.day), household=OuterRef("household"), labour__in=WORKING)
        .order_by()
        .values("household")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return rows.order_by().annotate(workers=Coalesce(Subquery(left), 0))


# --- The reason -------------------------------------------------------------------------------------------------------
def _tell(alarm: Alarm) -> str:
    facts = alarm.facts
    told = {
        "name": alarm.member.name if alarm.member else _("A member"),
        "day": facts["on"],
        "workers": _workers_left(facts["workers"]),
    }
    if facts["how"] == "died":
        return _("The worker %(name)s died on %(day)s; %(workers)s.") % told
    if facts["how"] == "left":
        told["reason"] = LeaveReason(facts["reason"]).label if facts["reason"] else _("no reason entered")
        return _("The worker %(name)s left the household on %(day)s (%(reason)s); %(workers)s.") % told
    told["labour"] = LabourCapacity(facts["reason"]).label
    return _("%(name)s could work, and by the entry of %(day)s no longer can (%(labour)s); %(workers)s.") % told


def _workers_left(count: int) -> str:
    if not count:
        return _("no worker is left")
    return _("workers left: %(count)d") % {"count": count}


TELLERS = {AlarmKind.WORKER_LOST: _tell}
