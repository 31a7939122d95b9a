"""Large uploads and rows on their way, encrypted: in pieces, so that the size of a file does not decide on the memory.

What is sealed with a key is gone with the key: whoever deletes the key has deleted the file, whatever a disk, a backup
or a log of the database still holds of it.
"""

import io
import os
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Iterable
from tempfile import TemporaryFile

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files import File

PIECE = 1 << 20
NONCE = 12


def new_key() -> str:
    """A key for one file and the rows that are read from it."""
    return Fernet.generate_key().decode()


def sealed_file(pieces: Iterable[bytes], key: str) -> File:
    """The pieces, encrypted one a line, as a file that vanishes when it is closed."""
    cipher = Fernet(key)
    target = TemporaryFile()  # noqa: SIM115 - whoever saves the file closes it
    for piece in pieces:
        target.write(cipher.encrypt(piece) + b"\n")
    target.seek(0)
    return File(target, name="sealed")


class _Unsealed(io.RawIOBase):
    """The content of a sealed file, decrypted piece by piece as it is read."""

    def __init__(self, file: File, key: str) -> None:
        self._file, self._cipher, self._rest = file, Fernet(key), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._rest:
            line = self._file.readline()
            if not line:
                return 0
            self._rest = self._cipher.decrypt(line.rstrip(b"\n"))
        part = self._rest[: len(buffer)]
        buffer[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()


def unsealed(file: File, key: str) -> io.BufferedReader:
    """A sealed file as it was, to be read from its beginning. Close it."""
    file.open("rb")
    return io.BufferedReader(_Unsealed(file, key), PIECE)


class TextSealer:
    """Seals short texts by the million: AES-GCM, a tenth of the time of a Fernet token."""

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(urlsafe_b64decode(key))

    def seal(self, text: str) -> str:
        nonce = os.urandom(NONCE)
        return b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        raw = b64decode(sealed)
        return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], None).decode()
