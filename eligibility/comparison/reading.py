"""Lists of other departments as they come: workbooks and CSV files with whatever headings their systems give them.

A file is opened twice. Once to find the headings of every sheet, what stands in its first rows (masked), and which
column seems to hold what; and once, when people have said so, to read it row by row.
"""

import codecs
import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import BinaryIO

import python_calamine
from django.utils.translation import gettext as _

from eligibility.comparison.sources import MEANINGS
from fupin.masking import mask_id_number, mask_name
from households.imports import guard
from households.imports.faults import Refused
from households.imports.values import Unreadable, as_text

LARGEST_FILE = 200 * 1024 * 1024
MOST_ROWS, MOST_ROWS_OF_WORKBOOK = 2_000_000, 300_000
WIDEST = 100
ROWS_TO_FIND_HEADINGS = 20
ROWS_SHOWN = 5
LONGEST_SHOWN = 40
SAMPLE = 1 << 18
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = ",\t;"

FIELDS = ("id_number", "name", "fact_date", "detail", "amount")
ID_WORDS = ("公民身份号码", "身份证号", "居民身份证", "公民身份证", "证件号", "身份号码", "身份证", "idnumber", "idno")
WORDS = {
    "id_number": ID_WORDS,
    "name": ("姓名", "所有人", "权利人", "车主", "法定代表人", "负责人", "经营者", "户主", "name"),
    "fact_date": ("日期", "时间", "年月", "date"),
    "amount": ("金额", "保障金", "补助", "价格", "基数", "注册资本", "amount"),
}
NAME_WORDS = WORDS["name"]
ID_NUMBER = re.compile(r"[1-9]\d{16}[\dXx]|[1-9]\d{14}")
LONG_NUMBER = re.compile(r"\d{10,}[Xx]?")

Opener = Callable[[], BinaryIO]
Rows = Iterator[tuple[int, list]]


@dataclass
class Look:
    """A sheet at first sight: where its headings are, its first rows with personal data masked, a guess, its length."""

    sheet: str
    heading_row: int
    headings: list[str]
    preview: list[list[str]] = field(default_factory=list)
    rows: int = 0

    @property
    def signature(self) -> str:
        """What is the same for files of one system: their headings."""
        return hashlib.sha256("\n".join(self.headings).encode()).hexdigest()[:32]


def look(opener: Opener) -> list[Look]:
    """Every sheet that has headings, with its first rows.

    Raises:
        Refused: the file is no workbook and no CSV, is not safe to open, or has no headings.
    """
    with opener() as file:
        is_workbook = _is_workbook(file)
    looks = list(_look_at_workbook(opener) if is_workbook else _look_at_csv(opener))
    if not looks:
        raise Refused(
            _("No row of headings was found in the first %(count)d rows: a column for the ID number is needed.")
            % {"count": ROWS_TO_FIND_HEADINGS},
            "headings",
        )
    return looks


def rows_of(opener: Opener, sheet: str, heading_row: int) -> Rows:
    """The rows below the headings that are not empty, each with the number that Excel shows beside it.

    Raises:
        Refused: the file cannot be read to its end, or has too many rows.
    """
    with opener() as file:
        is_workbook = _is_workbook(file)
    rows = _rows_of_workbook(opener, sheet) if is_workbook else _rows_of_csv(opener)
    most = MOST_ROWS_OF_WORKBOOK if is_workbook else MOST_ROWS
    for number, row in islice(rows, heading_row, None):
        if number > most + heading_row:
            raise Refused(_too_many(most, is_workbook=is_workbook), "rows")
        if any(not _is_empty(cell) for cell in row):
            yield number, row[:WIDEST]


def guess(source: str, headings: list[str]) -> dict:
    """Which heading seems to name what; only what is sure enough to be offered."""
    found: dict = {}
    for name, words in WORDS.items():
        for heading in (heading for word in words for heading in headings if word in _plain(heading)):
            if heading not in found.values():
                found[name] = heading
                break
    details = [
        heading
        for heading in headings
        if heading not in found.values() and any(word in heading for word in MEANINGS[source].detail_words)
    ]
    return found | ({"detail": details[:4]} if details else {})


def _too_many(most: int, *, is_workbook: bool) -> str:
    if is_workbook:
        return _("A workbook may have %(most)s rows; save a longer list as CSV.") % {"most": f"{most:,}"}
    return _("A list may have %(most)s rows; divide the file.") % {"most": f"{most:,}"}


def _is_empty(cell) -> bool:
    return cell in ("", None) or not str(cell).strip()


# --- Headings ---------------------------------------------------------------------------------------------------------
def _look_at(sheet: str, rows: list[list], length: int) -> Look | None:
    found = _heading_row(rows)
    if found is None:
        return None
    if _goes_on_below(rows, found):
        found += 1
    headings = _headings(_names(rows, found))
    filled = [row for row in rows[found + 1 :] if any(not _is_empty(cell) for cell in row)]
    preview = [
        [masked(row[place] if place < len(row) else "", heading) for place, heading in enumerate(headings)]
        for row in filled[:ROWS_SHOWN]
    ]
    return Look(sheet, found + 1, headings, preview, max(length - found - 1, 0))


def _heading_row(rows: list[list]) -> int | None:
    """The row that names the ID number; or the last row of words before the first row with an ID number in it."""
    for place, row in enumerate(rows):
        if any(word in _plain(cell) for cell in row for word in ID_WORDS) and not _has_id_number(row):
            return place
    words = None
    for place, row in enumerate(rows):
        if _has_id_number(row):
            return words
        if sum(not _is_empty(cell) and not _plain(cell).isdigit() for cell in row) > 1:
            words = place
    return None


