"""How stored values read on a page: labels for codes, amounts with their decimals, personal numbers masked."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _

from fupin.masking import mask_account, mask_id_number
from fupin.money import FenField
from fupin.templatetags.fupin import yuan
from households.choices import Cause, Health, labels_of
from households.entries import LIVING_FIELDS
from households.models import Household, IncomeYear, LivingConditions

ABSENT = "—"
MASK = {"id_number": mask_id_number, "bank_account": mask_account}
# The choices that the codes of a list are of.
CHOICES_OF_LIST = {"health": Health, "other_causes": Cause}


def as_text(field: models.Field, value) -> str:
    """A stored value as a person reads it; a dash for nothing."""
    if value in (None, "", []):
        return ABSENT
    if field.name in MASK:
        return MASK[field.name](value)
    if isinstance(field, FenField):
        return yuan(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "、".join(labels_of(CHOICES_OF_LIST[field.name], value))
    return str(dict(field.flatchoices).get(value, value))


@dataclass(frozen=True)
class AmountRow:
    """One item of the income table over the years."""

    label: str
    amounts: list[Decimal]
    is_sum: bool = False


def income_rows(incomes: list[IncomeYear]) -> list[AmountRow]:
    """The items of the income table, each over the years, with the sums of income and net income between them."""
    fields = {name: IncomeYear._meta.get_field(name).verbose_name for name in IncomeYear.AMOUNTS}

    def row(name: str) -> AmountRow:
        return AmountRow(fields[name], [getattr(income, name) for income in incomes])

    return [
        *map(row, IncomeYear.ITEMS),
        AmountRow(_("Income, total"), [income.gross for income in incomes], is_sum=True),
        row("production_expense"),
        AmountRow(_("Net income"), [income.net for income in incomes], is_sum=True),
        *map(row, IncomeYear.COSTS),
    ]


def living_rows(household: Household) -> list[tuple[str, str]]:
    """Label and text of every living condition that is known."""
    living = getattr(household, "living", None)
    if living is None:
        return []
    fields = [LivingConditions._meta.get_field(name) for name in LIVING_FIELDS]
    texts = [(str(field.verbose_name), as_text(field, getattr(living, field.name))) for field in fields]
    return [(label, text) for label, text in texts if text != ABSENT]
