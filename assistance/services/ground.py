"""What every service of help stands on: the household held still, within the actor's reach, and dates in order."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from households.choices import HouseholdStatus
from households.models import Household

CLOSED = (HouseholdStatus.REMOVED, HouseholdStatus.CLOSED)


def hold_household(actor, pk: int) -> Household:
    """The household, locked until the transaction ends, so that two people cannot help it twice at once.

    Raises:
        Household.DoesNotExist: it does not exist, or the actor may not see it.
    """
    return Household.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=pk)


def require_open(household: Household) -> None:
    """Refuse new help for a household that was removed from the register or dissolved.

    Raises:
        ValidationError
    """
    if household.status in CLOSED:
        raise ValidationError(_("This household was removed or dissolved; it cannot be given help."))


def require_not_future(field: str, day: date) -> None:
    """Refuse a day that has not come yet, by the clock of the server.

    Raises:
        ValidationError: on `field`.
    """
    if day > timezone.localdate():
        raise ValidationError({field: _("The date lies in the future.")})


def require_order(field: str, first: date, last: date) -> None:
    """Refuse an end before its beginning.

    Raises:
        ValidationError: on `field`.
    """
    if last < first:
        raise ValidationError({field: _("The date lies before %(start)s, when it began.") % {"start": first}})
