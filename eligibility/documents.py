"""A version of a standard as a document: plain values that a file can hold, and back again without loss.

The document leaves out what is empty, so that two versions of a file differ only where the standards do. Amounts are
text with 2 decimals, dates `YYYY-MM-DD`. What a document may say is described in `eligibility.schema`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from eligibility.choices import Divisor, Subject
from eligibility.models import Criterion, Standard, StandardVersion
from eligibility.schema import FORMAT, ITEMS, Mistake, mistakes_in
from fupin.money import CENT, NOTHING


@dataclass(frozen=True)
class Content:
    """What a document says: the standard's names, fields of StandardVersion, and fields of Criterion in their order."""

    code: str
    title: str
    subject: str
    values: dict
    criteria: list[dict]

    def version(self) -> tuple[StandardVersion, list[Criterion]]:
        """The version and its criteria as records that are kept nowhere."""
        standard = Standard(code=self.code, title=self.title, subject=self.subject)
        version = StandardVersion(standard=standard, **self.values)
        return version, [Criterion(position=position, **row) for position, row in enumerate(self.criteria)]


class WrongDocument(ValidationError):
    """A document that describes no standard; `mistakes` says all that is wrong with it."""

    def __init__(self, mistakes: list[Mistake]):
        self.mistakes = mistakes
        super().__init__([str(mistake) for mistake in mistakes], code="document")


# --- Out of a version, and back ---------------------------------------------------------------------------------
def as_document(version: StandardVersion) -> dict:
    """All that a version says, as plain values. Who proposed or approved it, and when, is no part of what it says."""
    standard = version.standard
    counts_people = standard.subject == Subject.HOUSEHOLD
    return _without_blanks(
        {
            "format": FORMAT,
            "code": standard.code,
            "title": standard.title,
            "applies_to": str(standard.subject),
            "reference_date": version.reference_date.isoformat(),
            "income_year": version.income_year,
            "line": f"{version.line:.2f}",
            "inclusive": version.inclusive,
            "divisor": str(version.divisor) if counts_people else None,
            "income_items": {
                name: _without_blanks({"counted": name in version.items, "note": version.item_notes.get(name)})
                for name in ITEMS[standard.subject]
            },
            "criteria": [_criterion_out(row) for row in version.criteria.all()],
            "basis": version.basis,
            "valid_from": _day_out(version.valid_from),
            "valid_to": _day_out(version.valid_to),
            "note": version.note,
        }
    )


def from_document(document: dict) -> Content:
    """What a document says, checked against the schema and for days that the calendar has.

    Raises:
        WrongDocument: with all mistakes.
    """
    mistakes = list(mistakes_in(document))
    if mistakes:
        raise WrongDocument(mistakes)
    items = document["income_items"]
    return Content(
        code=document["code"],
        title=document["title"],
        subject=document["applies_to"],
        values={
            "reference_date": date.fromisoformat(document["reference_date"]),
            "income_year": document["income_year"],
            "line": _amount_in(document["line"]),
            "inclusive": document["inclusive"],
            "divisor": document.get("divisor", Divisor.RESIDENT.value),
            "items": [name for name in ITEMS[document["applies_to"]] if items[name]["counted"]],
            "item_notes": {name: item["note"] for name, item in items.items() if item.get("note")},
            "valid_from": _day_in(document.get("valid_from")),
            "valid_to": _day_in(document.get("valid_to")),
            "basis": document.get("basis", ""),
            "note": document.get("note", ""),
        },
        criteria=[_criterion_in(row) for row in document.get("criteria", ())],
    )


def _criterion_out(criterion: Criterion) -> dict:
    return _without_blanks(
        {
            "effect": str(criterion.effect),
            "fact": str(criterion.fact_kind),
            "above": _amount_out(criterion.threshold),
            "cost": str(criterion.cost),
            "floor": _amount_out(criterion.floor or None),
            "cap": _amount_out(criterion.cap),
            "note": criterion.note,
        }
    )


def _criterion_in(row: dict) -> dict:
    return {
        "effect": row["effect"],
        "fact_kind": row.get("fact", ""),
        "threshold": _amount_in(row.get("above")),
        "cost": row.get("cost", ""),
        "floor": _amount_in(row.get("floor")) or NOTHING,
        "cap": _amount_in(row.get("cap")),
        "note": row.get("note", ""),
    }


def _without_blanks(values: dict) -> dict:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _amount_out(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _amount_in(written: str | int | None) -> Decimal | None:
    return None if written is None else Decimal(written).quantize(CENT)


def _day_out(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_in(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
