"""From the bytes of a workbook to rows of raw cells, sheet by sheet, by the headings and not by position."""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import python_calamine
from defusedxml import ElementTree
from django.utils.translation import gettext as _

from households.imports import guard
from households.imports.columns import MOST_ROWS, NUMBER, SHEETS, Column, Sheet
from households.imports.faults import Refused

ROWS_TO_FIND_HEADINGS = 10
WIDEST = 100
CELL_OF_ERROR = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"')
UNCALCULATED = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)(?:<v>\s*</v>|<v\s*/>)?</c>')
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
UNKNOWN_VALUE = "#VALUE!"


@dataclass
class Rows:
    """The data rows of a sheet: the number that Excel shows beside each, and its raw cells by field."""

    sheet: Sheet
    columns: dict[int, Column]
    rows: list[tuple[int, dict]]
    heading_row: int


def read(content: bytes) -> dict[str, Rows]:
    """The rows of the four sheets, by the sheets' names.

    Raises:
        Refused: the file is no workbook of households, or none that is safe to open.
    """
    guard.check(content)
    try:
        workbook = python_calamine.load_workbook(BytesIO(content))
    except python_calamine.CalamineError as error:
        raise Refused(_("The file is damaged or was not uploaded completely."), "damaged") from error
    with workbook:
        _check_sheets(workbook)
        broken = _broken_cells(content)
        return {
            sheet.name: _read_sheet(workbook.get_sheet_by_name(sheet.name), sheet, broken.get(sheet.name, set()))
            for sheet in SHEETS
        }


def _check_sheets(workbook) -> None:
    visible = {meta.name: meta.visible == python_calamine.SheetVisibleEnum.Visible for meta in workbook.sheets_metadata}
    missing = [sheet.name for sheet in SHEETS if sheet.name not in visible]
    if missing:
        raise Refused(
            _("The workbook lacks the sheets %(sheets)s; use the template.") % {"sheets": "、".join(missing)},
            "sheets",
        )
    hidden = [sheet.name for sheet in SHEETS if not visible[sheet.name]]
    if hidden:
        raise Refused(
            _("The sheets %(sheets)s are hidden; show them, so that you see what is imported.")
            % {"sheets": "、".join(hidden)},
            "hidden",
        )


def _read_sheet(source, sheet: Sheet, broken: set[tuple[int, int]]) -> Rows:
    if (source.total_height or 0) > MOST_ROWS + ROWS_TO_FIND_HEADINGS:
        raise Refused(
            _("Sheet %(sheet)s has more than 100,000 rows; divide the file, or delete empty rows far below.")
            % {"sheet": sheet.name},
            "rows",
        )
    rows = ((number, row[:WIDEST]) for number, row in enumerate(source.iter_rows(), 1))
    heading_row, columns = _find_headings(rows, sheet)
    _refuse_merged(source, sheet, heading_row, columns)
    data = []
    for number, row in rows:
        cells = {
            column.field: UNKNOWN_VALUE if (number, position) in broken else row[position]
            for position, column in columns.items()
            if position < len(row)
        }
        if any(value not in ("", None) and str(value).strip() for value in cells.values()):
            data.append((number, cells))
    if len(data) > MOST_ROWS:
        raise Refused(_("Sheet %(sheet)s has more than 100,000 rows.") % {"sheet": sheet.name}, "rows")
    if sheet is SHEETS[0] and not data:
        raise Refused(_("Sheet %(sheet)s holds no household.") % {"sheet": sheet.name}, "no_rows")
    return Rows(sheet, columns, data, heading_row)


def _find_headings(rows: Iterator[tuple[int, list]], sheet: Sheet) -> tuple[int, dict[int, Column]]:
    """The row that names the household number, and which column stands where."""
    for number, row in rows:
        names = [_heading(cell) for cell in row]
        if NUMBER.heading in names:
            return number, _columns_of(names, sheet)
        if number >= ROWS_TO_FIND_HEADINGS:
            break
    raise Refused(
        _("Sheet %(sheet)s has no heading %(heading)s in its first rows; use the template.")
        % {"sheet": sheet.name, "heading": NUMBER.heading},
        "headings",
    )


def _heading(cell) -> str:
    return "".join(unicodedata.normalize("NFKC", str(cell)).rstrip("*").split())


def _columns_of(names: list[str], sheet: Sheet) -> dict[int, Column]:
    known = {column.heading: column for column in sheet.columns}
    missing = [name for name, column in known.items() if name not in names and not column.optional_column]
    unknown = [name for name in names if name and name not in known]
    twice = sorted({name for name in names if name in known and names.count(name) > 1})
    for faulty, message in (
        (missing, _("Sheet %(sheet)s lacks the columns %(columns)s.")),
        (unknown, _("Sheet %(sheet)s has columns that are not in the template: %(columns)s.")),
        (twice, _("Sheet %(sheet)s has the columns %(columns)s twice.")),
    ):
        if faulty:
            raise Refused(message % {"sheet": sheet.name, "columns": "、".join(faulty)[:300]}, "columns")
    return {position: known[name] for position, name in enumerate(names) if name in known}


def _refuse_merged(source, sheet: Sheet, heading_row: int, columns: dict[int, Column]) -> None:
    for (top, left), (bottom, right) in source.merged_cell_ranges or []:
        if bottom + 1 > heading_row and any(left <= position <= right for position in columns):
            raise Refused(
                _("Sheet %(sheet)s has merged cells in row %(row)d; take the merging off and fill every row.")
                % {"sheet": sheet.name, "row": max(top + 1, heading_row + 1)},
                "merged",
            )


def _broken_cells(content: bytes) -> dict[str, set[tuple[int, int]]]:
    """Cells that hold the error of a formula, or a formula that was never calculated: the reader shows them empty."""
    broken = {}
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name, part in _parts_of_sheets(archive).items():
            xml = archive.read(part)
            found = []
            if b't="e"' in xml:
                found += CELL_OF_ERROR.findall(xml)
            if b"<f" in xml:
                found += UNCALCULATED.findall(xml)
            broken[name] = {(int(row), _position(letters)) for letters, row in found}
    return broken


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - ord("A") + 1
    return position - 1


def _parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Which part of the container holds which of our sheets."""
    try:
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        sheets = ElementTree.fromstring(archive.read(guard.WORKBOOK)).iter(f"{MAIN}sheet")
        parts = {sheet.get("name"): targets[sheet.get(RELATION)] for sheet in sheets}
    except (KeyError, ElementTree.ParseError, ValueError) as error:
        raise Refused(_("The file is not built like a workbook that Excel saves."), "strange") from error
    wanted = {sheet.name for sheet in SHEETS}
    inside = {
        name: target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        for name, target in parts.items()
        if name in wanted
    }
    return {name: part for name, part in inside.items() if part in archive.namelist()}
