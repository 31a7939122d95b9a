"""What cadres find when they visit. A visit is never edited: a correction is a new entry."""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assistance.models import Pairing, Visit
from assistance.services.ground import hold_household, require_not_future
from households.models import Household


def _pairing_of(actor, household: Household) -> Pairing:
    pairing = (
        Pairing.objects.current()
        .filter(household=household, cadre__user=actor, cadre__is_active=True)
        .select_related("cadre")
        .order_by("started_on")
        .first()
    )
    if pairing is None:
        raise ValidationError(_("Only a cadre paired with the household now can log a visit."))
    return pairing


def visit_already_logged(actor, key: UUID) -> Visit | None:
    """The actor's own visit with this key, when it was sent before; also when the pairing has ended since."""
    return Visit.objects.filter(key=key, cadre__user=actor).first()


@transaction.atomic
def log_visit(
    actor, household: Household, *, key: UUID, visited_on: date, kind: str, situation: str, needs: str = ""
) -> tuple[Visit, bool]:
    """Log a visit of the actor, a cadre paired with the household now.

    Idempotent by `key`, which the form made: sent twice, it is logged once and what was logged first stands.

    Returns:
        The visit, and whether it was logged by this call.

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: the actor is not paired with it now, or the date lies in the future or before the pairing.
    """
    if logged := visit_already_logged(actor, key):
        return logged, False
    household = hold_household(actor, household.pk)
    pairing = _pairing_of(actor, household)
    _require_date_within(pairing, visited_on)
    return _write(
        key,
        household=household,
        cadre=pairing.cadre,
        visited_on=visited_on,
        kind=kind,
        situation=situation,
        needs=needs,
    )


@transaction.atomic
def correct_visit(
    actor, visit: Visit, *, key: UUID, visited_on: date, kind: str, situation: str, needs: str = "", reason: str
) -> tuple[Visit, bool]:
    """Log the right version of one's own visit; the wrong one stays, and no longer counts.

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: it is another's visit, was corrected already, no reason is given, or the date is wrong.
    """
    if logged := visit_already_logged(actor, key):
        return logged, False
    household = hold_household(actor, visit.household_id)
    pairing = _pairing_of(actor, household)
    if visit.cadre_id != pairing.cadre_id:
        raise ValidationError(_("Only the cadre who logged the visit can correct it."))
    if Visit.objects.filter(corrects=visit).exists():
        raise ValidationError(_("This entry was already corrected; correct the newer one."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say what was wrong.")})
    _require_date_within(pairing, visited_on)
    return _write(
        key,
        household=household,
        cadre=pairing.cadre,
        visited_on=visited_on,
        kind=kind,
        situation=situation,
        needs=needs,
        corrects=visit,
        reason=reason.strip(),
    )


def _require_date_within(pairing: Pairing, visited_on: date) -> None:
    require_not_future("visited_on", visited_on)
    if visited_on < pairing.started_on:
        message = _("The pairing began on %(day)s; a visit cannot lie before it.")
        raise ValidationError({"visited_on": message % {"day": pairing.started_on}})


def _write(key: UUID, **values) -> tuple[Visit, bool]:
    visit, created = Visit.objects.get_or_create(key=key, defaults=values)
    if visit.household_id != values["household"].pk or visit.cadre_id != values["cadre"].pk:
        raise ValidationError(_("This form was already used for another visit; open it anew."))
    return visit, created
