"""Money: exact, kept as whole fen in a 64-bit integer column, handled as Decimal yuan in Python."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from fupin.forms import YuanFormField

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
LARGEST_YUAN = Decimal("999999999999.99")


def half_up(amount: Decimal) -> Decimal:
    """Round yuan to 2 decimals, half away from zero, so that −0.005 becomes −0.01."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_fen(yuan) -> int:
    """Whole fen of an amount in yuan.

    Raises:
        ValidationError: the amount is no number, has more than 2 decimals, or is a float.
    """
    return int(to_yuan(yuan) * 100)


def to_yuan(value) -> Decimal:
    """An exact amount in yuan with 2 decimals, from a Decimal, int or text.

    Raises:
        ValidationError: the amount is no number, has more than 2 decimals, is too large, or is a float.
    """
    if isinstance(value, float):
        raise ValidationError(_("An amount must not be a float."), code="float")
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise ValidationError(_("Enter an amount in yuan, for example 1234.50."), code="invalid") from error
    if not amount.is_finite():
        raise ValidationError(_("Enter an amount in yuan, for example 1234.50."), code="invalid")
    if abs(amount) > LARGEST_YUAN:
        raise ValidationError(_("The amount is too large."), code="too_large")
    exact = amount.quantize(CENT)
    if exact != amount:
        raise ValidationError(_("An amount has at most 2 decimals (fen)."), code="decimals")
    return exact


def fen_to_yuan(fen: int | None) -> Decimal | None:
    """Decimal yuan with 2 decimals from whole fen; None stays None."""
    return None if fen is None else Decimal(fen).scaleb(-2)


class FenField(models.Field):
    """Whole fen in a BIGINT column, Decimal yuan in Python.

    It is deliberately no IntegerField: an expression over it must say `output_field=FenField()`, so that fen are
    never taken for yuan.
    """

    description = _("Amount in yuan, kept as whole fen")

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value, expression, connection):
        return fen_to_yuan(int(value)) if value is not None else None

    def to_python(self, value):
        return value if value is None else to_yuan(value)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value is None else to_fen(value)

    def value_to_string(self, obj) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": YuanFormField} | kwargs)
