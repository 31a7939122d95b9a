"""How many households would be eligible under which line: the curve of a simulation, and who lies near its line.

Every household has a boundary, the smallest line under which it is eligible (`Rule.boundary`). Counted by steps and
added up, the boundaries are the curve: one pass over the results, and exact at every point.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import accumulate

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Least

from eligibility.models import Recalculation
from eligibility.rules import Rule
from eligibility.terms import Terms
from fupin.money import CENT, LARGEST_YUAN, to_fen

# Hundredths of the line within which a household lies near it.
MARGINS = (5, 10)
# A curve reaches to this many times the line, in at most so many steps.
REACH = 2
MOST_STEPS = 100
# Where a curve ends whose lines are all nothing.
LEAST_REACH = Decimal("10000.00")


@dataclass(frozen=True)
class Curve:
    """Eligible households at 0, 1, 2 … steps of the line; `step` in yuan."""

    step: Decimal
    counts: list[int]

    @property
    def points(self) -> list[tuple[Decimal, int]]:
        return [(self.step * position, count) for position, count in enumerate(self.counts)]

    def as_json(self) -> dict:
        return {"step": f"{self.step:.2f}", "counts": self.counts}

    @classmethod
    def from_json(cls, kept: dict) -> "Curve":
        return cls(Decimal(kept["step"]), kept["counts"])


def with_boundary(rows: QuerySet, terms: Terms) -> QuerySet:
    """Results of a run by these terms, each with its `boundary` in yuan."""
    return rows.annotate(boundary=Rule(terms).boundary())


def of_run(run: Recalculation, results: QuerySet) -> Curve:
    """The curve of a simulation that has ended, over its results with their boundary."""
    step, steps = steps_to(REACH * max(run.line, run.version.line))
    fen = to_fen(step)
    at_step = ExpressionWrapper((F("boundary") + Value(fen - 1)) / Value(fen), output_field=BigIntegerField())
    rows = results.exclude(boundary=None)
    first = rows.annotate(first=Least(at_step, Value(steps + 1))).values("first").annotate(households=Count("pk"))
    found = dict(first.order_by().values_list("first", "households"))
    return Curve(step, list(accumulate(found.get(position, 0) for position in range(steps + 1))))


def steps_to(reach: Decimal) -> tuple[Decimal, int]:
    """A round step (1, 2 or 5 of some power of ten, in yuan), and how many of them reach `reach`."""
    reach = min(reach or LEAST_REACH, LARGEST_YUAN)
    step = next(
        step
        for power in range(-2, 13)
        for digit in (1, 2, 5)
        if (step := digit * Decimal(10) ** power) * MOST_STEPS >= reach
    )
    return step.quantize(CENT), -(-to_fen(reach) // to_fen(step))


def eligible_at(rows: QuerySet, line: Decimal) -> int:
    """How many of these results, with their boundary, would be eligible under another line: the curve at any point."""
    return rows.filter(boundary__lte=line).count()


def bounds(line: Decimal, hundredths: int) -> tuple[Decimal, Decimal]:
    """The lines so many hundredths below and above a line, in whole fen."""
    lower, upper = (
        (line * (100 + part) / 100).quantize(CENT, rounding=ROUND_FLOOR) for part in (-hundredths, hundredths)
    )
    return lower, min(upper, LARGEST_YUAN)


def near(line: Decimal, hundredths: int) -> Q:
    """Results with their boundary whose outcome would be another if the line lay so many hundredths lower or higher."""
    lower, upper = bounds(line, hundredths)
    return Q(boundary__gt=lower, boundary__lte=upper)


def near_counts(rows: QuerySet, line: Decimal) -> dict[str, dict[str, int]]:
    """By margin: how many are eligible but would not be under the lower line, and how many only under the higher."""
    counted = rows.aggregate(
        **{
            f"{side}{margin}": Count("pk", filter=condition)
            for margin in MARGINS
            for side, condition in _sides(line, margin)
        }
    )
    return {
        str(margin): {side: counted[f"{side}{margin}"] for side, _condition in _sides(line, margin)}
        for margin in MARGINS
    }


def _sides(line: Decimal, margin: int) -> Iterable[tuple[str, Q]]:
    lower, upper = bounds(line, margin)
    yield "eligible", Q(boundary__gt=lower, boundary__lte=line)
    yield "not_eligible", Q(boundary__gt=line, boundary__lte=upper)
