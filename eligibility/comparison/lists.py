"""A list's way: uploaded and opened, its columns assigned, compared in the background, let go."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from eligibility.choices import ListState
from eligibility.comparison import matching
from eligibility.comparison.models import ComparedList, ListLayout, StagedRow
from eligibility.comparison.reading import Look, guess, look, rows_of
from eligibility.comparison.rows import RowReader
from fupin import jobs
from fupin.models import Job, JobKind
from fupin.sealed import new_key, sealed_file, unsealed
from households.imports.faults import Fault, Refused
from villages.models import Division

KEPT_FOR = timedelta(days=7)
LONGEST_FILE_NAME = 120
# From so many rows on that cannot be read, and more than can, the columns are taken to be assigned wrongly.
FAULTY_ROWS = 3


@transaction.atomic
def receive(
    actor: User,
    pieces: Iterable[bytes],
    file_name: str,
    *,
    source: str,
    authority: str,
    list_date: date,
    division: Division,
    is_complete: bool = False,
) -> ComparedList:
    """Take a list in, keep it encrypted, and have it opened.

    Raises:
        ValidationError: it is of a day to come.
        Division.DoesNotExist: the area is out of the actor's reach.
    """
    if list_date > timezone.localdate():
        raise ValidationError({"list_date": _("The day cannot lie in the future.")})
    division = Division.objects.visible_to(actor).get(pk=division.pk)
    name = "".join(character for character in file_name if character.isprintable())[-LONGEST_FILE_NAME:]
    listing = ComparedList(
        source=source,
        authority=authority.strip(),
        list_date=list_date,
        division_code=division.pk,
        is_complete=is_complete,
        file_name=name,
        key=new_key(),
        actor=actor,
    )
    counted = _Counted(pieces)
    listing.file.save("list", sealed_file(counted, listing.key), save=False)
    listing.size = counted.size
    listing.save()
    _start(listing, actor, "look", _("Opening of %(file)s") % {"file": name})
    return listing


class _Counted:
    """Pieces whose bytes are counted as they pass."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces, self.size = pieces, 0

    def __iter__(self):
        for piece in self.pieces:
            self.size += len(piece)
            yield piece


def _start(listing: ComparedList, actor: User, step: str, title: str) -> None:
    listing.job = jobs.start(JobKind.COMPARISON, title, actor, step=step, listing=listing.pk)
    listing.save(update_fields=["job"])


def run(job: Job) -> None:
    """Run a job of a comparison: the opening of a list, or the comparison itself."""
    listing = ComparedList.objects.select_related("actor").get(pk=job.arguments["listing"])
    {"look": _look, "match": _match}[job.arguments["step"]](listing, job)


def looks_of(listing: ComparedList) -> list[Look]:
    """The sheets of a list with their headings and masked first rows; none once it is let go."""
    return [Look(**values) for values in json.loads(listing.sheets or "[]")]


def faults_of(listing: ComparedList) -> list[Fault]:
    """What was wrong with its rows, the first few hundred."""
    return [Fault(**values) for values in json.loads(listing.faults or "[]")]


def _look(listing: ComparedList, job: Job) -> None:
    """Open the file. Found opened already, it does nothing."""
    if listing.state == ListState.LOOKING:
        try:
            found = look(lambda: unsealed(listing.file, listing.key))
        except Refused as refusal:
            _let_go(listing, ListState.REFUSED, refusal=refusal.message[:300])
        else:
            sheets = json.dumps([asdict(one) for one in found], ensure_ascii=False)
            _update(listing, state=ListState.MAPPING, sheets=sheets)
    jobs.finish(job)


def _update(listing: ComparedList, **values) -> None:
    for name, value in values.items():
        setattr(listing, name, value)
    listing.save(update_fields=list(values))


def proposed_columns(listing: ComparedList, sheet: Look) -> dict:
    """How columns were assigned the last time for a file like this, or else a guess."""
    layout = ListLayout.objects.filter(source=listing.source, signature=sheet.signature).first()
    return layout.columns if layout else guess(listing.source, sheet.headings)


@transaction.atomic
def start_matching(actor: User, listing: ComparedList, sheet: str, columns: dict) -> None:
    """Have a list compared by these columns, which are remembered for the next one of its kind.

    Args:
        columns: a heading by field, a list of headings for `detail`; `id_number` must be among them.

    Raises:
        ComparedList.DoesNotExist: it is out of the actor's reach.
        ValidationError: it does not wait for that, or a column is not in the file or assigned twice.
    """
    listing = ComparedList.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=listing.pk)
    if not may_be_matched(listing):
        raise ValidationError(_("This list is not waiting to be compared."))
    found = next((one for one in looks_of(listing) if one.sheet == sheet), None)
    if found is None:
        raise ValidationError({"sheet": _("There is no such sheet in the file.")})
    columns = {name: heading for name, heading in columns.items() if heading}
    _check_columns(columns, found.headings)
    _update(listing, state=ListState.MATCHING, sheet=sheet, columns=columns, refusal="")
    _start(listing, actor, "match", _("Comparison of %(file)s") % {"file": listing.file_name})


def may_be_matched(listing: ComparedList) -> bool:
    """Whether it waits for its columns, or its comparison came to nothing and may be tried again."""
    if listing.state == ListState.MATCHING:
        return listing.job is not None and listing.job.is_finished
    return listing.state == ListState.MAPPING


