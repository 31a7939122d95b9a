"""Who changed what in a household, and when: the history rows of all its parts, told as field from → to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from households.display import ABSENT, as_text
from households.models import Fact, Household, IncomeYear, LivingConditions, Member

MOST_ROWS = 300
DERIVED = {"id_digest", "head_pinyin", "head_initials", "version", "created_at", "touched_at", "entered_by"}
UNTOLD = {"id", "household", "village"} | DERIVED
PARTS = (
    (Household, "id"),
    (Member, "household_id"),
    (IncomeYear, "household_id"),
    (Fact, "household_id"),
    (LivingConditions, "household_id"),
)


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One save of one part of the household; `kind` is '+', '~' or '-'."""

    at: datetime
    who: str
    what: str
    kind: str
    fields: list[FieldChange]


def changes_of(household: Household) -> tuple[list[Change], bool]:
    """The newest changes of a household and of everything in it, newest first; the flag says whether older exist."""
    changes = [change for model, key in PARTS for change in _changes(model, key, household)]
    changes.sort(key=lambda change: change.at, reverse=True)
    return changes[:MOST_ROWS], len(changes) > MOST_ROWS


def _changes(model: type[models.Model], key: str, household: Household) -> Iterator[Change]:
    rows = model.history.filter(**{key: household.pk}).select_related("history_user")
    rows = list(rows.order_by("-history_date", "-history_id")[: MOST_ROWS + 1])
    before: dict[int, models.Model] = {}
    for row in reversed(rows):
        key_of_row = getattr(row, model._meta.pk.attname)
        is_first = key_of_row not in before
        fields = _told(model, row, before.get(key_of_row))
        before[key_of_row] = row
        if fields or is_first or row.history_type != "~":
            who = str(row.history_user) if row.history_user else ABSENT
            yield Change(row.history_date, who, _what(model, row), row.history_type, fields)


def _what(model: type[models.Model], row) -> str:
    """The part of the household that a history row is about."""
    if model is Member:
        return row.name
    if model is IncomeYear:
        return _("Income of %(year)d") % {"year": row.year}
    if model is Fact:
        return row.get_kind_display()
    return str(model._meta.verbose_name)


def _told(model: type[models.Model], row, before) -> list[FieldChange]:
    """The fields in which a row differs from the one before it; of a new one, those that say something."""
    if row.history_type == "-" or (row.history_type == "~" and before is None):
        return []
    told = []
    for field in model._meta.concrete_fields:
        if field.name in UNTOLD:
            continue
        old = getattr(before, field.attname) if before else field.get_default()
        new = getattr(row, field.attname)
        if old != new and not (before is None and new in (None, "", [])):
            told.append(
                FieldChange(str(field.verbose_name), as_text(field, old) if before else ABSENT, as_text(field, new))
            )
    return told
