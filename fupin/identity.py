"""Citizen ID numbers (GB 11643): normalising, checking, and what they say of a person.

The area code is never an error: it was assigned when the card was issued, so people born before 1983 carry codes that
did not exist in their year of birth, and merged districts live on in old numbers.
"""

import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00a0 \t\r\n-"))


def normalise(number: str) -> str:
    """The number with full-width characters narrowed, spaces, hyphens and invisible characters removed, x as X."""
    return unicodedata.normalize("NFKC", number).translate(INVISIBLE).upper()


def check_character(first_17: str) -> str:
    """The 18th character that belongs to the first 17 digits (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def validate(number: str, today: date | None = None) -> str:
    """The normalised number, if it is a correct 18-character ID number.

    Raises:
        ValidationError: with a code: length, characters, date, future, age or check.
    """
    number = normalise(number)
    if len(number) != 18:
        raise ValidationError(
            _("An ID number has 18 characters; this one has %(count)d."), "length", {"count": len(number)}
        )
    if not (number[:17].isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        raise ValidationError(_("An ID number is 17 digits and a last digit or X."), "characters")
    try:
        born = birth_date(number)
    except ValueError as error:
        raise ValidationError(
            _("Digits 7 to 14 of the ID number (%(digits)s) are not a date."), "date", {"digits": number[6:14]}
        ) from error
    today = today or date.today()
    if born > today:
        raise ValidationError(_("The date of birth in the ID number lies in the future."), "future")
    if today.year - born.year > 120:
        raise ValidationError(_("The ID number says that the person is over 120 years old."), "age")
    if number[17] != check_character(number[:17]):
        raise ValidationError(
            _("The last character of the ID number does not fit; check for a mistyped digit."), "check"
        )
    return number


def birth_date(number: str) -> date:
    """Date of birth that stands in the number.

    Raises:
        ValueError: digits 7 to 14 are no date.
    """
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> str:
    """Code of the sex that stands in the number: '1' male (17th digit odd), '2' female."""
    return "1" if int(number[16]) % 2 else "2"
