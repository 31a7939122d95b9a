"""Files of reference tables: reading what was uploaded with care, and writing the template."""

import csv
import zipfile
from io import BytesIO, StringIO
from typing import BinaryIO

import python_calamine
import xlsxwriter
from django.utils.translation import gettext as _

from assistance.reference import Row, Table
from fupin.exports import FORMULA_STARTS
from households.imports import guard
from households.imports.faults import Refused

LARGEST_FILE = 2 * 1024 * 1024
MOST_ROWS = 2000
LONGEST_CELL = 1000
FORMULAS = (b"<f>", b"<f ", b"<f/>")
CELL_OF_ERROR = b't="e"'
TEMPLATE_ROWS = MOST_ROWS


def read(content: bytes, name: str, table: Table) -> list[Row]:
    """The rows of an uploaded file, by the headings and not by position; empty rows are left out.

    Raises:
        Refused: the file is not what its name says, is too large, or has not the columns of the table.
    """
    if not content:
        raise Refused(_("The file is empty."), "empty")
    if len(content) > LARGEST_FILE:
        raise Refused(_("The file is larger than 2 MB; divide it."), "too_large")
    lines = _lines_of(content, name.lower().rpartition(".")[2])
    columns = _columns(next(iter(lines), []), table)
    rows = [
        (number, {name: line[position] if position < len(line) else "" for position, name in columns.items()})
        for number, line in enumerate(lines[1:], start=2)
        if any(line)
    ]
    if not rows:
        raise Refused(_("The file holds no rows below the headings."), "no_rows")
    if len(rows) > MOST_ROWS:
        raise Refused(_("The file has more than 2,000 rows; divide it."), "rows")
    return rows


def _lines_of(content: bytes, ending: str) -> list[list[str]]:
    """The lines of a file as texts."""
    if ending == "csv":
        lines = _csv_lines(content)
    elif ending in ("xlsx", "xls"):
        lines = _workbook_lines(content)
    else:
        raise Refused(_("Upload a workbook (.xlsx) or a text table (.csv)."), "ending")
    lines = [[_text(cell) for cell in line] for line in lines]
    if any(len(text) > LONGEST_CELL for line in lines for text in line):
        raise Refused(_("A cell holds more than 1,000 characters."), "long_cell")
    return lines


def _csv_lines(content: bytes) -> list[list[str]]:
    if content.startswith((b"PK", guard.OLD_EXCEL)) or b"\0" in content:
        raise Refused(_("This is not a CSV file, whatever its name says. Save it in Excel as CSV or .xlsx."), "not_csv")
    try:
        return list(csv.reader(StringIO(_decoded(content), newline=""), strict=True))
    except csv.Error as error:
        raise Refused(_("The CSV file is damaged: a quotation mark is not closed."), "damaged") from error


def _decoded(content: bytes) -> str:
    """Text in UTF-8, or in the encoding that Chinese Excel saves CSV in."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("The characters of the file cannot be read. Save it in Excel as .xlsx."), "encoding")


def _workbook_lines(content: bytes) -> list[list]:
    guard.check(content)
    _refuse_formulas(content)
    try:
        with python_calamine.load_workbook(BytesIO(content)) as workbook:
            visible = [meta.name for meta in workbook.sheets_metadata if _is_visible_table(meta)]
            if not visible:
                raise Refused(_("The workbook has no visible sheet."), "sheets")
            sheet = workbook.get_sheet_by_name(visible[0])
            return sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 2)
    except python_calamine.CalamineError as error:
        raise Refused(_("The file is damaged or was not uploaded completely."), "damaged") from error


def _is_visible_table(meta) -> bool:
    is_table = meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    return is_table and meta.visible == python_calamine.SheetVisibleEnum.Visible


def _refuse_formulas(content: bytes) -> None:
    """A formula is not calculated here; what Excel last saw in it may be out of date."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                part = archive.read(name)
                if CELL_OF_ERROR in part or any(mark in part for mark in FORMULAS):
                    raise Refused(_("The workbook holds formulas. Paste the cells as values and try again."), "formula")


def _text(cell) -> str:
    """A cell as text: whole numbers without decimals, and without the apostrophe that an export puts before signs."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _columns(line: list[str], table: Table) -> dict[int, str]:
    """Which field stands at which position."""
    names = ["".join(text.rstrip("*＊").split()) for text in line]
    known = {_bare(heading): column.field for column in table.columns for heading in column.headings}
    ignored = {_bare(heading) for heading in table.ignored}
    unknown = [text for name, text in zip(names, line, strict=True) if name and name not in {*known, *ignored}]
    if unknown:
        message = _("These columns are not in the template of this table: %(columns)s.")
        raise Refused(message % {"columns": "、".join(unknown)[:300]}, "columns")
    columns = {position: known[name] for position, name in enumerate(names) if name in known}
    if "code" not in columns.values():
        raise Refused(_("The first row must hold the headings, the code among them; use the template."), "headings")
    if len(set(columns.values())) < len(columns):
        raise Refused(_("A column stands in the file more than once."), "columns")
    return columns


def _bare(heading: str) -> str:
    return "".join(str(heading).split())


def write_template(table: Table, target: BinaryIO) -> None:
    """An empty workbook for the table: headings, text columns, drop-downs."""
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet(str(table.title)[:31])
        heading = workbook.add_format({"bold": True, "bg_color": "#123A6B", "font_color": "#FFFFFF", "border": 1})
        text = workbook.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 1)
        for position, column in enumerate(table.columns):
            sheet.set_column(position, position, 20, text)
            sheet.write_string(0, position, f"{column.heading}{'*' if column.is_needed else ''}", heading)
            if column.offered:
                rule = {"validate": "list", "source": column.offered, "ignore_blank": True}
                sheet.data_validation(1, position, TEMPLATE_ROWS, position, rule)
