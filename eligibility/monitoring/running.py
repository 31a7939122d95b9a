"""The computation of alarms: nightly for the district, and on demand for a part of it.

Villages are taken in portions, each in one transaction: every source says which conditions hold, and the alarms are
brought in line. Doing a portion again changes nothing, so a run that was cut short is simply begun again; two at once
cannot raise an alarm twice, for a condition has one row while it holds.
"""

from collections.abc import Iterator
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from eligibility.choices import AlarmAct, AlarmLevel, AlarmState
from eligibility.models import Alarm, AlarmEvent
from eligibility.monitoring.sources import WATCHED, Finding, Watch, sources
from eligibility.monitoring.terms import in_force
from eligibility.standards import version_in_force
from fupin import jobs
from fupin.models import Job, JobKind
from fupin.scope import division_range, divisions_above
from households.models import Household
from villages.models import Division

HOUSEHOLDS_A_PORTION = 5_000
ROWS_A_STATEMENT = 1_000
COUNTS = ("raised", "changed", "lapsed")


class AlreadyRunning(Exception):
    """The alarms of this division are being computed: `job`."""

    def __init__(self, job: Job):
        super().__init__(str(job.pk))
        self.job = job


@transaction.atomic
def start(division_code: str, actor: User | None) -> Job:
    """Start the computation for a division; a worker does it. Without an actor it is the system's.

    Raises:
        PermissionDenied: the actor may not.
        ValidationError: there is no such division in the actor's jurisdiction.
        AlreadyRunning: a computation over it, or over a division that contains it, is not finished.
    """
    if actor is not None and not actor.has_perm("eligibility.monitor"):
        raise PermissionDenied
    divisions = Division.objects.all() if actor is None else Division.objects.visible_to(actor)
    division = divisions.filter(pk=division_code).first()
    if division is None:
        raise ValidationError({"division": _("There is no division with this code.")})
    covering = {"arguments__division__in": divisions_above(division_code)}
    unfinished = Job.objects.unfinished().filter(kind=JobKind.MONITORING, **covering)
    if other := unfinished.first():
        raise AlreadyRunning(other)
    return jobs.start(JobKind.MONITORING, str(division), actor, division=division_code)


def run(job: Job) -> None:
    """Do it: the runner of jobs of this kind."""
    day, counts, done = timezone.localdate(), dict.fromkeys(COUNTS, 0), 0
    portions = list(_portions(job.arguments["division"]))
    jobs.progress(job, 0, sum(households for _first, _last, households in portions))
    for first, last, households in portions:
        for name, count in bring_in_line(first, last, day).items():
            counts[name] += count
        done += households
        jobs.progress(job, done)
    jobs.finish(job, **counts)


def compute(division_code: str, day: date | None = None) -> dict[str, int]:
    """Compute the alarms of a division here and now, without a job. Returns how many were raised, changed, lapsed."""
    counts = dict.fromkeys(COUNTS, 0)
    for first, last, _households in _portions(division_code):
        for name, count in bring_in_line(first, last, day or timezone.localdate()).items():
            counts[name] += count
    return counts


def _portions(division_code: str) -> Iterator[tuple[str, str, int]]:
    """Neighbouring villages up to about so many watched households: the first, the last, and how many they have."""
    watched = Household.objects.filter(division_range("village_id", division_code), status__in=WATCHED)
    households = dict(watched.order_by().values_list("village_id").annotate(Count("pk")))
    # Where nobody is watched any more, alarms may have been left behind.
    left = Alarm.objects.holding().filter(division_range("household__village_id", division_code))
    villages = sorted({*households, *left.order_by().values_list("household__village_id", flat=True).distinct()})
    first, count = None, 0
    for place, village in enumerate(villages):
        first, count = first or village, count + households.get(village, 0)
        if count >= HOUSEHOLDS_A_PORTION or place == len(villages) - 1:
            yield first, village, count
            first, count = None, 0


@transaction.atomic
def bring_in_line(first_village: str, last_village: str, day: date) -> dict[str, int]:
    """Raise, change and let lapse the alarms of some neighbouring villages. Returns how many of each."""
    watch = Watch(day, first_village, last_village, in_force(day), version_in_force())
    counts = dict.fromkeys(COUNTS, 0)
    for source in sources():
        found = source.find(watch)
        if found is None:
            continue
        findings = {finding.key: finding for finding in found}
        holding = {
            (alarm.household_id, alarm.kind, alarm.fingerprint): alarm
            for alarm in Alarm.objects.filter(watch.place("household__"), kind__in=source.kinds)
            .holding()
            .select_for_update(of=("self",))
        }
        gone = [alarm for key, alarm in holding.items() if key not in findings]
        worse = [alarm for key, alarm in holding.items() if key in findings and _is_anew(alarm, findings[key])]
        kept = holding.keys() - {(alarm.household_id, alarm.kind, alarm.fingerprint) for alarm in worse}
        counts["lapsed"] += _end(gone, day)
        _end(worse, day)
        counts["raised"] += _raise([finding for key, finding in findings.items() if key not in kept], day)
        counts["changed"] += _change([(holding[key], findings[key]) for key in kept if key in findings])
    return counts


def _is_anew(alarm: Alarm, finding: Finding) -> bool:
    """Whether a closed alarm does not answer for what is found now: it has become graver since."""
    return alarm.state == AlarmState.CLOSED and finding.level > alarm.level


def _end(alarms: list[Alarm], day: date) -> int:
    """The conditions no longer hold: alarms that wait lapse, closed ones stay closed. Returns how many lapsed."""
    keys = [alarm.pk for alarm in alarms]
    lapsed = 0
    for start_at in range(0, len(keys), ROWS_A_STATEMENT):
        rows = Alarm.objects.holding().filter(pk__in=keys[start_at : start_at + ROWS_A_STATEMENT])
        lapsed += rows.waiting().update(state=AlarmState.LAPSED, gone_on=day)
        rows.update(gone_on=day)
    return lapsed


def _raise(findings: list[Finding], day: date) -> int:
    Alarm.objects.bulk_create(
        [
            Alarm(
                household_id=finding.household_id,
                kind=finding.kind,
                level=finding.level,
                fingerprint=finding.fingerprint,
                member_id=finding.member_id,
                facts=finding.facts,
                since=finding.since,
                raised_on=day,
            )
            for finding in findings
        ],
        batch_size=ROWS_A_STATEMENT,
        ignore_conflicts=True,
    )
    return len(findings)


def _change(pairs: list[tuple[Alarm, Finding]]) -> int:
    """Keep alarms that wait as grave as what is found, with its numbers; a closed one stays as it was closed."""
    changed, events = [], []
    for alarm, finding in pairs:
        if not alarm.is_waiting or (alarm.level, alarm.facts) == (finding.level, finding.facts):
            continue
        if alarm.level != finding.level:
            act = AlarmAct.RISE if finding.level == AlarmLevel.RED else AlarmAct.FALL
            events.append(AlarmEvent(alarm=alarm, act=act))
        alarm.level, alarm.facts, alarm.since = finding.level, finding.facts, finding.since
        changed.append(alarm)
    Alarm.objects.bulk_update(changed, ["level", "facts", "since"], batch_size=ROWS_A_STATEMENT)
    AlarmEvent.objects.bulk_create(events, batch_size=ROWS_A_STATEMENT)
    return len(changed)
