"""The check of all households of a division, or of those touched since a moment, as a job: in portions, resumable."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin import jobs
from fupin.models import Job, JobKind, JobState
from fupin.scope import division_range, divisions_above
from households.checks.finding import circumstances, sweep
from households.models import Finding, Household
from villages.models import Division

CHUNK = 1_000


class AlreadyRunning(Exception):
    """A check of this division waits or runs already: `job`."""

    def __init__(self, job: Job) -> None:
        super().__init__(str(job.pk))
        self.job = job


def start(division: Division, actor, *, touched_since: datetime | None = None) -> Job:
    """Have the households of a division checked in the background.

    Raises:
        AlreadyRunning: a check of the same division is not finished.
    """
    arguments = {"division": division.pk}
    if touched_since is not None:
        arguments["touched_since"] = touched_since.isoformat()
    running = Job.objects.unfinished().filter(kind=JobKind.CHECK, arguments=arguments).first()
    if running is not None:
        raise AlreadyRunning(running)
    return jobs.start(JobKind.CHECK, _("Data check of %(place)s") % {"place": division.name}, actor, **arguments)


def was_checked(division: Division) -> bool:
    """Whether all of a division has been checked once, by itself or with what holds it."""
    checks = Job.objects.filter(kind=JobKind.CHECK, arguments__division__in=divisions_above(division.pk))
    return checks.filter(state=JobState.DONE, arguments__touched_since__isnull=True).exists()


def run(job: Job) -> None:
    """Check the households of the job. Called again for a job that was cut short, it goes on where that had got to."""
    households = households_of(job)
    around = circumstances()
    jobs.progress(job, job.done, households.count())
    done, differing = job.done, 0
    for keys, last in chunks(households, job.result.get("after")):
        with transaction.atomic():
            differing += sweep(keys, around)
            done += len(keys)
            Job.objects.filter(pk=job.pk).update(result={"after": last})
            jobs.progress(job, done)
    jobs.finish(job, households=done, differing=differing, **totals(job.arguments["division"]))


def households_of(job: Job) -> QuerySet:
    """The households that a job is to check."""
    rows = Household.objects.filter(division_range("village_id", job.arguments["division"]))
    if since := job.arguments.get("touched_since"):
        rows = rows.filter(touched_at__gte=datetime.fromisoformat(since))
    return rows


def chunks(households: QuerySet, after: list | None = None) -> Iterator[tuple[list[int], list]]:
    """The keys of households, a portion at a time in the order of villages and numbers, each with where it ends."""
    village, number = after or ("", "")
    rows = households.order_by("village_id", "number").values_list("village_id", "number", "pk")
    while True:
        # The rest of the village that was begun, then what comes after it: each a range of one index.
        chunk = list(rows.filter(village_id=village, number__gt=number)[:CHUNK])
        if len(chunk) < CHUNK:
            chunk += rows.filter(village_id__gt=village)[: CHUNK - len(chunk)]
        if not chunk:
            return
        village, number, _pk = chunk[-1]
        yield [pk for _village, _number, pk in chunk], [village, number]


def totals(division: str) -> dict[str, int]:
    """How many findings of each severity a division has."""
    rows = Finding.objects.filter(division_range("village_id", division)).order_by()
    counts = Counter(dict(rows.values_list("severity").annotate(Count("pk"))))
    return {f"{severity}s": counts[severity] for severity in ("error", "doubt", "hint")}


def check_everything() -> list[Job]:
    """Start a check of every district, as the schedule does at night: ages grow and visits fall due without an edit."""
    started = []
    for division in Division.objects.filter(level="district").valid_on(timezone.localdate()):
        try:
            started.append(start(division, None))
        except AlreadyRunning:
            continue
    return started
