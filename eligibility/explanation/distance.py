"""What would change a result (离线多远): the criterion that must go, and the distance to the line, exact to the fen.

Nothing is decided here: what the result would be without a criterion is asked of the rule itself, with the numbers as
literals, so that it holds for a stored result as for today's.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db.models import BigIntegerField, Field, IntegerField, Value
from django.db.models.functions import Cast
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from eligibility import statements
from eligibility.assessment import Assessment
from eligibility.choices import Effect, Outcome
from eligibility.models import Criterion
from eligibility.rules import Rule
from eligibility.terms import Terms
from fupin.money import CENT, FenField, half_up
from fupin.templatetags.fupin import ABSENT, yuan


def criterion_labels(criteria: list[Criterion]) -> str:
    """What criteria are about, listed; a dash for none."""
    labels = [str(criterion.get_fact_kind_display() or criterion.get_cost_display()) for criterion in criteria]
    return _(", ").join(labels) or ABSENT


class DecidedBy(StrEnum):
    """What a result rests on."""

    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"
    MISSING_DATA = "missing_data"
    INCOME = "income"


def change_across(counted: Decimal, limit: Decimal, *, inclusive: bool, is_below: bool) -> Decimal:
    """The smallest change of income, in yuan, that moves it to the other side of the limit: more is positive.

    A limit that is inclusive counts as below itself.
    """
    first_above = limit + CENT if inclusive else limit
    return (first_above if is_below else first_above - CENT) - counted


@dataclass(frozen=True)
class Distance:
    """How far a household is from the other result.

    `counted` is what is compared with the line: net income less deductions; None without a statement. `change` is the
    smallest change of it that moves the household across the line as far as income decides. `must_go` are the criteria
    that decide now; `without` is the result if none of them held, all else being the same.
    """

    terms: Terms
    outcome: str
    decided_by: DecidedBy
    headcount: int
    counted: Decimal | None
    change: Decimal | None
    must_go: list[Criterion]
    without: str
    by_income: str

    @property
    def limit(self) -> Decimal | None:
        """The line for all persons together; None where nobody counts."""
        return self.terms.line * self.headcount if self.headcount else None

    @property
    def gap(self) -> Decimal | None:
        """Counted income less the limit, for the household: negative below the line."""
        return None if self.change is None else self.counted - self.limit

    @property
    def gap_per_head(self) -> Decimal | None:
        """The gap a head, rounded half up for display; the gap itself is exact."""
        return None if self.gap is None else half_up(self.gap / self.headcount)

    @property
    def is_exact_per_head(self) -> bool:
        return self.gap is not None and self.gap_per_head * self.headcount == self.gap

    @property
    def across(self) -> str:
        """The result by income on the other side of the line."""
        return Outcome.NOT_ELIGIBLE if self.by_income == Outcome.ELIGIBLE else Outcome.ELIGIBLE

    def sentences(self) -> list[str]:
        """What would change the result, in words that a farmer understands."""
        return [*_of_criteria(self), *_of_income(self)]


def distance_of(assessment: Assessment) -> Distance:
    """How far an assessment, made today or stored, is from the other result by the same terms."""
    terms, rule = assessment.terms, Rule(assessment.terms)
    hits = rule.hits(assessment.mask)
    excluding = [criterion for criterion in hits if criterion.effect == Effect.EXCLUDE]
    including = [criterion for criterion in hits if criterion.effect == Effect.INCLUDE]
    must_go = excluding or including
    counted, headcount = assessment.income_counted, assessment.headcount
    by_income = outcome_if(assessment, rule, 0)
    change = None
    if by_income != Outcome.INSUFFICIENT_DATA:
        change = change_across(
            counted,
            terms.line * headcount,
            inclusive=terms.inclusive,
            is_below=by_income == Outcome.ELIGIBLE,
        )
    decided_by = DecidedBy.MISSING_DATA if change is None else DecidedBy.INCOME
    if must_go:
        decided_by = DecidedBy.EXCLUSION if excluding else DecidedBy.INCLUSION
    return Distance(
        terms=terms,
        outcome=assessment.outcome,
        decided_by=decided_by,
        headcount=headcount,
        counted=counted,
        change=change,
        must_go=must_go,
        without=outcome_if(assessment, rule, assessment.mask & ~sum(criterion.bit for criterion in must_go)),
        by_income=by_income,
    )


def outcome_if(assessment: Assessment, rule: Rule, mask: int) -> str:
    """What the rule says of these numbers if only the criteria of the mask held."""
    inputs = {
        "headcount": _literal(assessment.headcount, IntegerField()),
        "facts_hit": _literal(mask, BigIntegerField()),
        "net_income": _literal(assessment.net_income, FenField()),
        "deductions": _literal(assessment.deductions, FenField()),
    }
    (row,) = statements.fetch(*statements.compile_expressions(inputs | {"outcome": rule.outcome()}, ["outcome"]))
    return row["outcome"]


def _literal(value, field: Field) -> Cast:
    return Cast(Value(value, field), field)


def _of_criteria(distance: Distance) -> list[str]:
    if not distance.must_go:
        return []
    values = {
        "criteria": criterion_labels(distance.must_go),
        "day": date_format(distance.terms.reference_date, "DATE_FORMAT"),
    }
    if distance.decided_by == DecidedBy.EXCLUSION:
        condition = _(
            "What rules the household out must go first: %(criteria)s — ended by %(day)s, or found untrue when checked."
        )
    else:
        condition = _("The household is identified because of %(criteria)s on %(day)s, whatever its income.")
    then = {
        (DecidedBy.EXCLUSION, Outcome.ELIGIBLE): _("Without it, the household would be eligible."),
        (DecidedBy.EXCLUSION, Outcome.NOT_ELIGIBLE): _(
            "That alone is not enough: by its income, too, the household would not be eligible."
        ),
        (DecidedBy.INCLUSION, Outcome.ELIGIBLE): _("Without it, the household would be eligible by its income, too."),
        (DecidedBy.INCLUSION, Outcome.NOT_ELIGIBLE): _(
            "Without it, the household would not be eligible: its income is too high."
        ),
    }.get(
        (distance.decided_by, distance.without),
        _("Without it, nothing could be decided yet: the income or the persons counted are missing."),
    )
    return [condition % values, then]


def _of_income(distance: Distance) -> list[str]:
    year = distance.terms.income_year
    if not distance.headcount:
        day = date_format(distance.terms.reference_date, "DATE_FORMAT")
        return [_("For income to decide, at least one person must count on %(day)s.") % {"day": day}]
    values = {
        "year": year,
        "line": yuan(distance.terms.line),
        "persons": distance.headcount,
        "limit": yuan(distance.limit),
        "counted": yuan(distance.counted),
    }
    limit = _("The line for the whole household: %(line)s yuan × %(persons)s = %(limit)s yuan.") % values
    if distance.gap is None:
        below = {
            False: _(
                "Once the income of %(year)s is entered, it decides: below %(limit)s yuan the household is eligible."
            ),
            True: _(
                "Once the income of %(year)s is entered, it decides: up to %(limit)s yuan the household is eligible."
            ),
        }
        return [limit, below[distance.terms.inclusive] % values]
    return [limit, _where(distance, values), _across(distance)]


def _where(distance: Distance, values: dict) -> str:
    """On which side of the line the income lies, and how far."""
    if not distance.gap:
        return _("The counted income is %(counted)s yuan: exactly the line.") % values
    per_head = yuan(abs(distance.gap_per_head))
    values |= {
        "gap": yuan(abs(distance.gap)),
        "per_head": per_head if distance.is_exact_per_head else _("about %(amount)s") % {"amount": per_head},
    }
    if distance.gap < 0:
        text = _("The counted income is %(counted)s yuan: %(gap)s yuan below it, %(per_head)s yuan a head.")
    else:
        text = _("The counted income is %(counted)s yuan: %(gap)s yuan above it, %(per_head)s yuan a head.")
    return text % values


def _across(distance: Distance) -> str:
    """What change of income would move the household to the other side of the line."""
    decides = not distance.must_go
    text = {
        (True, True): _(
            "It takes %(change)s yuan more income in %(year)s before the household is no longer eligible; anything "
            "short of that changes nothing."
        ),
        (True, False): _(
            "It takes %(change)s yuan less income in %(year)s for the household to be eligible; anything short of that "
            "changes nothing."
        ),
        (False, True): _("With %(change)s yuan more in %(year)s, it would no longer be below the line."),
        (False, False): _("With %(change)s yuan less in %(year)s, it would be below the line."),
    }[decides, distance.by_income == Outcome.ELIGIBLE]
    return text % {"change": yuan(abs(distance.change)), "year": distance.terms.income_year}
