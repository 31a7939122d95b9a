"""What households are given, and what of it arrives. Nothing is deleted; a correction is a new entry."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assistance.choices import DeliveryForm, GrantState, Target
from assistance.models import Delivery, Grant, Measure
from assistance.services.ground import hold_household, require_not_future, require_open, require_order
from households.models import Household, Member


@transaction.atomic
def grant_measure(
    actor, household: Household, measure: Measure, started_on: date, *, member: Member | None = None, note: str = ""
) -> Grant:
    """Give a household, or one of its members, a measure of the catalogue.

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: the measure is not active or not for households, needs a member of the household and has
            none, is for all of it and names one, or is in force for the same household and member already.
    """
    household = hold_household(actor, household.pk)
    require_open(household)
    if not measure.is_active:
        raise ValidationError({"measure": _("This measure is no longer given.")})
    if measure.target == Target.VILLAGE:
        raise ValidationError({"measure": _("This measure is for villages, not for households.")})
    if measure.target == Target.MEMBER:
        _require_member(household, member)
    elif member is not None:
        raise ValidationError({"member": _("This measure is for the whole household: choose no member.")})
    if Grant.objects.active().filter(household=household, measure=measure, member=member).exists():
        raise ValidationError({"measure": _("The household has this measure already.")})
    return Grant.objects.create(
        household=household, measure=measure, member=member, started_on=started_on, note=note.strip(), created_by=actor
    )


def _require_member(household: Household, member: Member | None) -> None:
    if member is None:
        raise ValidationError({"member": _("This measure is for one person: choose the member.")})
    if not household.members.counting_on(timezone.localdate()).filter(pk=member.pk).exists():
        raise ValidationError({"member": _("Choose a person who belongs to the household today.")})


@transaction.atomic
def end_grant(actor, grant: Grant, ended_on: date, note: str = "") -> Grant:
    """End a measure; what was delivered stays.

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: it has ended, or the end lies before the beginning, before a delivery or in the future.
    """
    grant = _hold_grant(actor, grant.pk)
    if grant.state == GrantState.ENDED:
        raise ValidationError(_("This measure has already ended."))
    require_order("ended_on", grant.started_on, ended_on)
    require_not_future("ended_on", ended_on)
    later = grant.deliveries.counting().filter(delivered_on__gt=ended_on).order_by("-delivered_on").first()
    if later:
        message = _("Something was delivered on %(day)s; the measure cannot end before that.")
        raise ValidationError({"ended_on": message % {"day": later.delivered_on}})
    grant.state = GrantState.ENDED
    grant.ended_on = ended_on
    grant.note = note.strip() or grant.note
    grant.save(update_fields=["state", "ended_on", "note"])
    return grant


@transaction.atomic
def log_delivery(
    actor,
    grant: Grant,
    *,
    delivered_on: date,
    form: str,
    payer: str,
    evidence: str,
    amount: Decimal | None = None,
    quantity: Decimal | None = None,
    what: str = "",
    key: UUID | None = None,
) -> tuple[Delivery, bool]:
    """Log what really arrived of a measure. Idempotent by `key` where the form made one.

    Args:
        amount: yuan; for goods and services their value, if known.
        quantity: in the measure's unit of quantity.

    Returns:
        The delivery, and whether it was logged by this call.

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: the date lies in the future or outside the measure's time, money comes without an amount,
            or goods or a service without saying what.
    """
    grant = _hold_grant(actor, grant.pk)
    if logged := _delivery_already_logged(actor, key):
        return logged, False
    values = _checked(
        grant,
        delivered_on=delivered_on,
        form=form,
        payer=payer,
        evidence=evidence,
        amount=amount,
        quantity=quantity,
        what=what,
    )
    return Delivery.objects.create(grant=grant, key=key, logged_by=actor, **values), True


@transaction.atomic
def correct_delivery(actor, delivery: Delivery, *, reason: str, key: UUID | None = None, **values) -> Delivery:
    """Log the right version of a delivery; the wrong entry stays, and no longer counts in any sum.

    Args:
        values: as `log_delivery`.

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: as `log_delivery`; or it was corrected already, or no reason is given.
    """
    grant = _hold_grant(actor, delivery.grant_id)
    if logged := _delivery_already_logged(actor, key):
        return logged
    _require_correctable(delivery, reason)
    return Delivery.objects.create(
        grant=grant, key=key, logged_by=actor, corrects=delivery, reason=reason.strip(), **_checked(grant, **values)
    )


@transaction.atomic
def withdraw_delivery(actor, delivery: Delivery, *, reason: str) -> Delivery:
    """Say that a delivery never happened (logged twice, or for the wrong household); the wrong entry stays.

    Raises:
        Household.DoesNotExist: the actor may not see the household.
        ValidationError: it was corrected already, or no reason is given.
    """
    grant = _hold_grant(actor, delivery.grant_id)
    _require_correctable(delivery, reason)
    return Delivery.objects.create(
        grant=grant,
        logged_by=actor,
        corrects=delivery,
        reason=reason.strip(),
        is_withdrawal=True,
        delivered_on=delivery.delivered_on,
        form=delivery.form,
        payer=delivery.payer,
        evidence=delivery.evidence,
    )


def _delivery_already_logged(actor, key: UUID | None) -> Delivery | None:
    """To be asked once the household is held: until then, a twin of this request may be about to log the same."""
    return Delivery.objects.filter(key=key, logged_by=actor).first() if key else None


def _hold_grant(actor, pk: int) -> Grant:
    grant = Grant.objects.select_related("measure").get(pk=pk)
    hold_household(actor, grant.household_id)
    grant.refresh_from_db(fields=["state", "started_on", "ended_on", "note"])
    return grant


def _require_correctable(delivery: Delivery, reason: str) -> None:
    if delivery.is_withdrawal:
        raise ValidationError(_("This entry only withdraws another; log a new delivery instead."))
    if Delivery.objects.filter(corrects=delivery).exists():
        raise ValidationError(_("This entry was already corrected; correct the newer one."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say what was wrong.")})


def _checked(
    grant: Grant,
    *,
    delivered_on: date,
    form: str,
    payer: str,
    evidence: str,
    amount: Decimal | None = None,
    quantity: Decimal | None = None,
    what: str = "",
) -> dict:
    """The values of a delivery of this grant, if they are right; every error at once."""
    errors: dict[str, str] = {}
    if delivered_on > timezone.localdate():
        errors["delivered_on"] = _("The date lies in the future.")
    elif delivered_on < grant.started_on:
        errors["delivered_on"] = _("The measure began on %(day)s.") % {"day": grant.started_on}
    elif grant.ended_on and delivered_on > grant.ended_on:
        errors["delivered_on"] = _("The measure ended on %(day)s.") % {"day": grant.ended_on}
    if amount is not None and amount < 0:
        errors["amount"] = _("An amount cannot be negative.")
    elif form == DeliveryForm.MONEY and not amount:
        errors["amount"] = _("Say how much money was paid.")
    if quantity is not None and quantity < 0:
        errors["quantity"] = _("A quantity cannot be negative.")
    if form != DeliveryForm.MONEY and not what.strip():
        errors["what"] = _("Say which goods or service arrived.")
    if not payer.strip():
        errors["payer"] = _("Say who pays.")
    if not evidence.strip():
        errors["evidence"] = _("Name the voucher, list or receipt.")
    if errors:
        raise ValidationError(errors)
    return {
        "delivered_on": delivered_on,
        "form": form,
        "payer": payer.strip(),
        "evidence": evidence.strip(),
        "amount": amount,
        "quantity": quantity,
        "what": what.strip(),
    }
