"""Recalculation (重新核算): a run of a version over a division, in chunks, each in one transaction (design §6).

What a message, a worker or the database loses on the way is done again by whoever runs the job next: a chunk is done
in the transaction that marks it done, so its rows are there exactly if the mark is. Two workers on one run help each
other. A run that is cancelled leaves the results of the chunks that it did, each of them right.
"""

import time
from collections import Counter
from datetime import timedelta
from types import ModuleType

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.choices import AuditAction
from accounts.models import User
from eligibility import determinations, proposals, villages
from eligibility.choices import ChunkState, Subject, VersionState
from eligibility.models import Recalculation, RecalculationChunk, Standard, StandardVersion
from eligibility.rules import Rule
from eligibility.terms import Terms
from fupin import jobs
from fupin.models import Job, JobKind, JobState
from villages.models import Division

logger = structlog.get_logger(__name__)

# A chunk that failed this often waits for people.
MOST_ATTEMPTS = 5
# While the last chunks are in other workers' hands.
PAUSE_SECONDS = 0.2
# Who has taken a chunk in hand locks it well within this time, or has gone.
LEASE = timedelta(seconds=5)


class AlreadyRunning(Exception):
    """A run of the same standard over an overlapping division is not finished: `run`."""

    def __init__(self, run: Recalculation):
        super().__init__(str(run.pk))
        self.run = run


@transaction.atomic
def start(
    version: StandardVersion,
    division_code: str,
    actor: User | None,
    *,
    changes: dict | None = None,
    simulate: bool = False,
) -> Recalculation:
    """Start a run; a worker does it. Without an actor it is the system's, or a person's at the shell.

    `changes` are other terms than the version's, as `eligibility.terms` keeps them; only a simulation tries them.

    Raises:
        PermissionDenied: the actor may not recalculate.
        ValidationError: there is no such division in the actor's jurisdiction; or it is no simulation, and the version
            is not approved or other terms are given; or the terms are none.
        AlreadyRunning: one run at a time for a standard and a division. Simulations run beside.
    """
    if actor is not None and not actor.has_perm("eligibility.recalculate"):
        raise PermissionDenied
    divisions = Division.objects.all() if actor is None else Division.objects.visible_to(actor)
    division = divisions.filter(pk=division_code).first()
    if division is None:
        raise ValidationError({"division": _("There is no division with this code.")})
    if not simulate:
        if version.state != VersionState.APPROVED:
            raise ValidationError({"standard": _("Only an approved standard is recalculated; simulate a draft.")})
        if changes:
            refusal = _("Other terms than the standard's can only be simulated.")
            raise ValidationError(dict.fromkeys(changes, refusal))
    terms = Terms.of_version(version, changes)
    Standard.objects.select_for_update().get(pk=version.standard_id)
    if not simulate and (other := _unfinished_beside(version, division_code)):
        raise AlreadyRunning(other)
    job = jobs.start(JobKind.RECALCULATION, f"{version.standard} · {division}", actor)
    run = Recalculation.objects.create(
        job=job,
        version=version,
        division_code=division_code,
        is_simulation=simulate,
        line=terms.line,
        changes=terms.changes_from(Terms.of_version(version)) if changes else {},
    )
    if actor is not None:
        details = {"division": division_code, "simulation": simulate}
        accounts.record(actor, AuditAction.RECALCULATE, "standard", version.standard.code, **details)
    return run


def _unfinished_beside(version: StandardVersion, code: str) -> Recalculation | None:
    """A run of the same standard, not finished, whose division contains this one or lies within it."""
    above = [code[:length] for length in (6, 9, 12) if length <= len(code)]
    return Recalculation.objects.filter(
        Q(division_code__in=above) | Q(division_code__startswith=code),
        version__standard=version.standard_id,
        is_simulation=False,
        job__state__in=[JobState.QUEUED, JobState.RUNNING],
    ).first()


