"""Divisions from a file: the district, its townships and villages, made or brought up to date."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from villages.choices import Level
from villages.models import Division

# The divisions of Wujin that come with Fupin; villages/data/wujin_divisions.LICENSE.md says where they are from.
WUJIN = Path(__file__).parent / "data" / "wujin_divisions.csv"
COLUMNS = ("code", "name", "level", "parent")
DATES = ("valid_from", "valid_to")
LENGTH_OF_LEVEL = {Level.DISTRICT: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12}


@dataclass(frozen=True)
class Loaded:
    """How many divisions a file made, changed, and left as they were."""

    made: int
    changed: int
    unchanged: int


@transaction.atomic
def load_divisions(path: Path, actor=None) -> Loaded:
    """Make the divisions of a CSV file (code, name, level, parent; optionally valid_from, valid_to) or update them.

    Divisions that the file does not name stay as they are, and so do dates that it does not give. Loading the same
    file again changes nothing.

    Raises:
        ValidationError: naming the line that is wrong; nothing is loaded then.
    """
    rows = read_divisions(path)
    known = Division.objects.in_bulk([row["code"] for row in rows])
    made, changed = [], []
    for row in rows:
        division = known.get(row["code"])
        if division is None:
            made.append(Division(**row))
        elif any(getattr(division, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(division, name, value)
            changed.append(division)
    bulk_create_with_history(made, Division, batch_size=500, default_user=actor)
    if changed:
        fields = ["name", "level", "parent", *DATES]
        bulk_update_with_history(changed, Division, fields, batch_size=500, default_user=actor)
    return Loaded(made=len(made), changed=len(changed), unchanged=len(rows) - len(made) - len(changed))


def read_divisions(path: Path) -> list[dict]:
    """The rows of a file as values of Division, those above before those below.

    Raises:
        ValidationError: naming the line that is wrong.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := set(COLUMNS) - set(reader.fieldnames or ()):
            raise ValidationError(
                _("The file lacks the columns %(columns)s.") % {"columns": ", ".join(sorted(missing))}, "columns"
            )
        rows = [_checked(reader.line_num, row) for row in reader]
    codes = {row["code"] for row in rows}
    if len(codes) < len(rows):
        raise ValidationError(_("The file names a division twice."), "twice")
    above = {row["parent_id"] for row in rows} - codes - {None}
    if orphaned := above - set(Division.objects.filter(pk__in=above).values_list("pk", flat=True)):
        raise ValidationError(
            _("The divisions %(codes)s are named as parents, but they are unknown.")
            % {"codes": ", ".join(sorted(orphaned))},
            "parent",
        )
    return sorted(rows, key=lambda row: (len(row["code"]), row["code"]))


def _checked(line: int, row: dict[str, str]) -> dict:
    code, name, level = (row[column].strip() for column in ("code", "name", "level"))
    parent = row["parent"].strip() or None
    fits = level in LENGTH_OF_LEVEL and code.isascii() and code.isdigit() and len(code) == LENGTH_OF_LEVEL[level]
    if not fits or not name or parent != (code[:-3] if level != Level.DISTRICT else None):
        raise ValidationError(_("Line %(line)d: code, level and parent do not fit.") % {"line": line}, "line")
    values = {"code": code, "name": name, "level": level, "parent_id": parent}
    try:
        return values | {name: date.fromisoformat(row[name]) for name in DATES if row.get(name)}
    except ValueError as error:
        raise ValidationError(_("Line %(line)d: a date is written YYYY-MM-DD.") % {"line": line}, "date") from error
