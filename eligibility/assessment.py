"""What a standard says of one household today, and why, in a sentence that a farmer understands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eligibility import statements
from eligibility.choices import Effect, Outcome
from eligibility.models import Criterion, DeterminationBase, StandardVersion
from eligibility.rules import Rule
from eligibility.terms import Terms
from fupin.money import fen_to_yuan, half_up
from fupin.templatetags.fupin import yuan
from households.choices import FactKind
from households.entries import income_values
from households.models import Fact, Household, IncomeYear, Member
from households.rules import HouseholdEntry


@dataclass(frozen=True)
class Reason:
    """A criterion that hit: its code (kind of fact or cost), its effect, and what it says."""

    code: str
    effect: str
    text: str


@dataclass(frozen=True)
class Assessment:
    """What a version says of a household (评定), or would say with other terms; amounts in yuan."""

    household: str
    version: StandardVersion = field(repr=False)
    terms: Terms = field(repr=False)
    outcome: str
    headcount: int
    net_income: Decimal | None
    deductions: Decimal
    reasons: list[Reason]
    mask: int = field(repr=False)

    @property
    def line(self) -> Decimal:
        return self.terms.line

    @property
    def standard(self) -> str:
        return self.version.standard.code

    @property
    def reference_date(self) -> date:
        return self.terms.reference_date

    @property
    def income_counted(self) -> Decimal | None:
        """Net income less deductions: what is compared with the line times the headcount."""
        return None if self.net_income is None else self.net_income - self.deductions

    @property
    def per_head(self) -> Decimal | None:
        """Counted income a head, rounded half up for display; None without income or people."""
        if self.income_counted is None or not self.headcount:
            return None
        return half_up(self.income_counted / self.headcount)

    @property
    def label(self) -> str:
        return Outcome(self.outcome).label

    def as_json(self) -> dict:
        """The shape of design §5: amounts as text with 2 decimals."""
        return {
            "household": self.household,
            "standard": self.standard,
            "reference_date": self.reference_date.isoformat(),
            "outcome": self.outcome,
            "headcount": self.headcount,
            "net_income": _text(self.net_income),
            "deductions": _text(self.deductions),
            "per_head": _text(self.per_head),
            "line": _text(self.line),
            "reasons": [{"code": r.code, "effect": r.effect, "text": r.text} for r in self.reasons],
        }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def assess(household: Household, version: StandardVersion, changes: dict | None = None) -> Assessment:
    """What the version says of a household as it is kept now; `changes` tries other terms (`eligibility.terms`)."""
    return assess_by(household, version, Terms.of_version(version, changes))


def assess_by(household: Household, version: StandardVersion, terms: Terms) -> Assessment:
    """What terms that go back to the version say of a household as it is kept now."""
    (row,) = statements.fetch(*statements.assessment(Rule(terms), statements.Narrowing.to_one(household.pk)))
    return _assessment_of(row, household.number, version, terms)


def assess_entry(entry: HouseholdEntry, version: StandardVersion) -> Assessment:
    """What the version says of a household as it is being typed: the same statement over the rows of the entry.

    Raises:
        ValidationError: an amount of an income statement is none.
    """
    terms = Terms.of_version(version)
    rows, row_params = statements.standing_in(_rows_of(entry))
    select, params = statements.assessment(Rule(terms), statements.Narrowing.to_one(_UNSAVED))
    row = statements.fetch(rows + select, row_params + params)[0]
    return _assessment_of(row, entry.number, version, terms)


# The key of an unsaved household in the statement, and what an assessment reads of the rows that hang on it.
_UNSAVED = 0
_OF_MEMBER = ("household", "born_on", "joined_on", "left_on", "is_registered_resident", "is_living_together")
_OF_INCOME = ("household", "year", *IncomeYear.AMOUNTS)
_OF_FACT = ("household", "kind", "fact_date", "ended_on", "verification", "amount")


def _rows_of(entry: HouseholdEntry) -> dict:
    """The rows that the entry would be kept as."""
    hanging = {"household": _UNSAVED}
    return {
        Household: (("id", "village"), [{"id": _UNSAVED, "village": entry.village}]),
        Member: (_OF_MEMBER, [hanging | vars(member) for member in entry.members]),
        IncomeYear: (_OF_INCOME, [hanging | income_values(income) for income in entry.incomes]),
        Fact: (_OF_FACT, [hanging | vars(fact) for fact in entry.facts]),
    }


def _assessment_of(row: dict, number: str, version: StandardVersion, terms: Terms) -> Assessment:
    return Assessment(
        household=number,
        version=version,
        terms=terms,
        outcome=row["outcome"],
        headcount=row["headcount"],
        net_income=fen_to_yuan(row["net_income"]),
        deductions=fen_to_yuan(row["deductions"]),
        reasons=reasons_of(row["reasons"], terms.criteria),
        mask=row["reasons"],
    )


def assessment_of(determination: DeterminationBase, version: StandardVersion | None = None) -> Assessment:
    """A stored result read as an assessment; `version` saves the look-up of the run's, where that is no simulation."""
    version, changes = (version, {}) if version else (determination.run.version, determination.run.changes)
    return stored_assessment(determination, version, Terms.of_version(version, changes))


