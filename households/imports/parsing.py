"""From raw rows to households as entered: cells read by their columns, rows gathered by household number.

Every cell that cannot be read is a fault of its own; the entry goes on without it, so that one mistake does not hide
the next. An empty cell says nothing: what the register holds stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from fupin import identity
from fupin.masking import mask_id_number
from households.imports import columns as layout
from households.imports.columns import Column, Sheet
from households.imports.faults import Fault, Faults
from households.imports.reading import Rows
from households.imports.values import Unreadable, read

SECRET_KINDS = {"id_number"}
LONGEST_SHOWN = 60


@dataclass
class Row:
    """A data row: where it stands, the values of its filled cells by field, and its raw cells for the report."""

    sheet: Sheet
    number: int
    values: dict
    raw: dict


@dataclass
class Parsed:
    """The rows of one household, as the file has them."""

    household: Row
    members: list[Row] = field(default_factory=list)
    incomes: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)

    @property
    def number(self) -> str:
        return self.household.values["number"]


def shown(value, column: Column | None) -> str:
    """A cell's value as a fault may show it: ID numbers masked, long texts cut."""
    text = "" if value is None else str(value)
    if isinstance(value, float) and value.is_integer():
        text = text.removesuffix(".0")
    if column is not None and column.kind in SECRET_KINDS and text:
        return mask_id_number(text)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def fault_of(row: Row, field_name: str, message, wanted="", *, is_warning: bool = False, rule: str = "") -> Fault:
    """A fault of a row's cell; of the row as a whole where the sheet has no such column."""
    column = row.sheet.column(field_name)
    return Fault(
        sheet=row.sheet.name,
        row=row.number,
        column=column.heading if column else "",
        value=shown(row.raw.get(field_name), column),
        message=str(message),
        wanted=str(wanted),
        is_warning=is_warning,
        rule=rule,
    )


def parse(sheets: dict[str, Rows], faults: Faults) -> list[Parsed]:
    """The households of the file in its order, each with its rows. What is wrong goes to `faults`."""
    households: dict[str, Parsed] = {}
    for row in _rows(sheets[layout.HOUSEHOLDS.name], faults):
        number = row.values.get("number")
        if number is None:
            continue
        if number in households:
            first = households[number].household.number
            message = _("Household number %(number)s stands in row %(row)d already.")
            faults.add(fault_of(row, "number", message % {"number": number, "row": first}, _("Each number once")))
            continue
        households[number] = Parsed(row)
    for sheet, part in ((layout.MEMBERS, "members"), (layout.INCOMES, "incomes"), (layout.FACTS, "facts")):
        for row in _rows(sheets[sheet.name], faults):
            number = row.values.get("number")
            if number is None:
                continue
            if number not in households:
                message = _("Sheet 户信息 has no household with this number.")
                faults.add(fault_of(row, "number", message, _("A number that stands in 户信息")))
                continue
            getattr(households[number], part).append(row)
    return list(households.values())


def _rows(rows: Rows, faults: Faults) -> Iterator[Row]:
    present = list(rows.columns.values())
    for number, cells in rows.rows:
        row = Row(rows.sheet, number, {}, cells)
        for column in present:
            _read_cell(row, column, cells.get(column.field), faults)
        if rows.sheet is layout.MEMBERS:
            _fill_from_id_number(row)
        yield row


def _read_cell(row: Row, column: Column, raw, faults: Faults) -> None:
    try:
        value = read(raw, column) if raw not in ("", None) else None
    except Unreadable as error:
        faults.add(fault_of(row, column.field, error.message, error.wanted))
        return
    if value not in ("", None, []):
        row.values[column.field] = value
    elif column.required:
        faults.add(fault_of(row, column.field, _("This must be filled in."), column.hint))


def _fill_from_id_number(row: Row) -> None:
    """Sex and date of birth stand in the ID number; they need not be typed."""
    number = row.values.get("id_number", "")
    if len(number) != 18 or not number[:17].isdigit():
        return
    row.values.setdefault("sex", identity.sex(number))
    try:
        row.values.setdefault("born_on", identity.birth_date(number))
    except ValueError:
        return


def carried(row: Row) -> tuple[str, date | None, str] | None:
    """Status, date and document of a household that is carried over, or None."""
    values = row.values
    if not any(name in values for name in ("status", "registered_on", "registration_document")):
        return None
    return values.get("status", ""), values.get("registered_on"), values.get("registration_document", "")
