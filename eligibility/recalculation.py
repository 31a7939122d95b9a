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
from eligibility import breakdowns, determinations, moves, proposals, scopes, villages
from eligibility.choices import FROZEN, ChunkState, ScopeKind, Subject, VersionState
from eligibility.models import Recalculation, RecalculationChunk, Simulation, Standard, StandardVersion
from eligibility.scopes import Scope
from eligibility.terms import Terms
from fupin import jobs
from fupin.clock import seen_until
from fupin.models import Job, JobKind, JobState
from fupin.scope import divisions_above
from villages.models import Division

logger = structlog.get_logger(__name__)

# A chunk that failed this often waits for people.
MOST_ATTEMPTS = 5
# While the last chunks are in other workers' hands.
PAUSE_SECONDS = 0.2
# Who has taken a chunk in hand locks it well within this time, or has gone.
LEASE = timedelta(seconds=5)


class AlreadyRunning(Exception):
    """A run of the same standard that may judge the same households is not finished: `run`."""

    def __init__(self, run: Recalculation):
        super().__init__(str(run.pk))
        self.run = run


@transaction.atomic
def start(
    version: StandardVersion,
    scope: Scope | str,
    actor: User | None,
    *,
    changes: dict | None = None,
    simulate: bool = False,
    incremental: bool = False,
    nightly: bool = False,
) -> Recalculation:
    """Start a run over a scope (a code: that division); a worker does it. Without an actor it is the system's.

    An incremental run goes on from the last finished one of the same version over all of its scope, and judges what was
    touched since. Where there is none, as after a change of the version, it judges everything.

    `changes` are other terms than the version's, as `eligibility.terms` keeps them; only a simulation tries them.

    Raises:
        PermissionDenied: the actor may not recalculate.
        ValidationError: the scope holds nothing in the actor's jurisdiction; or it is no simulation, and the version
            is not approved or other terms are given; or the terms are none.
        AlreadyRunning: one run at a time for a standard and a household. Simulations run beside.
    """
    if actor is not None and not actor.has_perm("eligibility.recalculate"):
        raise PermissionDenied
    scope = Scope(scope) if isinstance(scope, str) else scope
    division = scopes.division_of(scope, actor)
    if version.standard.subject == Subject.VILLAGE and scope.kind == ScopeKind.HOUSEHOLDS:
        raise ValidationError({"standard": _("This standard judges villages; households cannot be chosen for it.")})
    if not simulate:
        if version.state != VersionState.APPROVED:
            raise ValidationError({"standard": _("Only an approved standard is recalculated; simulate a draft.")})
        if changes:
            refusal = _("Other terms than the standard's can only be simulated.")
            raise ValidationError(dict.fromkeys(changes, refusal))
    terms = Terms.of_version(version, changes)
    Standard.objects.select_for_update().get(pk=version.standard_id)
    run = Recalculation(
        version=version,
        division_code=scope.division,
        scope=scope.kind,
        villages=list(scope.villages),
        is_simulation=simulate,
        is_nightly=nightly,
        line=terms.line,
        changes=_changes(version, terms),
    )
    if incremental and not simulate and version.standard.subject == Subject.HOUSEHOLD:
        run.base = _base_of(run)
    run.job = jobs.start(JobKind.RECALCULATION, _title(run, division), actor)
    run.save(force_insert=True)
    scopes.keep_list(run, scope)
    if simulate:
        Simulation.objects.create(run=run, name=run.job.title[:80])
    if not simulate and (other := _unfinished_beside(run)):
        raise AlreadyRunning(other)
    if actor is not None:
        details = {"division": scope.division, "scope": run.scope, "simulation": simulate}
        accounts.record(actor, AuditAction.RECALCULATE, "standard", version.standard.code, **details)
    return run


def _changes(version: StandardVersion, terms: Terms) -> dict:
    """What of its terms a run keeps: those that differ from the version's, or all where the version may change yet."""
    return terms.changes_from(Terms.of_version(version)) if version.state in FROZEN else terms.as_json()