def stored_assessment(determination: DeterminationBase, version: StandardVersion, terms: Terms) -> Assessment:
    """A stored result read as an assessment by the terms that it was made by."""
    return Assessment(
        household=determination.household.number,
        version=version,
        terms=terms,
        outcome=determination.outcome,
        headcount=determination.headcount,
        net_income=determination.net_income,
        deductions=determination.deductions,
        reasons=reasons_of(determination.reasons, terms.criteria),
        mask=determination.reasons,
    )


def reasons_of(mask: int, criteria: Iterable[Criterion]) -> list[Reason]:
    """The criteria whose bits are set, in words."""
    return [
        Reason(criterion.code, criterion.effect, _reason_text(criterion))
        for criterion in criteria
        if mask & criterion.bit
    ]


def explain(result: Assessment | DeterminationBase, version: StandardVersion | None = None) -> str:
    """Why, in a sentence that a farmer understands: the criteria, or the numbers and the line."""
    if isinstance(result, DeterminationBase):
        result = assessment_of(result, version)
    day = date_format(result.reference_date, "DATE_FORMAT")
    excluding, including = (_listed(result, effect) for effect in (Effect.EXCLUDE, Effect.INCLUDE))
    if excluding:
        return _(
            "Not eligible: on %(day)s the household had %(criteria)s. Under the standard that rules it out, "
            "whatever its income."
        ) % {"day": day, "criteria": excluding}
    if including:
        return _(
            "Eligible: on %(day)s the household had %(criteria)s. Under the standard it is then identified without "
            "a look at its income."
        ) % {"day": day, "criteria": including}
    if not result.headcount:
        return _("Cannot be decided yet: nobody counts as a member of the household on %(day)s.") % {"day": day}
    if result.net_income is None:
        return _("Cannot be decided yet: the household's income of %(year)s has not been entered.") % {
            "year": result.terms.income_year
        }
    return _sentence_of_income(result)


def _listed(result: Assessment, effect: str) -> str:
    labels = [FactKind(reason.code).label for reason in result.reasons if reason.effect == effect]
    return _(", ").join(map(str, labels))


def _sentence_of_income(result: Assessment) -> str:
    values = {
        "year": result.terms.income_year,
        "net": yuan(result.net_income),
        "deductions": yuan(result.deductions),
        "persons": result.headcount,
        "per_head": yuan(result.per_head),
        "line": yuan(result.line),
    }
    if result.deductions:
        income = _("Net income of %(year)s was %(net)s yuan, less %(deductions)s yuan of costs that are deducted")
    else:
        income = _("Net income of %(year)s was %(net)s yuan")
    share = ngettext(
        "for %(persons)s person that is %(per_head)s yuan a head",
        "for %(persons)s persons that is %(per_head)s yuan a head",
        result.headcount,
    )
    sentence = {
        (True, False): _("Eligible: %(income)s; %(share)s, below the line of %(line)s yuan."),
        (True, True): _("Eligible: %(income)s; %(share)s, not above the line of %(line)s yuan."),
        (False, False): _("Not eligible: %(income)s; %(share)s, not below the line of %(line)s yuan."),
        (False, True): _("Not eligible: %(income)s; %(share)s, above the line of %(line)s yuan."),
    }[result.outcome == Outcome.ELIGIBLE, result.terms.inclusive]
    text = sentence % {"income": income % values, "share": share % values, "line": values["line"]}
    if result.per_head == result.line and result.income_counted != result.line * result.headcount:
        text += _(" (Not rounded: %(income)s yuan against %(limit)s yuan for all.)") % {
            "income": yuan(result.income_counted),
            "limit": yuan(result.line * result.headcount),
        }
    return text


def _reason_text(criterion: Criterion) -> str:
    what = criterion.get_fact_kind_display() or criterion.get_cost_display()
    return {
        Effect.EXCLUDE: _("%(what)s: rules the household out, whatever its income."),
        Effect.INCLUDE: _("%(what)s: the household is identified without a look at its income."),
        Effect.DEDUCT: _("%(what)s: deducted from the income."),
    }[criterion.effect] % {"what": what}
