"""From the cells of a row to what is compared: a correct ID number, a date, details. What is wrong is said by row."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from fupin import identity
from fupin.encryption import blind_index
from fupin.masking import mask_id_number, mask_name
from households.imports.faults import Fault, Faults
from households.imports.values import Unreadable, as_text, read_amount, read_day, read_id_number

LONGEST_DETAIL = 300
OLD_NUMBER = re.compile(r"[1-9]\d{14}")
# What tells nothing of a person: at most as many digits as a day or an amount has, and the signs between them.
IMPERSONAL = re.compile(r"(?=(?:\D*\d){0,8}\D*$)[\d\s年月日元万:./,¥%+-]*")
TIME_OF_DAY = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
MONTH = re.compile(r"(\d{4})(?:-|/|\.|年)?(\d{1,2})月?")


@dataclass(slots=True)
class Entry:
    """A row that can be compared."""

    row: int
    digest: str
    fact_date: date | None
    name: str
    detail: str
    amount: Decimal | None

    @property
    def content(self) -> str:
        """What is not compared, as one text."""
        return json.dumps([self.name, self.detail, str(self.amount) if self.amount is not None else ""])


def content_of(text: str) -> tuple[str, str, Decimal | None]:
    """Name, details and amount from such a text."""
    name, detail, amount = json.loads(text)
    return name, detail, Decimal(amount) if amount else None


class RowReader:
    """Reads the rows of one list by the columns that people assigned, and keeps what is wrong with them.

    A row without a correct ID number cannot be compared. Of a row that has one, a date or an amount that cannot be read
    is left out, and listed: the person is on the list all the same.
    """

    def __init__(self, headings: list[str], columns: dict, today: date) -> None:
        self.today = today
        self.faults = Faults()
        self.read = self.faulty = 0
        self.unread: Counter = Counter()
        place = {heading: position for position, heading in enumerate(headings)}
        self._columns = {name: place[heading] for name, heading in columns.items() if name != "detail" and heading}
        self._details = [(heading, place[heading]) for heading in columns.get("detail", [])]
        self._headings = headings

    def entries(self, rows: Iterable[tuple[int, list]]) -> Iterator[Entry]:
        """The rows that can be compared; the others are counted and listed."""
        for number, row in rows:
            self.read += 1
            try:
                digest = blind_index(self._value("id_number", row, read_citizen_number))
            except _Faulty as fault:
                self.faulty += 1
                self.faults.add(fault.at(number))
                continue
            yield Entry(
                number,
                digest,
                self._optional("fact_date", row, number, self._read_past_day),
                self._optional("name", row, number, as_text) or "",
                self._detail(row),
                self._optional("amount", row, number, lambda cell: read_amount(cell, None)),
            )

    def _optional(self, name: str, row: list, number: int, read):
        """What a cell says, or None where that cannot be read, which is listed."""
        try:
            return self._value(name, row, read)
        except _Faulty as fault:
            self.unread[fault.column] += 1
            self.faults.add(fault.at(number, is_warning=True))
            return None

    def _value(self, name: str, row: list, read):
        position = self._columns.get(name)
        if position is None:
            return None
        cell = row[position] if position < len(row) else ""
        try:
            return read(cell)
        except Unreadable as error:
            raise _Faulty(
                self._headings[position], _shown(name, cell), str(error.message), str(error.wanted)
            ) from error

    def _read_past_day(self, cell) -> date | None:
        day = read_fact_day(cell)
        if day is not None and day > self.today:
            raise Unreadable(_("The date lies in the future."), _("A day up to today"))
        return day

    def _detail(self, row: list) -> str:
        parts = []
        for heading, position in self._details:
            try:
                text = as_text(row[position]) if position < len(row) else ""
            except Unreadable:
                continue
            if text:
                parts.append(f"{heading} {text}")
        return "，".join(parts)[:LONGEST_DETAIL]


class _Faulty(Exception):
    """A cell that cannot be read."""

    def __init__(self, column: str, value: str, message: str, wanted: str) -> None:
        super().__init__(message)
        self.column, self.value, self.message, self.wanted = column, value, message, wanted

    def at(self, row: int, *, is_warning: bool = False) -> Fault:
        return Fault("", row, self.column, self.value, self.message, self.wanted, is_warning)


def _shown(name: str, cell) -> str:
    """A cell that could not be read, as it is kept: most people on a list are no members, and nothing of them stays."""
    text = str(cell)[:40]
    if name == "id_number":
        return mask_id_number(text)
    return text if IMPERSONAL.fullmatch(text) else mask_name(text)


def read_citizen_number(cell) -> str:
    """A correct ID number of 18 characters; one of 15 digits, as cards had until 1999, becomes what it is today.

    Raises:
        Unreadable: there is none, or it is not correct.
    """
    if isinstance(cell, int | float) and float(cell).is_integer() and OLD_NUMBER.fullmatch(str(int(cell))):
        # Excel keeps 15 digits of a number exactly.
        cell = str(int(cell))
    number = read_id_number(cell, None)
    if not number:
        raise Unreadable(_("The ID number is missing."))
    if OLD_NUMBER.fullmatch(number):
        first_17 = f"{number[:6]}19{number[6:]}"
        number = first_17 + identity.check_character(first_17)
    try:
        return identity.validate(number)
    except ValidationError as error:
        raise Unreadable(error.messages[0]) from error


def read_fact_day(cell) -> date | None:
    """A day, without the time that systems write after it; of a month alone, as benefits are dated, its first.

    Raises:
        Unreadable: it is no day.
    """
    if isinstance(cell, str):
        cell = TIME_OF_DAY.sub("", cell.strip())
    try:
        return read_day(cell, None)
    except Unreadable:
        found = MONTH.fullmatch(as_text(cell))
        if found is None or not 1 <= int(found[2]) <= 12:
            raise
        return date(int(found[1]), int(found[2]), 1)