def _title(run: Recalculation, division: Division) -> str:
    """The name of the run's job."""
    chosen = "" if run.scope == ScopeKind.DIVISION else f" · {run.get_scope_display()}"
    return f"{run.version.standard} · {division}{chosen}"


def _base_of(run: Recalculation) -> Recalculation | None:
    """The finished run of the version that saw the latest state of all that this one is over."""
    covering = Q(scope=ScopeKind.DIVISION, division_code__in=divisions_above(run.division_code))
    if run.scope == ScopeKind.VILLAGES:
        covering |= Q(scope=ScopeKind.VILLAGES, villages=run.villages)
    finished = Recalculation.objects.filter(covering, version=run.version, is_simulation=False, checksum__gt="")
    return finished.order_by("-watermark").first()


def _unfinished_beside(run: Recalculation) -> Recalculation | None:
    """A run of the same standard, not finished, that may judge the same households. Lock the standard first."""
    unfinished = Recalculation.objects.filter(
        version__standard=run.version.standard_id,
        is_simulation=False,
        job__state__in=[JobState.QUEUED, JobState.RUNNING],
    ).exclude(pk=run.pk)
    return next((other for other in unfinished if scopes.overlap(run, other)), None)


@transaction.atomic
def resume(run: Recalculation, actor: User) -> None:
    """Let a run that was stopped, or that waits for people, go on with the chunks that it has not done.

    Raises:
        PermissionDenied: the actor may not recalculate.
        ValidationError: there is nothing to resume, or its results would not be of one standard and one time.
        AlreadyRunning: another run over the same households is not finished.
    """
    if not actor.has_perm("eligibility.recalculate"):
        raise PermissionDenied
    Standard.objects.select_for_update().get(pk=run.version.standard_id)
    run = Recalculation.objects.select_related("job", "version__standard").get(pk=run.pk)
    if refusal := why_not_resumed(run):
        raise ValidationError(refusal)
    if not run.is_simulation and (other := _unfinished_beside(run)):
        raise AlreadyRunning(other)
    run.chunks.filter(state=ChunkState.OPEN).update(attempts=0, claimed_at=None)
    jobs.resume(run.job)
    accounts.record(actor, AuditAction.RECALCULATE, "standard", run.version.standard.code, resumed=str(run.pk))


def why_not_resumed(run: Recalculation) -> str:
    """Why a run cannot go on, in words; empty where it can."""
    if run.job.state not in jobs.RESUMABLE or run.checksum:
        return _("This run is not one that was cut short.")
    if run.is_simulation:
        return ""
    if run.version.state != VersionState.APPROVED:
        return _("The standard has a newer version; start a new run.")
    later = Recalculation.objects.filter(
        version__standard=run.version.standard_id, is_simulation=False, job__created_at__gt=run.job.created_at
    ).exclude(watermark=None)
    if any(scopes.overlap(run, other) for other in later):
        return _("A later run has judged these households; start a new run.")
    return ""


def run(job: Job) -> None:
    """Do what is left of a run: the runner of jobs of this kind. Several workers may do so at the same time."""
    run = _prepared(job)
    writer = part_of(run).Writer(run)
    errors: dict[int, str] = {}
    while not _finish(job):
        chunk = _claimed(run)
        if chunk is not None:
            try:
                _do(run, chunk, writer)
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


@transaction.atomic
def _prepared(job: Job) -> Recalculation:
    """The run, with its chunks planned and its watermark set when it is first taken up."""
    runs = Recalculation.objects.select_for_update(of=("self",)).select_related("version__standard", "base")
    run = runs.get(pk=job.pk)
    if run.watermark is None:
        run.watermark = seen_until()
        run.save(update_fields=["watermark"])
        chunks = list(part_of(run).plan(run))
        for position, chunk in enumerate(chunks):
            chunk.position = position
        RecalculationChunk.objects.bulk_create(chunks)
        jobs.progress(job, 0, sum(chunk.households for chunk in chunks))
        if len(chunks) > 1:
            transaction.on_commit(lambda: jobs.call_helpers(job))
    return run