def _names(rows: list[list], found: int) -> list:
    """The row of headings; where it says nothing, what the row above says, unless that is a title."""
    above = rows[found - 1] if found else []
    if sum(not _is_empty(cell) for cell in above) < 2:
        return rows[found]
    return [upper if _is_empty(lower) else lower for upper, lower in zip_longest(above, rows[found])]


def _goes_on_below(rows: list[list], found: int) -> bool:
    """Whether the row below the headings names parts of some of them, as under merged cells; the ID number has none."""
    if found + 1 == len(rows):
        return False
    above, below = rows[found], rows[found + 1]
    words = [str(cell) for cell in below if not _is_empty(cell)]
    of_id_number = [place for place, cell in enumerate(above) if any(word in _plain(cell) for word in ID_WORDS)]
    return (
        bool(words and of_id_number)
        and all(place >= len(below) or _is_empty(below[place]) for place in of_id_number)
        and not any(character.isdigit() for word in words for character in word)
    )


def _has_id_number(row: list) -> bool:
    return any(ID_NUMBER.fullmatch(str(cell).strip()) for cell in row if cell)


def _plain(cell) -> str:
    return "".join(unicodedata.normalize("NFKC", str(cell or "")).lower().split())


def _headings(row: list) -> list[str]:
    """The headings, each different: a second 日期 is 日期(2), and an empty one is called by its column."""
    headings: list[str] = []
    for place, cell in enumerate(row[:WIDEST]):
        text = "".join(unicodedata.normalize("NFKC", str(cell or "")).rstrip("*").split())[:LONGEST_SHOWN]
        base = text or _("Column %(number)d") % {"number": place + 1}
        count = sum(heading == base or heading.startswith(f"{base}(") for heading in headings)
        headings.append(f"{base}({count + 1})" if count else base)
    while headings and _is_empty(row[len(headings) - 1]):
        headings.pop()
    return headings


def masked(cell, heading: str) -> str:
    """A cell as it is shown before anything is decided: names and long numbers hidden but for their ends."""
    try:
        text = as_text(cell)
    except Unreadable:
        return "…"
    if any(word in _plain(heading) for word in NAME_WORDS) and not any(word in _plain(heading) for word in ID_WORDS):
        return mask_name(text) if text else ""
    return LONG_NUMBER.sub(lambda number: mask_id_number(number[0]), text)[:LONGEST_SHOWN]


# --- Workbooks --------------------------------------------------------------------------------------------------------
def _is_workbook(file: BinaryIO) -> bool:
    begins = file.read(8)
    return begins.startswith(b"PK") or begins == guard.OLD_EXCEL


def _open_workbook(opener: Opener):
    with opener() as file:
        content = file.read(guard.LARGEST_FILE + 1)
    if len(content) > guard.LARGEST_FILE:
        raise Refused(_("The workbook is larger than 20 MB; save it as CSV and load that."), "too_large")
    guard.check(content)
    try:
        return python_calamine.load_workbook(io.BytesIO(content))
    except python_calamine.CalamineError as error:
        raise Refused(_("The file is damaged or was not uploaded completely."), "damaged") from error


def _look_at_workbook(opener: Opener) -> Iterator[Look]:
    with _open_workbook(opener) as workbook:
        for meta in workbook.sheets_metadata:
            if meta.visible != python_calamine.SheetVisibleEnum.Visible:
                continue
            page = workbook.get_sheet_by_name(meta.name)
            if (page.total_height or 0) > MOST_ROWS_OF_WORKBOOK + ROWS_TO_FIND_HEADINGS:
                raise Refused(_too_many(MOST_ROWS_OF_WORKBOOK, is_workbook=True), "rows")
            rows = list(islice(page.iter_rows(), ROWS_TO_FIND_HEADINGS + ROWS_SHOWN))
            if found := _look_at(meta.name, rows, page.total_height or 0):
                yield found


def _rows_of_workbook(opener: Opener, sheet: str) -> Rows:
    with _open_workbook(opener) as workbook:
        yield from enumerate(workbook.get_sheet_by_name(sheet).iter_rows(), 1)


# --- CSV --------------------------------------------------------------------------------------------------------------
def _look_at_csv(opener: Opener) -> Iterator[Look]:
    rows = [row for _number, row in islice(_rows_of_csv(opener), ROWS_TO_FIND_HEADINGS + ROWS_SHOWN)]
    with opener() as file:
        length = sum(piece.count(b"\n") for piece in iter(lambda: file.read(SAMPLE), b""))
    if found := _look_at("", rows, max(length, len(rows))):
        yield found


def _rows_of_csv(opener: Opener) -> Rows:
    with opener() as file:
        sample = file.read(SAMPLE)
    encoding = _encoding(sample)
    with opener() as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        try:
            yield from enumerate(csv.reader(text, delimiter=_delimiter(sample.decode(encoding, "ignore"))), 1)
        except (UnicodeDecodeError, csv.Error) as error:
            raise Refused(
                _("The file cannot be read as CSV to its end; open it in Excel and save it as “CSV UTF-8”."), "csv"
            ) from error


def _encoding(sample: bytes) -> str:
    """UTF-8 if it can be that, else what Chinese Excel writes.

    Raises:
        Refused: it is no text.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return encoding
    if not sample.strip():
        raise Refused(_("The file is empty."), "empty")
    for encoding in ("utf-8", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return encoding
    raise Refused(_("This is neither an .xlsx workbook nor a CSV file, whatever its name says."), "not_a_list")


def _delimiter(sample: str) -> str:
    first = next((line for line in sample.splitlines() if any(mark in line for mark in DELIMITERS)), "")
    return max(DELIMITERS, key=first.count)
