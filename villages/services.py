"""What changes of villages: profile, yearly income, and a merger; one transaction each, with the actor."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import AuditAction
from accounts.services import hand_over, record
from fupin.conflicts import Conflict
from villages.models import Division, Village, VillageIncome, VillageProfile
from villages.signals import village_merged


@transaction.atomic
def update_profile(village: Village, values: dict, version: int, actor) -> VillageProfile:
    """Write values over the profile whose version the person saw; a village without one has version 0.

    Raises:
        Conflict: somebody else has saved since; nothing was written.
    """
    profile = VillageProfile.objects.select_for_update().filter(pk=village.pk).first()
    if profile is None:
        profile = VillageProfile(village=village, version=0)
    return _write(profile, values, version, actor)


@transaction.atomic
def update_income(income: VillageIncome, amounts: dict, version: int, actor) -> VillageIncome:
    """Write amounts over a year's income whose version the person saw.

    Raises:
        Conflict: somebody else has saved since; nothing was written.
    """
    current = VillageIncome.objects.select_for_update().get(pk=income.pk)
    return _write(current, amounts, version, actor)


def create_income(village: Village, year: int, amounts: dict, actor) -> VillageIncome:
    """Enter a village's income of a year.

    Raises:
        ValidationError: the year has a statement already.
    """
    income = VillageIncome(village=village, year=year, entered_by=actor, **amounts)
    income._history_user = actor
    try:
        with transaction.atomic():
            income.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError(_("This village already has an income statement for the year."), "twice") from error
    return income


@transaction.atomic
def merge_villages(village: Village, into: Village, reason: str, actor) -> None:
    """Merge a village into another of today's (撤并): it ends today, and all that lies in it lies in the other.

    Its profile and the incomes of its years stay as they are: the other village's statements are its own. Whoever was
    responsible for the village is responsible for the other from now on. What the floors above keep by village follows
    through `villages.signals.village_merged`, in this transaction.

    Raises:
        ValidationError: the two are the same, one of them is gone or out of the actor's area, or no reason is given.
    """
    reachable = Village.objects.visible_to(actor).valid_on(timezone.localdate())
    locked = reachable.select_for_update().order_by("pk").in_bulk([village.pk, into.pk])
    if village.pk not in locked:
        raise ValidationError(_("This village is not one of today's villages of your area."))
    if into.pk == village.pk or into.pk not in locked:
        raise ValidationError({"into": _("Choose another village of your area that exists today.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Name the document that orders the merger.")})
    ended = Division.objects.get(pk=village.pk)  # whose history is kept
    ended.valid_to, ended.successor_id = timezone.localdate(), into.pk
    ended._history_user, ended._change_reason = actor, reason.strip()[:100]
    try:
        ended.full_clean(exclude=["code", "parent"])
    except ValidationError as error:
        raise ValidationError(_("A village cannot end on the day on which it began.")) from error
    ended.save(update_fields=["valid_to", "successor"])
    hand_over(village.pk, into.pk, actor)
    record(actor, AuditAction.CHANGE, "village", village.pk, purpose=reason.strip()[:200], merged_into=into.pk)
    village_merged.send(Village, village=village.pk, into=into.pk, reason=reason.strip(), actor=actor)


def _write(row: models.Model, values: dict, version: int, actor):
    if row.version != version:
        raise Conflict(row)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed and not row._state.adding:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.version += 1
    row._history_user = actor
    row.save()
    return row
