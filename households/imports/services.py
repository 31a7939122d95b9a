"""A workbook's way: uploaded, checked in the background, previewed, applied whole or discarded."""

import gc
import hashlib
import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from fupin import jobs
from fupin.models import Job, JobKind
from households.checks import run as checks
from households.choices import ImportState
from households.crossings import watched
from households.imports.carrying import carry_over
from households.imports.checking import Checker
from households.imports.columns import SHEETS
from households.imports.faults import Fault, Faults, Refused
from households.imports.merging import CHUNK, Merged, Plan, fetch_kept, merge
from households.imports.parsing import Parsed, carried, parse
from households.imports.reading import read
from households.imports.staging import pack, unpack
from households.models import Household, ImportBatch, StagedHousehold
from villages.models import Division

KEPT_FOR = timedelta(days=7)
LONGEST_FILE_NAME = 120


class Changed(Exception):
    """The register changed between the check and the application; nothing was written."""


@transaction.atomic
def upload(content: bytes, file_name: str, actor: User) -> ImportBatch:
    """Take a workbook in and have it checked. The same file again, while it waits, is the same import."""
    digest = hashlib.sha256(content).hexdigest()
    known = ImportBatch.objects.visible_to(actor).filter(file_digest=digest, state=ImportState.READY).first()
    if known is not None:
        return known
    name = "".join(character for character in file_name if character.isprintable())[-LONGEST_FILE_NAME:]
    job = jobs.start(JobKind.IMPORT, _("Check of %(file)s") % {"file": name}, actor, step="check")
    return ImportBatch.objects.create(
        job=job, actor=actor, file_name=name, file_digest=digest, content=b64encode(content).decode()
    )


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """The rows of a workbook are many and none is garbage; looking for it would take a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_collecting_nothing()
def run(job: Job) -> None:
    """Run a job of an import: its check or its application."""
    if job.arguments["step"] == "check":
        check(ImportBatch.objects.select_related("actor").get(job=job), job)
    else:
        apply(ImportBatch.objects.select_related("actor").get(applying_job=job), job)


def check(batch: ImportBatch, job: Job) -> None:
    """Read and check the workbook, and stage it if nothing is wrong."""
    faults = Faults()
    try:
        households = parse(read(b64decode(batch.content)), faults)
        counts = _check_and_stage(batch, job, households, faults)
    except Refused as error:
        _close_check(batch, ImportState.REFUSED, refusal=error.message[:300], content="")
    except jobs.Cancelled:
        _close_check(batch, ImportState.DISCARDED, content="")
        raise
    else:
        state = ImportState.REFUSED if faults.errors else ImportState.READY
        _close_check(
            batch,
            state,
            faults=json.dumps([asdict(fault) for fault in faults.listed()], ensure_ascii=False),
            error_count=faults.errors,
            warning_count=faults.warnings,
            counts=counts,
        )
    jobs.finish(job)


def _check_and_stage(batch: ImportBatch, job: Job, households: list[Parsed], faults: Faults) -> dict[str, dict]:
    checker, plan = Checker(batch.actor, faults), Plan()
    checker.check_file(households)
    batch.staged.all().delete()
    jobs.progress(job, 0, len(households))
    for start in range(0, len(households), CHUNK):
        chunk = _merge(households[start : start + CHUNK])
        checker.check_chunk(chunk)
        if not faults.errors:
            for merged in chunk:
                plan.take(merged)
            StagedHousehold.objects.bulk_create(
                StagedHousehold(batch=batch, position=position, version=_version(merged), data=pack(merged.parsed))
                for position, merged in enumerate(chunk, start)
            )
            plan.forget_rows()
        jobs.progress(job, start + len(chunk))
    if faults.errors:
        batch.staged.all().delete()
    return {sheet.name: dict(plan.counts[sheet.name]) for sheet in SHEETS}


def _merge(chunk: list[Parsed], *, lock: bool = False) -> list[Merged]:
    kept = fetch_kept([parsed.number for parsed in chunk], lock=lock)
    return [merge(parsed, kept.get(parsed.number)) for parsed in chunk]


def _version(merged: Merged) -> int:
    return merged.kept.household.version if merged.kept else 0


def _close_check(batch: ImportBatch, state: ImportState, **values) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(state=state, **values)


@transaction.atomic
def start_applying(batch: ImportBatch, actor: User) -> None:
    """Have a checked workbook written into the register, in the background.

    Raises:
        ValidationError: it is not ready, or no longer.
    """
    taken = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.READY).update(state=ImportState.APPLYING)
    if not taken:
        raise ValidationError(_("This import is not ready to be applied."), "state")
    title = _("Import of %(file)s") % {"file": batch.file_name}
    job = jobs.start(JobKind.IMPORT, title, actor, step="apply", batch=str(batch.pk))
    ImportBatch.objects.filter(pk=batch.pk).update(applying_job=job)


def apply(batch: ImportBatch, job: Job) -> None:
    """Write the staged households, all in one transaction. Found applied already, it does nothing."""
    try:
        _apply(batch, job)
    except Changed:
        reason = _("The register has changed since the check. Upload the workbook again.")
        _close_check(batch, ImportState.REFUSED, refusal=reason, content="")
        batch.staged.all().delete()
        jobs.finish(job)
    except jobs.Cancelled:
        _close_check(batch, ImportState.READY, applying_job=None)
        raise


@transaction.atomic
def _apply(batch: ImportBatch, job: Job) -> None:
    state = ImportBatch.objects.select_for_update().get(pk=batch.pk).state
    if state != ImportState.APPLYING:
        return
    totals: Counter = Counter()
    carried_rows = []
    began = timezone.now()
    jobs.progress(job, 0, batch.staged.count())
    for chunk in _chunks(batch.staged.order_by("position").iterator(CHUNK)):
        merged = _merge([unpack(staged.data) for staged in chunk], lock=True)
        if any(_version(one) != staged.version for one, staged in zip(merged, chunk, strict=True)):
            raise Changed
        plan = Plan()
        for one in merged:
            plan.take(one)
        with watched(plan.touched, batch.actor, _("Import of %(file)s") % {"file": batch.file_name}):
            totals["households"] += len(plan.write(batch.actor))
        carried_rows += _carried_rows(merged)
        jobs.progress(job, chunk[-1].position + 1)
    carry_over(carried_rows, batch.actor)
    record(batch.actor, AuditAction.IMPORT, "household", str(batch.pk), **totals, counts=batch.counts)
    _close_check(batch, ImportState.APPLIED, applied_at=timezone.now(), content="", faults="")
    batch.staged.all().delete()
    if totals["households"]:
        checks.start(Division.objects.get(pk=batch.actor.jurisdiction), batch.actor, touched_since=began)
    jobs.finish(job, **totals)


def _chunks(staged: Iterator[StagedHousehold]) -> Iterator[list[StagedHousehold]]:
    while chunk := list(islice(staged, CHUNK)):
        yield chunk


def _carried_rows(merged: list[Merged]) -> list[tuple]:
    """Rows for the carry-over: the household's key, and status, date and document as the file has them."""
    told = {one.parsed.number: values for one in merged if (values := carried(one.parsed.household))}
    keys = dict(Household.objects.filter(number__in=told).values_list("number", "pk"))
    return [(keys[number], *values) for number, values in told.items()]


@transaction.atomic
def discard(batch: ImportBatch) -> None:
    """Let a workbook go that was not applied; what was staged of it goes with it."""
    if ImportBatch.objects.filter(pk=batch.pk).unapplied().update(state=ImportState.DISCARDED, content="", faults=""):
        batch.staged.all().delete()


def purge() -> int:
    """Let go of personal data of imports that nobody applied within a week. Returns how many."""
    old = ImportBatch.objects.unapplied().filter(created_at__lt=timezone.now() - KEPT_FOR)
    count = 0
    for batch in old:
        discard(batch)
        count += 1
    return count


def listed_faults(batch: ImportBatch) -> list[Fault]:
    """The faults that are kept of a check."""
    return [Fault(**values) for values in json.loads(batch.faults or "[]")]
