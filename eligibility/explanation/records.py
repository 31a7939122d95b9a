"""The records on which a household's result rests: its members, its income of the year, its dated facts.

The rows are read with the rule's own conditions as annotations, so that nothing here decides a second time who counts,
which fact counts, or what a criterion deducts.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import BooleanField, Case, ExpressionWrapper, Model, Q, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from eligibility.choices import Divisor, Effect
from eligibility.explanation.distance import criterion_labels
from eligibility.models import Criterion, StandardVersion
from eligibility.rules import Rule, meeting
from eligibility.terms import Terms
from fupin.money import NOTHING, FenField
from fupin.templatetags.fupin import yuan
from households.choices import Verification
from households.models import Fact, Household, IncomeYear, Member


@dataclass(frozen=True)
class Person:
    """A member, whether they count on the reference date, and why or why not."""

    member: Member
    counts: bool
    why: str


@dataclass(frozen=True)
class Item:
    """An income item of the year, and whether the standard counts it."""

    name: str
    label: str
    amount: Decimal
    counts: bool
    note: str = ""


@dataclass(frozen=True)
class Handling:
    """Who did something to a record, and when, as far as that is known."""

    who: str
    at: datetime

    @classmethod
    def of(cls, row) -> "Handling | None":
        """From a history row; None where there is none."""
        return cls(row.history_user.name if row.history_user else "", row.history_date) if row else None


@dataclass(frozen=True)
class Statement:
    """The income statement of the year, line by line."""

    row: IncomeYear
    items: list[Item]
    entered: Handling | None

    @property
    def counted(self) -> Decimal:
        """The counted items, before production expenses."""
        return sum((item.amount for item in self.items if item.counts), NOTHING)

    @property
    def expenses(self) -> Decimal:
        return self.row.production_expense


@dataclass(frozen=True)
class FactRecord:
    """A fact that a criterion looks at: whether it counts, why or why not, and who recorded and verified it."""

    fact: Fact
    counts: bool
    why: str
    recorded: Handling | None
    verified: Handling | None


@dataclass(frozen=True)
class Deduction:
    """How a cost comes to what is deducted."""

    paid: Decimal
    floor: Decimal
    cap: Decimal | None
    deducted: Decimal

    @property
    def sentence(self) -> str:
        """The sum as it is worked out."""
        values = {name: yuan(getattr(self, name)) for name in ("paid", "floor", "cap", "deducted")}
        if not self.deducted:
            return _("%(paid)s yuan paid, which does not exceed %(floor)s yuan: nothing is deducted.") % values
        if self.cap is not None and self.paid - self.floor > self.cap:
            text = _(
                "%(paid)s yuan paid, less %(floor)s yuan, but at most %(cap)s yuan: %(deducted)s yuan are deducted."
            )
        elif self.floor:
            text = _("%(paid)s yuan paid, less %(floor)s yuan: %(deducted)s yuan are deducted.")
        else:
            text = _("%(paid)s yuan paid: %(deducted)s yuan are deducted.")
        return text % values


@dataclass(frozen=True)
class Finding:
    """A criterion of the version: whether it hit in the result that is explained, and what is recorded today.

    `is_hit_today` differs from `is_hit` where the result is a stored one and the data have changed since.
    """

    criterion: Criterion
    is_hit: bool
    is_hit_today: bool
    records: list[FactRecord]
    deduction: Deduction | None

    @property
    def label(self) -> str:
        """What the criterion is about, and above which amount."""
        what = criterion_labels([self.criterion])
        if self.criterion.threshold is None:
            return what
        return _("%(what)s worth more than %(amount)s yuan") % {
            "what": what,
            "amount": yuan(self.criterion.threshold),
        }

    @property
    def text(self) -> str:
        """What was found, in a sentence."""
        if self.criterion.cost:
            return self.deduction.sentence if self.deduction else _("There is no income statement of the year.")
        if self.is_hit_today:
            return _("Recorded and verified.")
        return _("Recorded, but it does not count.") if self.records else _("Nothing is recorded.")


# --- Who counts -----------------------------------------------------------------------------------------------------


def _is(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def people(household: Household, rule: Rule) -> list[Person]:
    rows = household.members.annotate(counts=_is(rule.members_who_count)).order_by("relationship", "pk")
    return [Person(member, member.counts, _why_member(member, rule.terms)) for member in rows]


def _why_member(member: Member, terms: Terms) -> str:
    day = terms.reference_date
    if member.counts:
        place = _HAS_PLACE[Divisor(terms.divisor)]()
        if not member.joined_on:
            return place
        return _(", ").join([_("joined on %(day)s") % {"day": _day(member.joined_on)}, place])
    return _(", ").join(_obstacles(member, terms.divisor, day))


def _obstacles(member: Member, divisor: str, day: date) -> list[str]:
    """All that keeps a member from counting on a day."""
    values = {name: _day(getattr(member, name)) for name in ("born_on", "joined_on", "left_on")}
    obstacles = []
    if member.born_on > day:
        obstacles.append(_("born only on %(born_on)s") % values)
    if member.joined_on and member.joined_on > day:
        obstacles.append(_("joined only on %(joined_on)s") % values)
    if member.left_on and member.left_on <= day:
        if member.left_reason:
            text = _("no longer there since %(left_on)s: %(reason)s")
        else:
            text = _("no longer there since %(left_on)s")
        obstacles.append(text % (values | {"reason": member.get_left_reason_display()}))
    if divisor == Divisor.RESIDENT and not member.is_living_together:
        obstacles.append(_("does not live together with the household"))
    if divisor == Divisor.REGISTERED and not member.is_registered_resident:
        obstacles.append(_("has the household registration elsewhere"))
    return obstacles


_HAS_PLACE = {
    Divisor.RESIDENT: lambda: _("lives together with the household"),
    Divisor.REGISTERED: lambda: _("has the household registration here"),
}


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


# --- What income ----------------------------------------------------------------------------------------------------


def income_row(household: Household, rule: Rule) -> IncomeYear | None:
    """The statement of the year, with what each criterion deducts from it as `deducted_POSITION`."""
    deducted = {
        _deducted_name(criterion): ExpressionWrapper(rule.deducted(criterion), output_field=FenField())
        for criterion in rule.with_effect(Effect.DEDUCT)
    }
    return household.incomes.filter(year=rule.terms.income_year).annotate(**deducted).first()


def _deducted_name(criterion: Criterion) -> str:
    return f"deducted_{criterion.position}"


def statement(row: IncomeYear, version: StandardVersion, terms: Terms) -> Statement:
    """The statement of the year, item by item."""
    last = row.history.select_related("history_user").order_by("-history_date", "-history_id").first()
    return Statement(row, items_of(row, IncomeYear.ITEMS, version, terms), Handling.of(last))


def items_of(row: Model, names: Iterable[str], version: StandardVersion, terms: Terms) -> list[Item]:
    """The items of a household's or a village's income of a year."""
    return [
        Item(
            name,
            str(row._meta.get_field(name).verbose_name),
            getattr(row, name),
            counts=name in terms.items,
            note=version.item_notes.get(name, ""),
        )
        for name in names
    ]


# --- Which criteria -------------------------------------------------------------------------------------------------


def findings(household: Household, rule: Rule, mask: int, row: IncomeYear | None) -> list[Finding]:
    """Every criterion with what is recorded of it; `mask` says which hit."""
    facts = _facts(household, rule)
    history = _history_of(facts)
    records = defaultdict(list)
    for criterion in rule.fact_criteria:
        for fact in facts:
            if fact.kind == criterion.fact_kind:
                records[criterion.position].append(_record(fact, criterion, rule.terms, history[fact.pk]))
    return [
        Finding(
            criterion=criterion,
            is_hit=bool(mask & criterion.bit),
            is_hit_today=bool(mask & criterion.bit),
            records=records[criterion.position],
            deduction=_deduction(criterion, row) if criterion.cost and row else None,
        )
        for criterion in rule.terms.criteria
    ]


def _facts(household: Household, rule: Rule) -> list[Fact]:
    """The facts of the kinds that the criteria look at, each with `meets_POSITION` for the criterion of its kind."""
    if not rule.fact_criteria:
        return []
    meets = {
        f"meets_{criterion.position}": _is(rule.facts_that_count & meeting(criterion))
        for criterion in rule.fact_criteria
    }
    kinds = sorted(criterion.fact_kind for criterion in rule.fact_criteria)
    return list(household.facts.filter(kind__in=kinds).annotate(**meets).order_by("fact_date", "pk"))


def _deduction(criterion: Criterion, row: IncomeYear) -> Deduction:
    return Deduction(
        paid=getattr(row, criterion.cost),
        floor=criterion.floor,
        cap=criterion.cap,
        deducted=getattr(row, _deducted_name(criterion)),
    )


def _history_of(facts: list[Fact]) -> dict[int, list]:
    """The history rows of facts, the oldest first."""
    history = defaultdict(list)
    if facts:
        rows = Fact.history.filter(id__in=[fact.pk for fact in facts]).select_related("history_user")
        for row in rows.order_by("history_date", "history_id"):
            history[row.id].append(row)
    return history


def _record(fact: Fact, criterion: Criterion, terms: Terms, history: list) -> FactRecord:
    counts = getattr(fact, f"meets_{criterion.position}")
    return FactRecord(
        fact=fact,
        counts=counts,
        why=_why_fact(fact, criterion, terms.reference_date, counts),
        recorded=Handling.of(history[0] if history and history[0].history_type == "+" else None),
        verified=Handling.of(_verification_of(fact, history)),
    )


def _verification_of(fact: Fact, history: Iterable):
    """The history row by which a fact got the verification that it has now; None where that is not known."""
    if fact.verification == Verification.PENDING:
        return None
    since = None
    for row in history:
        if row.verification != fact.verification:
            since = None
        elif since is None:
            since = row
    return since


def _why_fact(fact: Fact, criterion: Criterion, day: date, counts: bool) -> str:
    if counts:
        return _("verified, and held on %(day)s") % {"day": _day(day)}
    obstacles = []
    if fact.verification != Verification.TRUE:
        obstacles.append(_("not verified as true"))
    if fact.fact_date > day:
        obstacles.append(_("arose only on %(day)s") % {"day": _day(fact.fact_date)})
    if fact.ended_on and fact.ended_on <= day:
        obstacles.append(_("ended on %(day)s") % {"day": _day(fact.ended_on)})
    if criterion.threshold is not None and (fact.amount is None or fact.amount <= criterion.threshold):
        obstacles.append(_("not known to be worth more than %(amount)s yuan") % {"amount": yuan(criterion.threshold)})
    return _(", ").join(obstacles)
