"""Receipts of objections: a number that cannot be guessed, and a code with which it opens.

Both are made to be read from paper and typed on a telephone: no letter looks like a digit, and the number's last
character catches a mistyped one. The code follows from the number by the house's key and is kept nowhere.
"""

import secrets
import unicodedata

from django.core import signing
from django.utils.crypto import constant_time_compare
from stdnum.iso7064 import mod_37_36

from fupin.encryption import blind_index

# Digits and letters without I, L, O and U: 32 signs, 5 bits each.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
CODE_DIGITS = 8
GROUP = 4
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
SALT = "receipt of an objection"
HOURS_VALID = 24


def new_receipt() -> str:
    """A new receipt number: 60 random bits and a check character."""
    while True:
        number = "".join(secrets.choice(SIGNS) for _sign in range(LENGTH))
        check = mod_37_36.calc_check_digit(number)
        if check in SIGNS:
            return number + check


def normalise(typed: str) -> str:
    """A receipt number as it is kept, however it was typed; '' if it cannot be one."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    number = "".join(character for character in folded if character.isalnum()).translate(LOOKALIKES)
    is_whole = len(number) == LENGTH + 1 and set(number) <= set(SIGNS) and mod_37_36.is_valid(number)
    return number if is_whole else ""


def grouped(number: str) -> str:
    """A receipt number as it is read and copied: in groups of four."""
    return "-".join(number[start : start + GROUP] for start in range(0, len(number), GROUP))


def code_of(number: str) -> str:
    """The code (eight digits) that belongs to a receipt number."""
    return f"{int(blind_index(f'{SALT} {number}'), 16) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def is_code_of(number: str, typed: str) -> bool:
    """Whether somebody knows the code of a receipt."""
    digits = "".join(character for character in unicodedata.normalize("NFKC", typed) if character.isdecimal())
    return constant_time_compare(digits, code_of(number))


def token_of(number: str) -> str:
    """What a form carries of the receipt that it will get, so that sending it twice makes one objection."""
    return signing.dumps(number, salt=SALT)


def receipt_of(token: str) -> str:
    """The receipt number that a form carries; '' if it is too old or not ours."""
    try:
        return signing.loads(token, salt=SALT, max_age=HOURS_VALID * 3600)
    except signing.BadSignature:
        return ""
