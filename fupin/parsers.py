"""How what is sent is read."""

from uuid import UUID

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Reads JSON. What is nested too deeply to be read is a malformed request, not a failure of the server."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error


def whole_number(text: str, most: int) -> int | None:
    """The number that ASCII digits write, or None where they write none up to `most`.

    The length is looked at first: Python refuses to read thousands of digits.
    """
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most:
        return int(text)
    return None


def uuid_or_none(text: str) -> UUID | None:
    """The id that a text writes, or None where it writes none."""
    try:
        return UUID(text)
    except ValueError:
        return None