def part_of(run: Recalculation) -> ModuleType:
    """The module that plans and writes what a run of its subject determines."""
    return villages if run.version.standard.subject == Subject.VILLAGE else determinations


@transaction.atomic
def _claimed(run: Recalculation) -> RecalculationChunk | None:
    """An open chunk that nobody has in hand, its attempt counted for good; those tried least come first."""
    free = run.chunks.filter(_in_no_hands(), state=ChunkState.OPEN, attempts__lt=MOST_ATTEMPTS)
    chunk = free.select_for_update(of=("self",), skip_locked=True).order_by("attempts", "position").first()
    if chunk is not None:
        chunk.attempts += 1
        chunk.claimed_at = timezone.now()
        chunk.save(update_fields=["attempts", "claimed_at"])
    return chunk


def _in_no_hands() -> Q:
    """Chunks that nobody has taken a moment ago. Whoever took one earlier holds its lock, unless the worker died."""
    return Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - LEASE)


@transaction.atomic
def _do(run: Recalculation, chunk: RecalculationChunk, writer: determinations.Writer | villages.Writer) -> None:
    """Do a chunk and mark it done, both or neither, unless another worker has done it meanwhile.

    Its lock is waited for: others hold it for a moment while they look for a chunk of theirs.
    """
    chunk = run.chunks.select_for_update(of=("self",)).filter(pk=chunk.pk, state=ChunkState.OPEN).first()
    if chunk is None:
        return
    chunk.moves = moves.seen(run, chunk)
    chunk.counts, checksum = writer.write(chunk)
    chunk.checksum = f"{checksum:016x}"
    chunk.households = sum(counts[outcome] for counts in chunk.counts.values() for outcome in part_of(run).OUTCOMES)
    chunk.state, chunk.done_at = ChunkState.DONE, timezone.now()
    chunk.save()


@transaction.atomic
def _is_stuck(run: Recalculation) -> bool:
    """Whether there are chunks left, all of which failed too often, and none is in another worker's hands.

    Another worker may have done the last one a moment ago: then nothing is left, and nothing stuck.
    """
    left = run.chunks.filter(state=ChunkState.OPEN)
    failed = left.select_for_update(of=("self",), skip_locked=True).filter(_in_no_hands(), attempts__gte=MOST_ATTEMPTS)
    return 0 < len(failed) == left.count()


def _finish(job: Job) -> bool:
    """End the run if every chunk is done. Returns whether it has ended."""
    if RecalculationChunk.objects.filter(run=job.pk, state=ChunkState.OPEN).exists():
        return False
    return _add_up(job)


@transaction.atomic
def _add_up(job: Job) -> bool:
    """Add up the chunks and close the job, once: whoever comes second finds it done.

    Returns False where another chunk is to be done, because a household has moved into or out of it meanwhile.
    """
    runs = Recalculation.objects.select_for_update(of=("self",)).select_related("version__standard", "base")
    run = runs.get(pk=job.pk)
    if run.checksum:
        return True
    if run.chunks.filter(state=ChunkState.OPEN).exists() or moves.reopen_chunks(run):
        return False
    counts, checksum = Counter(), 0
    for chunk in run.chunks.all():
        for of_township in chunk.counts.values():
            counts.update(of_township)
        checksum += int(chunk.checksum, 16)
    run.counts = {name: counts[name] for name in part_of(run).COUNTS}
    run.checksum = f"{checksum % 2**64:016x}"
    run.save(update_fields=["counts", "checksum"])
    if part_of(run) is determinations:
        if run.is_simulation:
            Simulation.objects.filter(run=run).update(figures=breakdowns.figures_of(run))
        else:
            proposals.renew_where_closed(run)
            transaction.on_commit(lambda: determinations.learn_of(run), robust=True)
    jobs.finish(job, **run.counts, checksum=run.checksum)
    return True
