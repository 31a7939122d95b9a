"""What a cell says: from whatever Excel made of it to text, codes, dates and exact amounts. Nothing is guessed.

A reader takes the raw value and the column; it returns the typed value, or raises `Unreadable` with what is wrong and
what would be right.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fupin import identity
from fupin.money import to_yuan
from households.choices import chinese_labels
from households.imports.columns import Column

LONGEST_TEXT = 300
EXACT_DIGITS = 15
ERROR_VALUES = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}
SEPARATORS = re.compile(r"[、,，;；/\s]+")
DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
YES, NO = {"是", "1", "TRUE", "Y", "YES", "√", "有"}, {"否", "0", "FALSE", "N", "NO", "×", "无"}


class Unreadable(Exception):
    """A cell that does not hold what its column is for."""

    def __init__(self, message, wanted="") -> None:
        super().__init__(message)
        self.message, self.wanted = message, wanted


def as_text(raw) -> str:
    """The cell as a person sees it: widths narrowed, surrounding and doubled spaces gone, whole numbers without '.0'.

    Raises:
        Unreadable: an error value of a formula, or more text than any column holds.
    """
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 10**EXACT_DIGITS:
        raw = int(raw)
    if isinstance(raw, datetime | date):
        return raw.isoformat()[:10]
    text = str(raw)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\ufeff", "")
    text = " ".join(text.split())
    if text.upper() in ERROR_VALUES:
        raise Unreadable(_("The cell holds the error of a formula."), _("Paste the value instead of the formula"))
    if len(text) > LONGEST_TEXT:
        raise Unreadable(_("The text is too long."), _("At most 300 characters"))
    return text


def _lost_digits(raw) -> bool:
    """Excel keeps 15 digits of a number: a longer one has lost its end, and nobody can tell what stood there."""
    return isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= 10**EXACT_DIGITS


def read_text(raw, column: Column) -> str:
    return as_text(raw)


def read_number(raw, column: Column) -> str:
    """A number that is a name: of a household, of a village."""
    text = as_text(raw)
    if _lost_digits(raw) or SCIENTIFIC.fullmatch(text):
        raise Unreadable(
            _("Excel turned this number into a rounded one; its last digits are lost."),
            _("Set the column to text and type the number again"),
        )
    if text and not re.fullmatch(r"[0-9A-Za-z-]{1,24}", text):
        raise Unreadable(_("A number is up to 24 letters, digits and hyphens."), "320412100201" + "00001")
    return text


def read_id_number(raw, column: Column) -> str:
    text = as_text(raw)
    if (text and isinstance(raw, int | float)) or SCIENTIFIC.fullmatch(text):
        raise Unreadable(
            _("Excel turned the ID number into a number; its last digits are lost."),
            _("Set the column to text and type the number again"),
        )
    return identity.normalise(text.lstrip("'"))


def read_phone(raw, column: Column) -> str:
    text = as_text(raw).replace(" ", "").removeprefix("+86")
    return text


@lru_cache(maxsize=64)
def _codes(choices: type[TextChoices]) -> dict[str, str]:
    labels = {unicodedata.normalize("NFKC", label): code for label, code in chinese_labels(choices).items()}
    return labels | {code: code for code in choices.values}


def read_code(raw, column: Column) -> str:
    """A code or a label of the column's list; '1' stands for the code '01'."""
    codes = _codes(column.choices)
    if raw in codes:
        return codes[raw]
    text = as_text(raw)
    if not text:
        return ""
    code = codes.get(text) or codes.get(text.zfill(2))
    if code is None:
        raise Unreadable(_("This is not in the list."), "、".join(chinese_labels(column.choices)))
    return code


def read_codes(raw, column: Column) -> list[str]:
    return [read_code(part, column) for part in SEPARATORS.split(as_text(raw)) if part]


def read_day(raw, column: Column) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = as_text(raw)
    if not text:
        return None
    found = DAY.fullmatch(text) or COMPACT_DAY.fullmatch(text)
    if found is None:
        raise Unreadable(_("This is not a date."), "2015-12-31")
    try:
        return date(*map(int, found.groups()))
    except ValueError as error:
        raise Unreadable(_("There is no such day in the calendar."), "2015-12-31") from error


def read_year(raw, column: Column) -> int | None:
    text = as_text(raw).removesuffix("年")
    if not text:
        return None
    if not re.fullmatch(r"\d{4}", text):
        raise Unreadable(_("A year has four digits."), "2015")
    return int(text)


def read_amount(raw, column: Column) -> Decimal | None:
    """Yuan with at most two decimals. Excel's own rounding noise is taken off."""
    if isinstance(raw, bool):
        raise Unreadable(_("This is not an amount in yuan."), "1234.50")
    text = f"{raw:.{EXACT_DIGITS}g}" if isinstance(raw, float) else as_text(raw)
    text = text.removeprefix("¥").removeprefix("￥").strip()
    if not text:
        return None
    if text.endswith("万"):
        raise Unreadable(_("Write the amount in yuan, not in ten thousands."), "12000.00")
    if THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not isinstance(raw, float) and not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise Unreadable(_("This is not an amount in yuan."), "1234.50")
    try:
        return to_yuan(text)
    except ValidationError as error:
        raise Unreadable(error.messages[0], "1234.50") from error


def read_yes_no(raw, column: Column) -> bool | None:
    text = as_text(raw).upper()
    if not text:
        return None
    if text in YES:
        return True
    if text in NO:
        return False
    raise Unreadable(_("Write 是 or 否."), "是、否")


READERS = {
    "text": read_text,
    "number": read_number,
    "id_number": read_id_number,
    "phone": read_phone,
    "code": read_code,
    "codes": read_codes,
    "day": read_day,
    "year": read_year,
    "amount": read_amount,
    "yes_no": read_yes_no,
}


def read(raw, column: Column):
    """The typed value of a cell.

    Raises:
        Unreadable: with what is wrong and what would be right.
    """
    return READERS[column.kind](raw, column)
