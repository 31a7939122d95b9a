"""Units, cadres and the catalogue, as people edit them. Nothing is deleted; what is no longer used is not active."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from assistance.models import Cadre, HelpingUnit, Linkage, Measure, Pairing


@transaction.atomic
def save_unit(actor: User, unit: HelpingUnit, contacts: Iterable[User]) -> HelpingUnit:
    """Save a new or edited unit, and whose accounts speak for it.

    Raises:
        ValidationError: it is to be no longer active while it is linked with a village, or a cadre of it is paired.
    """
    if unit.pk and not unit.is_active:
        if Pairing.objects.not_over().filter(cadre__unit=unit).exists():
            raise ValidationError({"is_active": _("Cadres of this unit are paired; hand their households over first.")})
        if Linkage.objects.not_over().filter(unit=unit).exists():
            raise ValidationError({"is_active": _("This unit is linked with a village; end that first.")})
    unit.save()
    unit.contacts.set(contacts)
    record(actor, AuditAction.CHANGE, "helping unit", unit.code)
    return unit


@transaction.atomic
def save_cadre(actor: User, cadre: Cadre) -> Cadre:
    """Save a new or edited cadre.

    Raises:
        ValidationError: the cadre is to be no longer active while households are paired with them.
    """
    if cadre.pk and not cadre.is_active:
        paired = Pairing.objects.not_over().filter(cadre=cadre).count()
        if paired:
            message = _("This cadre is still paired with households (%(count)d); hand them over or end that first.")
            raise ValidationError({"is_active": message % {"count": paired}})
    cadre.save()
    record(actor, AuditAction.CHANGE, "helping cadre", cadre.code)
    return cadre


@transaction.atomic
def save_measure(actor: User, measure: Measure) -> Measure:
    """Save a new or edited measure of the catalogue. Not active, it is given no more; who has it keeps it."""
    measure.save()
    record(actor, AuditAction.CHANGE, "measure", measure.code)
    return measure
