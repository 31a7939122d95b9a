"""What changes of villages: profile and yearly income, one transaction each, with the actor."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from fupin.conflicts import Conflict
from villages.models import Village, VillageIncome, VillageProfile


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
