"""What the terms of a standard decide, as database expressions (design §4): written once, used for one and for all.

The expressions speak of named inputs of one household:

    headcount         members who count on the reference date by the divisor
    facts_hit         bits of the criteria whose kind of fact is verified and holds on the reference date
    wages, business…  the columns of its income statement of the year, all NULL where there is none

`eligibility.statements` says where the inputs come from: the register, or what is being typed into a form.
Amounts are whole fen in 64 bits. The line times the headcount stays below 10^14 × 32,767 < 2^63.
"""

from decimal import Decimal
from functools import reduce
from operator import add, or_

from django.db.models import BigIntegerField, Case, CharField, Count, ExpressionWrapper, F, Max, Q, Value, When
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Coalesce, Greatest, Least
from django.db.models.lookups import GreaterThan, LessThan, LessThanOrEqual

from eligibility.choices import Divisor, Effect, Outcome
from eligibility.models import Criterion
from eligibility.terms import Terms
from fupin.money import NOTHING, FenField
from households.choices import Verification
from households.querysets import counting_on, holding_on

COUNTS_FOR = {
    Divisor.REGISTERED: Q(is_registered_resident=True),
    Divisor.RESIDENT: Q(is_living_together=True),
}


class Rule:
    """What terms decide: those of a version (`Rule(Terms.of_version(version))`), or of a run that tries others."""

    def __init__(self, terms: Terms):
        self.terms = terms

    def with_effect(self, effect: str) -> list[Criterion]:
        return [criterion for criterion in self.terms.criteria if criterion.effect == effect]

    def bits(self, effect: str) -> int:
        return reduce(or_, (criterion.bit for criterion in self.with_effect(effect)), 0)

    def hits(self, reasons: int) -> list[Criterion]:
        """The criteria whose bits are set, in their order."""
        return [criterion for criterion in self.terms.criteria if reasons & criterion.bit]

    # --- What the inputs are made of ----------------------------------------------------------------------------

    @property
    def fact_criteria(self) -> list[Criterion]:
        return [criterion for criterion in self.terms.criteria if criterion.fact_kind]

    @property
    def income_columns(self) -> list[str]:
        """Columns of the income statement that the rule reads."""
        costs = [criterion.cost for criterion in self.with_effect(Effect.DEDUCT)]
        return list(dict.fromkeys([*self.terms.items, "production_expense", *costs]))

    @property
    def members_who_count(self) -> Q:
        return counting_on(self.terms.reference_date) & COUNTS_FOR[self.terms.divisor]

    @property
    def facts_that_count(self) -> Q:
        kinds = {criterion.fact_kind for criterion in self.fact_criteria}
        return holding_on(self.terms.reference_date) & Q(verification=Verification.TRUE, kind__in=sorted(kinds))

    def headcount(self) -> Count:
        """Over the members who count of one household."""
        return Count("*")

    def facts_hit(self) -> Expression | Combinable:
        """Over the facts that count of one household: the bits of the criteria that they meet."""
        bits = [
            Max(
                Case(
                    When(meeting(criterion), then=Value(criterion.bit)),
                    default=Value(0),
                    output_field=BigIntegerField(),
                )
            )
            for criterion in self.fact_criteria
        ]
        return reduce(add, bits)

    # --- What is decided from the inputs ------------------------------------------------------------------------

    def net_income(self) -> Combinable:
        """Counted items less production expenses; NULL without a statement, negative where expenses prevail."""
        return _amount(reduce(add, map(F, self.terms.items), Value(0)) - F("production_expense"))

    def deductions(self) -> Expression:
        """What the criteria deduct in all; nothing without a statement."""
        amounts = [_deducted(criterion) for criterion in self.with_effect(Effect.DEDUCT)]
        return Coalesce(_amount(reduce(add, amounts)), _fen(NOTHING)) if amounts else _fen(NOTHING)

    def deducted(self, criterion: Criterion) -> Expression:
        """What one criterion deducts; NULL without a statement."""
        return _deducted(criterion)

    def reasons(self) -> Combinable:
        """Every criterion that hit: facts, and deductions that come to more than nothing."""
        bits = [
            Case(
                When(GreaterThan(_deducted(criterion), _fen(NOTHING)), then=Value(criterion.bit)),
                default=Value(0),
                output_field=BigIntegerField(),
            )
            for criterion in self.with_effect(Effect.DEDUCT)
        ]
        return reduce(add, bits, F("facts_hit"))

    def outcome(self) -> Case:
        """Exclusion before inclusion before missing data before the line; the line without any rounding."""
        below = LessThanOrEqual if self.terms.inclusive else LessThan
        whens = [
            When(GreaterThan(F("facts_hit").bitand(bits), Value(0)), then=Value(outcome.value))
            for bits, outcome in (
                (self.bits(Effect.EXCLUDE), Outcome.NOT_ELIGIBLE),
                (self.bits(Effect.INCLUDE), Outcome.ELIGIBLE),
            )
            if bits
        ]
        return Case(
            *whens,
            When(Q(headcount=0) | Q(net_income=None), then=Value(Outcome.INSUFFICIENT_DATA.value)),
            When(
                below(_amount(F("net_income") - F("deductions")), _amount(_fen(self.terms.line) * F("headcount"))),
                then=Value(Outcome.ELIGIBLE.value),
            ),
            default=Value(Outcome.NOT_ELIGIBLE.value),
            output_field=CharField(),
        )

    def boundary(self) -> Case:
        """The smallest line, in whole fen, under which a household with these results is eligible.

        NULL where no line makes it so; nothing where every line does. A household is eligible under a line exactly if
        its boundary is not above it. It is read off what a determination keeps, not off the inputs.
        """
        counted, people = F("net_income") - F("deductions"), F("headcount")
        share = (counted + people - Value(1)) / people if self.terms.inclusive else counted / people + Value(1)
        whens = [
            When(GreaterThan(F("reasons").bitand(bits), Value(0)), then=boundary)
            for bits, boundary in (
                (self.bits(Effect.EXCLUDE), Value(None, FenField())),
                (self.bits(Effect.INCLUDE), _fen(NOTHING)),
            )
            if bits
        ]
        return Case(
            *whens,
            When(Q(headcount=0) | Q(net_income=None), then=Value(None, FenField())),
            When(LessThan(_amount(counted), _fen(NOTHING)), then=_fen(NOTHING)),
            default=_amount(share),
            output_field=FenField(),
        )

    def results(self) -> dict[str, Expression | Combinable]:
        """What a determination keeps, in an order in which each may refer to those before it."""
        return {
            "net_income": self.net_income(),
            "deductions": self.deductions(),
            "reasons": self.reasons(),
            "outcome": self.outcome(),
        }


def meeting(criterion: Criterion) -> Q:
    """Facts that a criterion speaks of: of its kind, and of more than its threshold where it has one."""
    of_its_kind = Q(kind=criterion.fact_kind)
    return of_its_kind if criterion.threshold is None else of_its_kind & Q(amount__gt=criterion.threshold)


def _deducted(criterion: Criterion) -> Expression:
    """What of a cost exceeds the floor, up to the cap; NULL without a statement."""
    above = Greatest(_amount(F(criterion.cost) - _fen(criterion.floor)), _fen(NOTHING))
    return above if criterion.cap is None else Least(above, _fen(criterion.cap))


def _amount(expression: Combinable) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=FenField())


def _fen(yuan: Decimal) -> Value:
    return Value(yuan, output_field=FenField())
