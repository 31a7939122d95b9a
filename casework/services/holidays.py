"""The table of holidays, as an administrator edits it. Lists that are posted keep their last day."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from casework.calendar import published_of
from casework.models import Holiday

SATURDAY = 5


@transaction.atomic
def enter_holiday(actor: User, day: date, name: str, *, is_workday: bool) -> Holiday:
    """Enter a day off, or a make-up workday; a day that is there already is written anew.

    Raises:
        PermissionDenied: the actor does not edit the table.
        ValidationError: a make-up workday that is no Saturday or Sunday.
    """
    _require_editor(actor)
    if is_workday and day.weekday() < SATURDAY:
        raise ValidationError(
            {"is_workday": _("A make-up workday is a Saturday or Sunday; other days are worked anyway.")}
        )
    holiday, _is_new = Holiday.objects.update_or_create(day=day, defaults={"name": name, "is_workday": is_workday})
    record(actor, AuditAction.CHANGE, "holiday", day.isoformat(), is_workday=is_workday)
    return holiday


@transaction.atomic
def delete_holiday(actor: User, day: date) -> bool:
    """Take a day out of the table. Returns whether it was there.

    Raises:
        PermissionDenied: the actor does not edit the table.
    """
    _require_editor(actor)
    deleted, _by_model = Holiday.objects.filter(day=day).delete()
    if deleted:
        record(actor, AuditAction.CHANGE, "holiday", day.isoformat(), deleted=True)
    return bool(deleted)


@transaction.atomic
def take_over_year(actor: User, year: int) -> int:
    """Bring the table of a year in line with what was published. Returns how many days it holds then.

    Raises:
        PermissionDenied: the actor does not edit the table.
        ValidationError: nothing is known here of this year yet.
    """
    _require_editor(actor)
    days = published_of(year)
    if not days:
        raise ValidationError(
            _("The calendar of %(year)d is not known to this version; enter its days by hand.") % {"year": year}
        )
    Holiday.objects.filter(day__year=year).delete()
    Holiday.objects.bulk_create(days)
    record(actor, AuditAction.CHANGE, "holidays", str(year), days=len(days))
    return len(days)


def _require_editor(actor: User) -> None:
    if not actor.has_perm("casework.edit_holidays"):
        raise PermissionDenied