def run(job: Job) -> None:
    """Do what is left of a run: the runner of jobs of this kind."""
    run = _prepared(job)
    rule = Rule(Terms.of_run(run))
    errors: dict[int, str] = {}
    while run.chunks.filter(state=ChunkState.OPEN).exists():
        chunk = _claimed(run)
        if chunk is not None:
            try:
                _do(run, chunk, rule)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:
                if chunk.position not in errors:
                    logger.exception("chunk_failed", job=str(job.pk), chunk=chunk.position)
                errors[chunk.position] = type(error).__name__
                run.chunks.filter(pk=chunk.pk).update(claimed_at=None)
        elif _is_stuck(run):
            failed = "; ".join(f"{position}: {error}" for position, error in sorted(errors.items()))
            jobs.finish(job, JobState.NEEDS_ATTENTION, error=failed)
            return
        else:
            time.sleep(PAUSE_SECONDS)
        done = run.chunks.filter(state=ChunkState.DONE).aggregate(households=Sum("households"))
        jobs.progress(job, done["households"] or 0)
    _finish(job)


@transaction.atomic
def _prepared(job: Job) -> Recalculation:
    """The run, with its chunks planned and its watermark set when it is first taken up."""
    runs = Recalculation.objects.select_for_update(of=("self",)).select_related("version__standard")
    run = runs.get(pk=job.pk)
    if run.watermark is None:
        run.watermark = timezone.now()
        run.save(update_fields=["watermark"])
        chunks = list(part_of(run).plan(run))
        for position, chunk in enumerate(chunks):
            chunk.position = position
        RecalculationChunk.objects.bulk_create(chunks)
        jobs.progress(job, 0, sum(chunk.households for chunk in chunks))
    return run


def part_of(run: Recalculation) -> ModuleType:
    """The module that plans and writes what a run of its subject determines."""
    return villages if run.version.standard.subject == Subject.VILLAGE else determinations


@transaction.atomic
def _claimed(run: Recalculation) -> RecalculationChunk | None:
    """An open chunk that nobody has in hand, its attempt counted for good; those tried least come first."""
    free = run.chunks.filter(_in_no_hands(), state=ChunkState.OPEN, attempts__lt=MOST_ATTEMPTS)
    chunk = free.select_for_update(skip_locked=True).order_by("attempts", "position").first()
    if chunk is not None:
        chunk.attempts += 1
        chunk.claimed_at = timezone.now()
        chunk.save(update_fields=["attempts", "claimed_at"])
    return chunk


def _in_no_hands() -> Q:
    """Chunks that nobody has taken a moment ago. Whoever took one earlier holds its lock, unless the worker died."""
    return Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - LEASE)


@transaction.atomic
def _do(run: Recalculation, chunk: RecalculationChunk, rule: Rule) -> None:
    """Do a chunk and mark it done, both or neither, unless another worker has it in hand or has done it."""
    chunk = run.chunks.select_for_update(skip_locked=True).filter(pk=chunk.pk, state=ChunkState.OPEN).first()
    if chunk is None:
        return
    counts = part_of(run).write(run, chunk, rule)
    chunk.checksum = f"{counts.pop('checksum'):016x}"
    chunk.counts = counts
    chunk.households = sum(counts[outcome] for outcome in part_of(run).OUTCOMES)
    chunk.state, chunk.done_at = ChunkState.DONE, timezone.now()
    chunk.save()


@transaction.atomic
def _is_stuck(run: Recalculation) -> bool:
    """Whether there are chunks left, all of which failed too often, and none is in another worker's hands.

    Another worker may have done the last one a moment ago: then nothing is left, and nothing stuck.
    """
    left = run.chunks.filter(state=ChunkState.OPEN)
    failed = left.select_for_update(skip_locked=True).filter(_in_no_hands(), attempts__gte=MOST_ATTEMPTS)
    return 0 < len(failed) == left.count()


@transaction.atomic
def _finish(job: Job) -> None:
    """Add up the chunks, renew the proposals and close the job, once: whoever comes second finds it done."""
    runs = Recalculation.objects.select_for_update(of=("self",)).select_related("version__standard")
    run = runs.get(pk=job.pk)
    if run.checksum:
        return
    counts, checksum = Counter(), 0
    for chunk in run.chunks.all():
        counts.update(chunk.counts)
        checksum += int(chunk.checksum, 16)
    run.counts = {name: counts[name] for name in part_of(run).COUNTS}
    run.checksum = f"{checksum % 2**64:016x}"
    run.save(update_fields=["counts", "checksum"])
    if not run.is_simulation and part_of(run) is determinations:
        proposals.renew(run)
    jobs.finish(job, **run.counts, checksum=run.checksum)
