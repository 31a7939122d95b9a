"""The report workbook: the uploaded one again, with marked cells, and a list of all that is wrong."""

from io import BytesIO
from typing import BinaryIO

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from fupin.exports import neutralised
from households.imports.columns import SHEETS
from households.imports.faults import Fault

ERROR = PatternFill("solid", start_color="FFC7CE")
WARNING = PatternFill("solid", start_color="FFEB9C")


def write_report(content: bytes, faults: list[Fault], target: str | BinaryIO) -> None:
    """Write the workbook `content` with its faulty cells marked and commented, and the faults on a sheet in front."""
    workbook = openpyxl.load_workbook(BytesIO(content))
    columns = {sheet.name: _positions(workbook[sheet.name]) for sheet in SHEETS if sheet.name in workbook.sheetnames}
    for fault in faults:
        position = columns.get(fault.sheet, {}).get(fault.column)
        if position:
            _mark(workbook[fault.sheet].cell(fault.row, position), fault)
    _write_list(workbook, faults)
    workbook.save(target)


def _positions(page) -> dict[str, int]:
    """Which heading stands in which column; the row of headings is the first that names the household number."""
    for row in page.iter_rows(min_row=1, max_row=10):
        names = {"".join(str(cell.value or "").rstrip("*").split()): cell.column for cell in row}
        if SHEETS[0].columns[0].heading in names:
            return names
    return {}


def _mark(cell, fault: Fault) -> None:
    cell.fill = WARNING if fault.is_warning else ERROR
    text = f"{fault.message}\n{fault.wanted}".strip()
    before = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(before + text, "Fupin")


def _write_list(workbook: openpyxl.Workbook, faults: list[Fault]) -> None:
    page = workbook.create_sheet("检查结果", 0)
    workbook.active = 0
    headings = (
        _("Sheet"),
        _("Row"),
        _("Column"),
        _("Value"),
        _("What is wrong"),
        _("What would be right"),
        _("Weight"),
        _("Rule"),
    )
    page.append(list(headings))
    for cell in page[1]:
        cell.font = Font(bold=True)
    for fault in faults:
        values = (
            fault.sheet,
            fault.row,
            fault.column,
            fault.value,
            fault.message,
            fault.wanted,
            fault.weight,
            fault.rule,
        )
        page.append([neutralised(value) for value in values])
    for letter, width in zip("ABCDEFGH", (12, 8, 16, 26, 56, 40, 8, 8), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
