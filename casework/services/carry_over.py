"""Decisions of before this system, brought in as cases of their own (历史结转)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from casework.choices import CaseKind, CaseStage
from casework.models import Case, CaseEvent
from casework.publication import chunks, publish
from fupin.clock import DatabaseNow
from fupin.history import record_history
from households.choices import HouseholdStatus
from households.models import Household

BATCH = 1_000


class CarryOver(NamedTuple):
    """A decision that was taken before this system: which household, what it became, when, by which document."""

    household: int
    status: str
    registered_on: date
    document: str = ""


class NotCarriedOver(Exception):
    """Rows that cannot be carried over; `rows` are pairs of the row and why. Nothing was written."""

    def __init__(self, rows: list[tuple[CarryOver, str]]) -> None:
        super().__init__(f"{len(rows)} rows")
        self.rows = rows


@transaction.atomic
def carry_over_many(rows: Iterable[CarryOver | tuple], actor: User) -> int:
    """Bring decisions of before in (历史结转): a case of its own for each household, decided at once.

    Set-based: a hundred thousand rows are a matter of seconds. A row that says what the household already is changes
    nothing, so that the same file may be imported twice.

    Args:
        rows: `CarryOver`s, or tuples in its order.

    Returns:
        How many households have a status now that had none.

    Raises:
        PermissionDenied: the actor may not carry decisions over.
        NotCarriedOver: a household is out of the actor's reach or already has another status, or a row is wrong.
    """
    if not actor.has_perm("households.carry_over"):
        raise PermissionDenied
    carried = sum(_carry_over(chunk, actor) for chunk in chunks(CarryOver(*row) for row in rows))
    if carried:
        record(actor, AuditAction.CONFIRM, "carry_over", households=carried)
    return carried


def _carry_over(rows: list[CarryOver], actor: User) -> int:
    keys = [row.household for row in rows]
    kept = {
        household.pk: household
        for household in Household.objects.visible_to(actor)
        .filter(pk__in=keys)
        .select_for_update()
        .only("village_id", "status", "registered_on", "registration_document")
    }
    _refuse_wrong_rows(rows, kept)
    rows = [row for row in rows if kept[row.household].status == HouseholdStatus.UNREGISTERED]
    _write_decided_cases(rows, kept, actor)
    by_status = defaultdict(list)
    for row in rows:
        by_status[row.status].append(row.household)
    for status, changed in by_status.items():
        _take_from_cases(status, changed)
    keys = [row.household for row in rows]
    record_history(Household, keys, actor, reason=CaseKind.CARRY_OVER)
    publish(keys)
    return len(rows)


def _refuse_wrong_rows(rows: list[CarryOver], kept: dict[int, Household]) -> None:
    today, seen, wrong = timezone.localdate(), set(), []
    for row in rows:
        if why := _what_is_wrong(row, kept.get(row.household), today, is_repeated=row.household in seen):
            wrong.append((row, why))
        seen.add(row.household)
    if wrong:
        raise NotCarriedOver(wrong)


def _what_is_wrong(row: CarryOver, household: Household | None, today: date, *, is_repeated: bool) -> str:
    if household is None:
        return _("There is no such household in your area.")
    if is_repeated:
        return _("The household appears twice.")
    if row.status not in HouseholdStatus or row.status == HouseholdStatus.UNREGISTERED:
        return _("This is not a status that can be carried over.")
    if not row.registered_on or row.registered_on > today:
        return _("The date of registration must be given and cannot lie in the future.")
    if household.status == HouseholdStatus.UNREGISTERED:
        return ""
    known = (household.status, household.registered_on, household.registration_document)
    if known == (row.status, row.registered_on, row.document):
        return ""
    return _("The household already has a status; only a case changes it.")


def _write_decided_cases(rows: list[CarryOver], kept: dict[int, Household], actor: User) -> None:
    cases = Case.objects.bulk_create(
        (
            Case(
                kind=CaseKind.CARRY_OVER,
                stage=CaseStage.COMPLETED,
                village_id=kept[row.household].village_id,
                household_id=row.household,
                document=row.document,
                decided_on=row.registered_on,
                opened_by=actor,
            )
            for row in rows
        ),
        batch_size=BATCH,
    )
    CaseEvent.objects.bulk_create(
        (
            CaseEvent(case=case, to_stage=CaseStage.COMPLETED, actor=actor, details={"status": row.status})
            for case, row in zip(cases, rows, strict=True)
        ),
        batch_size=BATCH,
    )


def _take_from_cases(status: str, households: list[int]) -> None:
    """Set the status of households, with the date and document of their carry-over cases, in one statement."""
    case = Case.objects.filter(household=OuterRef("pk"), kind=CaseKind.CARRY_OVER).order_by("-pk")
    Household.objects.filter(pk__in=households).update(
        status=status,
        registered_on=Subquery(case.values("decided_on")[:1]),
        registration_document=Subquery(case.values("document")[:1]),
        version=F("version") + 1,
        touched_at=DatabaseNow(),
    )
