"""Parsed households as text for the staging table, and back; personal data stands there encrypted."""

import json
from datetime import date
from decimal import Decimal

from households.imports import columns as layout
from households.imports.columns import SHEETS, Column
from households.imports.parsing import Parsed, Row

_SHEETS = {sheet.name: sheet for sheet in SHEETS}
_COLUMNS: dict[str, dict[str, Column]] = {
    sheet.name: {column.field: column for column in sheet.columns} for sheet in SHEETS
}


def pack(parsed: Parsed) -> str:
    """The rows of a household as JSON."""
    rows = (parsed.household, *parsed.members, *parsed.incomes, *parsed.facts)
    return json.dumps([(row.sheet.name, row.number, row.values) for row in rows], default=str, ensure_ascii=False)


def unpack(text: str) -> Parsed:
    """The rows of a household from JSON, typed as they were."""
    own, *others = json.loads(text)
    parsed = Parsed(_row(*own))
    parts = {
        layout.MEMBERS.name: parsed.members,
        layout.INCOMES.name: parsed.incomes,
        layout.FACTS.name: parsed.facts,
    }
    for sheet, number, values in others:
        parts[sheet].append(_row(sheet, number, values))
    return parsed


def _row(sheet: str, number: int, values: dict) -> Row:
    typed = {name: _typed(value, _COLUMNS[sheet].get(name)) for name, value in values.items()}
    return Row(_SHEETS[sheet], number, typed, {})


def _typed(value, column: Column | None):
    if column is not None and column.kind == "day":
        return date.fromisoformat(value)
    if column is not None and column.kind == "amount":
        return Decimal(value)
    return value
