"""Personal data at rest: encrypted with rotating keys, found again through a keyed hash."""

import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The cipher of the keys in force: the first writes, all read."""
    return _cipher(tuple(settings.FUPIN_ENCRYPTION_KEYS))


def encrypt(text: str) -> str:
    """Ciphertext of a text; an empty text stays empty."""
    return cipher().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """Text of a ciphertext; an empty one stays empty.

    Raises:
        cryptography.fernet.InvalidToken: no key in force opens it.
    """
    return cipher().decrypt(token.encode()).decode() if token else ""


def blind_index(text: str) -> str:
    """Keyed hash (32 hexadecimal characters of HMAC-SHA-256) by which an encrypted value is found; '' for ''."""
    if not text:
        return ""
    return hmac.digest(settings.FUPIN_INDEX_KEY.encode(), text.encode(), "sha256").hex()[:32]


class EncryptedTextField(models.TextField):
    """Text that stands encrypted in its column. It cannot be searched: keep a `blind_index` beside it."""

    def from_db_value(self, value, expression, connection):
        return value if value is None else decrypt(value)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value is None else encrypt(value)

    def get_lookup(self, lookup_name):
        if lookup_name != "isnull":
            raise TypeError("An encrypted field cannot be searched; use its blind index.")
        return super().get_lookup(lookup_name)