def _check_columns(columns: dict, headings: list[str]) -> None:
    if "id_number" not in columns:
        raise ValidationError({"id_number": _("Say which column holds the ID number.")})
    used = [(name, heading) for name, heading in columns.items() if name != "detail"]
    used += [("detail", heading) for heading in columns.get("detail", [])]
    seen: set[str] = set()
    for name, heading in used:
        if heading not in headings:
            raise ValidationError({name: _("The file has no column %(heading)s.") % {"heading": heading}})
        if heading in seen:
            raise ValidationError({name: _("The column %(heading)s is assigned twice.") % {"heading": heading}})
        seen.add(heading)


def _match(listing: ComparedList, job: Job) -> None:
    """Compare. Cut short, it begins anew and finds the doubts that it has raised already."""
    if listing.state != ListState.MATCHING:
        jobs.finish(job)
        return
    try:
        counts, faults = _compare(listing, job)
    except Refused as refusal:
        _wait_again(listing, refusal.message)
        jobs.finish(job)
        return
    except jobs.Cancelled:
        _wait_again(listing, "")
        raise
    with transaction.atomic():
        StagedRow.objects.filter(listing=listing).delete()
        _keep_layout(listing, job.actor or listing.actor)
        _let_go(listing, ListState.DONE, counts=counts, faults=faults, matched_at=timezone.now())
        record(job.actor or listing.actor, AuditAction.IMPORT, "comparison", str(listing.pk), **counts)
        jobs.finish(job, **counts)


def _keep_layout(listing: ComparedList, actor: User) -> None:
    """Keep what the columns were found to hold for the next file with the same headings."""
    sheet = _chosen_sheet(listing)
    ListLayout.objects.update_or_create(
        source=listing.source,
        signature=sheet.signature,
        defaults={"headings": sheet.headings, "columns": listing.columns, "saved_by": actor},
    )


def _chosen_sheet(listing: ComparedList) -> Look:
    return next(one for one in looks_of(listing) if one.sheet == listing.sheet)


def _wait_again(listing: ComparedList, refusal: str) -> None:
    """Back to the assignment of columns, with nothing staged."""
    StagedRow.objects.filter(listing=listing).delete()
    _update(listing, state=ListState.MAPPING, refusal=refusal[:300])


def _compare(listing: ComparedList, job: Job) -> tuple[dict, str]:
    sheet = _chosen_sheet(listing)
    today = timezone.localdate()
    reader = RowReader(sheet.headings, listing.columns, today)
    jobs.progress(job, 0, sheet.rows)
    rows = rows_of(lambda: unsealed(listing.file, listing.key), sheet.sheet, sheet.heading_row)
    staged = matching.stage(listing, reader.entries(rows), lambda done: jobs.progress(job, done))
    _refuse_misread(reader, staged)
    repeated, first_repeated = matching.duplicates(listing)
    for row, times in first_repeated:
        message = _("The same person and date stand in %(count)d rows; they count once.") % {"count": times}
        reader.faults.add(Fault("", row, "", "", message, is_warning=True))
    jobs.progress(job, reader.read)
    matching.join(listing, today)
    left_out = matching.left_out(listing, today)
    found = matching.raise_doubts(listing, today, lambda _members: jobs.progress(job, reader.read))
    kept = sorted(reader.faults.kept, key=lambda fault: (fault.is_warning, fault.row))
    counts = {"rows": reader.read, "faulty": reader.faulty, "repeated": repeated, "left_out": left_out} | dict(found)
    return counts, json.dumps([asdict(fault) for fault in kept], ensure_ascii=False)


def _refuse_misread(reader: RowReader, staged: int) -> None:
    """Refuse a list of which nothing, or of a column less than half, can be read: it is not what it was taken for.

    Raises:
        Refused
    """
    misread = max(reader.unread.values(), default=0)
    most = max(reader.faulty, misread)
    if staged and (most < FAULTY_ROWS or most * 2 <= reader.read):
        return
    if not reader.read:
        raise Refused(_("The list has no rows below its headings."), "no_rows")
    of_ids = reader.faulty == most
    kept = reader.faults.kept
    first = next((fault for fault in kept if fault.is_warning != of_ids), kept[0])
    message = _(
        "%(faulty)d of %(rows)d rows cannot be read, the first in row %(row)d, column %(column)s: %(message)s "
        "Assign the columns again."
    )
    told = {"faulty": most, "rows": reader.read, "row": first.row, "column": first.column}
    raise Refused(message % (told | {"message": first.message}), "misread")


def _let_go(listing: ComparedList, state: ListState, **values) -> None:
    """End a list's way: the file, its key and what was shown of it go."""
    file = listing.file.name
    _update(listing, state=state, key="", sheets="", file="", **values)
    if file:
        transaction.on_commit(lambda: listing.file.storage.delete(file))


@transaction.atomic
def discard(actor: User, listing: ComparedList) -> None:
    """Let a list go that was not compared.

    Raises:
        ComparedList.DoesNotExist: it is out of the actor's reach.
        ValidationError: it is being compared, or was.
    """
    listing = ComparedList.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=listing.pk)
    if not may_be_matched(listing) and listing.state != ListState.LOOKING:
        raise ValidationError(_("This list cannot be discarded any more."))
    _discard(listing)


def _discard(listing: ComparedList) -> None:
    StagedRow.objects.filter(listing=listing).delete()
    _let_go(listing, ListState.DISCARDED)


def purge() -> int:
    """Let go of lists that nobody compared within a week. Returns how many."""
    old = ComparedList.objects.unfinished().filter(created_at__lt=timezone.now() - KEPT_FOR)
    count = 0
    for listing in old.select_related("job"):
        if listing.job is None or listing.job.is_finished:
            with transaction.atomic():
                _discard(listing)
            count += 1
    return count
