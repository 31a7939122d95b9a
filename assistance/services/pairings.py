"""Who helps whom: households paired with cadres, villages linked with units. Ended, never overwritten."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assistance.models import Cadre, HelpingUnit, Linkage, Pairing
from assistance.services.ground import hold_household, require_open, require_order
from households.models import Household
from villages.models import Village


@transaction.atomic
def pair(actor, household: Household, cadre: Cadre, started_on: date, *, is_main: bool = True) -> Pairing:
    """Pair a household with a cadre from a day on (结对).

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: the cadre is not active, the two are paired already in that time, or the household has
            another mainly responsible cadre in that time (one at a time, without overlap).
    """
    household = hold_household(actor, household.pk)
    require_open(household)
    if not cadre.is_active or not cadre.unit.is_active:
        raise ValidationError({"cadre": _("This cadre or the cadre's unit is no longer active.")})
    others = Pairing.objects.filter(household=household).overlapping(started_on, None).select_related("cadre")
    if any(other.cadre_id == cadre.pk for other in others):
        raise ValidationError({"cadre": _("This cadre is already paired with the household in that time.")})
    if is_main:
        main = next((other for other in others if other.is_main), None)
        if main:
            message = _("%(cadre)s is mainly responsible for the household in that time; hand over, or end that first.")
            raise ValidationError({"is_main": message % {"cadre": main.cadre}})
    return Pairing.objects.create(
        household=household, cadre=cadre, started_on=started_on, is_main=is_main, created_by=actor
    )


@transaction.atomic
def end_pairing(actor, pairing: Pairing, ended_on: date, reason: str) -> Pairing:
    """End a pairing; `ended_on` is the first day on which the cadre no longer helps, nor sees, the household.

    A pairing whose end is still to come may be ended anew.

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: it has ended, the end lies before the beginning or before a visit, or no reason is given.
    """
    hold_household(actor, pairing.household_id)
    pairing = Pairing.objects.select_for_update(of=("self",)).get(pk=pairing.pk)
    if pairing.ended_on and pairing.ended_on <= timezone.localdate():
        raise ValidationError(_("This pairing has already ended."))
    require_order("ended_on", pairing.started_on, ended_on)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the pairing ends.")})
    later = pairing.cadre.visits.counting().filter(household=pairing.household_id, visited_on__gt=ended_on).first()
    if later:
        message = _("The cadre visited the household on %(day)s; the pairing cannot end before that.")
        raise ValidationError({"ended_on": message % {"day": later.visited_on}})
    pairing.ended_on = ended_on
    pairing.end_reason = reason.strip()
    pairing.ended_by = actor
    pairing.save(update_fields=["ended_on", "end_reason", "ended_by"])
    return pairing


@transaction.atomic
def hand_over(actor, pairing: Pairing, cadre: Cadre, day: date, reason: str) -> Pairing:
    """End a pairing and start one with another cadre on the same day, both or neither; returns the new one.

    Raises:
        Household.DoesNotExist, ValidationError: as `end_pairing` and `pair`; or both cadres are the same.
    """
    if cadre.pk == pairing.cadre_id:
        raise ValidationError({"cadre": _("Choose another cadre than the one who hands over.")})
    try:
        end_pairing(actor, pairing, day, reason)
    except ValidationError as error:
        raise ValidationError(_on_field(error, "ended_on", "started_on")) from error
    return pair(actor, pairing.household, cadre, day, is_main=pairing.is_main)


def _on_field(error: ValidationError, old: str, new: str):
    """The errors with those of the field `old` put at the field `new`."""
    if not hasattr(error, "error_dict"):
        return error.messages
    return {new if field == old else field: messages for field, messages in error.message_dict.items()}


def _hold_village(actor, pk: str) -> Village:
    return Village.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=pk)


@transaction.atomic
def link(actor, village: Village, unit: HelpingUnit, started_on: date) -> Linkage:
    """Link a helping unit with a village from a day on (挂钩).

    Raises:
        Village.DoesNotExist: the actor may not see the village.
        ValidationError: the unit is not active, or the two are linked already in that time.
    """
    village = _hold_village(actor, village.pk)
    if not unit.is_active:
        raise ValidationError({"unit": _("This unit is no longer active.")})
    if Linkage.objects.filter(village=village, unit=unit).overlapping(started_on, None).exists():
        raise ValidationError({"unit": _("This unit is already linked with the village in that time.")})
    return Linkage.objects.create(village=village, unit=unit, started_on=started_on, created_by=actor)


@transaction.atomic
def end_linkage(actor, linkage: Linkage, ended_on: date) -> Linkage:
    """End a linkage; `ended_on` is the first day on which it no longer holds.

    Raises:
        Village.DoesNotExist: the actor may not see the village.
        ValidationError: it has ended, or the end lies before the beginning.
    """
    _hold_village(actor, linkage.village_id)
    linkage = Linkage.objects.select_for_update(of=("self",)).get(pk=linkage.pk)
    if linkage.ended_on and linkage.ended_on <= timezone.localdate():
        raise ValidationError(_("This linkage has already ended."))
    require_order("ended_on", linkage.started_on, ended_on)
    linkage.ended_on = ended_on
    linkage.save(update_fields=["ended_on"])
    return linkage


def follow_merger(sender, village: str, into: str, actor, **_signal) -> None:
    """Link the units of a village that is merged with the other village (`villages.signals.village_merged`)."""
    today = timezone.localdate()
    linked = Linkage.objects.select_for_update().filter(ended_on=None).order_by("pk")
    already = set(linked.filter(village=into).values_list("unit", flat=True))
    for linkage in linked.filter(village=village):
        linkage.ended_on = max(today, linkage.started_on)
        linkage.save(update_fields=["ended_on"])
        if linkage.unit_id not in already:
            Linkage.objects.create(village_id=into, unit_id=linkage.unit_id, started_on=today, created_by=actor)
