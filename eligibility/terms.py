"""The terms by which a run decides: those of a version, or those with what a simulation changes of them.

Changes are JSON: the terms that differ, by name, amounts as text in yuan, the day as YYYY-MM-DD, and for `criteria` all
of them in their order. What the editor of standards refuses is refused here by the same checks.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from eligibility import standards
from eligibility.choices import Effect
from eligibility.models import Criterion, Recalculation, StandardVersion

# What of a version decides, beside its criteria; by the names of its fields.
VALUES = ("line", "inclusive", "divisor", "income_year", "reference_date", "items")


@dataclass(frozen=True)
class Terms:
    """What decides under a version of a standard. Amounts in yuan; a criterion's position is its bit."""

    subject: str
    line: Decimal
    inclusive: bool
    divisor: str
    income_year: int
    reference_date: date
    items: tuple[str, ...]
    criteria: tuple[Criterion, ...]

    @classmethod
    def of_version(cls, version: StandardVersion, changes: dict | None = None) -> "Terms":
        """The terms of a version, or those that it would have with the changes.

        Raises:
            ValidationError: a change says nothing that a standard may say, by the name of the term.
        """
        if not changes:
            return cls._of(version, version.criteria.all())
        if unknown := set(changes) - {*VALUES, "criteria"}:
            raise ValidationError(_("There is no such term: %(names)s.") % {"names": ", ".join(sorted(unknown))})
        values = {name: getattr(version, name) for name in VALUES} | changes
        rows = values.pop("criteria", None)
        changed = StandardVersion(standard=version.standard, number=0, **values)
        criteria = list(version.criteria.all()) if rows is None else _criteria_of(rows)
        standards.check(changed, criteria)
        return cls._of(changed, criteria)

    @classmethod
    def of_run(cls, run: Recalculation) -> "Terms":
        """The terms by which a run decides."""
        return cls.of_version(run.version, run.changes)

    @classmethod
    def _of(cls, version: StandardVersion, criteria) -> "Terms":
        values = {name: getattr(version, name) for name in VALUES}
        items = tuple(values.pop("items"))
        return cls(subject=version.standard.subject, items=items, criteria=tuple(criteria), **values)

    def as_json(self) -> dict:
        """The terms as changes are kept; criteria without what only explains them."""
        return {
            "line": f"{self.line:.2f}",
            "inclusive": self.inclusive,
            "divisor": str(self.divisor),
            "income_year": self.income_year,
            "reference_date": self.reference_date.isoformat(),
            "items": list(self.items),
            "criteria": [_criterion_as_json(criterion) for criterion in self.criteria],
        }

    def changes_from(self, other: "Terms") -> dict:
        """The terms that differ from the other's, as JSON. The order of items and criteria makes no difference."""
        ours, theirs = self.as_json(), other.as_json()
        return {name: ours[name] for name in ours if _unordered(ours[name]) != _unordered(theirs[name])}


def _criteria_of(rows: list[dict]) -> list[Criterion]:
    if any(set(row) - set(standards.CRITERION_VALUES) for row in rows):
        raise ValidationError(_("A condition has a value that does not exist."))
    return [Criterion(position=position, **row) for position, row in enumerate(rows)]


def _criterion_as_json(criterion: Criterion) -> dict:
    named = {"effect": str(criterion.effect)}
    if criterion.effect != Effect.DEDUCT:
        above = {} if criterion.threshold is None else {"threshold": f"{criterion.threshold:.2f}"}
        return named | {"fact_kind": str(criterion.fact_kind)} | above
    cap = None if criterion.cap is None else f"{criterion.cap:.2f}"
    return named | {"cost": str(criterion.cost), "floor": f"{criterion.floor:.2f}", "cap": cap}


def _unordered(value):
    return sorted(map(str, value)) if isinstance(value, list) else value
