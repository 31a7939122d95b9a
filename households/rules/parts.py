"""Rules of income years (Y), dated facts (F) and living conditions (L): 1 errors, 2 doubts, 3 hints."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fupin.money import to_yuan
from households import choices as c
from households.models import IncomeYear
from households.rules.entry import FactEntry, IncomeEntry
from households.rules.household import EXITED
from households.rules.table import Look, Rule, Severity

FIRST_YEAR = 2000
ERROR, DOUBT, HINT = Severity.ERROR, Severity.DOUBT, Severity.HINT
AMOUNTS = frozenset(IncomeYear.AMOUNTS)
UNKNOWN, A_CODE = _("This is not one of the choices."), _("A label or code of the list")


# --- Income years -----------------------------------------------------------------------------------------------
def _inexact(income: IncomeEntry, look: Look) -> list[str]:
    amounts = income.amounts.items()
    return [name for name, amount in amounts if amount and name in AMOUNTS and _fault(amount) is not None]


def _fault(amount) -> ValidationError | None:
    try:
        to_yuan(amount)
    except ValidationError as error:
        return error
    return None


def _negative(income: IncomeEntry, look: Look) -> list[str]:
    amounts = income.amounts.items()
    return [name for name, amount in amounts if amount and name in AMOUNTS and _amount(income, name) < 0]


def _amount(income: IncomeEntry, name: str):
    """An amount of the year; what is none counts as nothing here, another rule tells of it."""
    amount = income.amounts.get(name)
    return amount if amount and isinstance(amount, Decimal) and amount.is_finite() else 0


def _is_low(item: str, limit: str):
    """There is an amount, and it is lower than the least that is ever paid in a year."""
    return lambda income, look: 0 < _amount(income, item) < getattr(look.limits, limit)


def _is_second(income: IncomeEntry, look: Look) -> bool:
    if income.year is None:
        return False
    return next(other for other in look.entry.incomes if other.year == income.year) is not income


def _unusual_wages(income: IncomeEntry, look: Look) -> bool:
    wages = _amount(income, "wages")
    return 0 < wages < look.limits.least_wages or wages > look.limits.most_wages


def _no_worker(income: IncomeEntry, look: Look) -> bool:
    return _amount(income, "wages") > 0 and not any(member.employment for member in look.entry.members)


def _no_pensioner(income: IncomeEntry, look: Look) -> bool:
    if not income.year or _amount(income, "pension") <= 0:
        return False
    end = date(income.year, 12, 31)
    limits = look.limits
    return not any(
        member.born_on is not None
        and member.age_on(end) >= (limits.pension_age_women if member.sex == c.Sex.FEMALE else limits.pension_age_men)
        for member in look.entry.members
    )


def _not_entitled(item: str, kind: c.FactKind, attributes: set):
    """An allowance of a kind in a year, for a household that neither its attribute nor a fact of the year gives it."""

    def hits(income: IncomeEntry, look: Look) -> bool:
        if not income.year or _amount(income, item) <= 0 or look.entry.attribute in attributes:
            return False
        return not look.facts_during(income.year, kind)

    return hits


def _attribute(_row, look: Look) -> str:
    return look.entry.attribute


def _exit_or_not(_row, look: Look) -> str:
    return look.entry.status


INCOME_RULES = (
    Rule("Y-101", "required", ERROR, "year", _("This must be filled in."), wanted=_("A value"),
         hits=lambda income, look: income.year is None),
    Rule("Y-102", "year", ERROR, "year", _("The year must lie between 2000 and this year."),
         wanted=lambda income, look: f"{FIRST_YEAR}–{look.today.year}",
         hits=lambda income, look: income.year is not None and not FIRST_YEAR <= income.year <= look.today.year),
    Rule("Y-103", "year_twice", ERROR, "year", _("A household has one income statement a year."),
         wanted=_("Another year"), hits=_is_second),
    Rule("Y-104", "choice", ERROR, "year", UNKNOWN, wanted=A_CODE,
         hits=lambda income, look: income.amounts.keys() - AMOUNTS),
    Rule("Y-105", "amount", ERROR, "wages", _("This is no exact amount in yuan."), wanted="1234.50", hits=_inexact,
         tell=lambda income, look: _fault(income.amounts[_inexact(income, look)[0]]).messages[0]),
    Rule("Y-106", "negative", ERROR, "wages", _("An amount cannot be negative."), wanted="≥ 0", hits=_negative),

    Rule("Y-201", "wages", DOUBT, "wages", _("Unusual wages for a year; please check the unit (yuan)."),
         hits=_unusual_wages),
    Rule("Y-202", "no_expense", DOUBT, "production_expense", _("Business income without any expense."),
         reads=("business",),
         hits=lambda income, look: _amount(income, "business") > 0 and not _amount(income, "production_expense")),
    Rule("Y-203", "no_pensioner", DOUBT, "pension", _("A pension, but nobody is old enough for one."),
         hits=_no_pensioner),
    Rule("Y-204", "subsistence_unfounded", DOUBT, "subsistence_allowance",
         _("A subsistence allowance, but the household is not recorded as one that gets it."), speaks_of=_attribute,
         hits=_not_entitled("subsistence_allowance", c.FactKind.SUBSISTENCE, {c.HouseholdAttribute.SUBSISTENCE})),
    Rule("Y-205", "destitute_unfounded", DOUBT, "destitute_support",
         _("Destitute support, but the household is not recorded as one that gets it."), speaks_of=_attribute,
         hits=_not_entitled("destitute_support", c.FactKind.DESTITUTE, {c.HouseholdAttribute.DESTITUTE})),
    Rule("Y-206", "low_subsistence", DOUBT, "subsistence_allowance",
         _("Less than the least subsistence allowance of a year; please check the unit (yuan)."),
         hits=_is_low("subsistence_allowance", "least_subsistence")),
    Rule("Y-207", "low_destitute", DOUBT, "destitute_support",
         _("Less than the least destitute support of a year; please check the unit (yuan)."),
         hits=_is_low("destitute_support", "least_destitute")),
    Rule("Y-208", "low_family_planning", DOUBT, "family_planning",
         _("Less than the least family-planning allowance of a year; please check the unit (yuan)."),
         hits=_is_low("family_planning", "least_family_planning")),
    Rule("Y-209", "low_pension", DOUBT, "pension",
         _("Less than the least pension of a year; please check the unit (yuan)."),
         hits=_is_low("pension", "least_pension")),

    Rule("Y-301", "no_worker", HINT, "wages", _("Wages, but nobody is recorded as employed."), hits=_no_worker),
)  # fmt: skip


# --- Dated facts ------------------------------------------------------------------------------------------------
def _stands_twice(fact: FactEntry, look: Look) -> bool:
    if fact.fact_date is None:
        return False
    key = (fact.kind, fact.fact_date)
    return next(other for other in look.entry.facts if (other.kind, other.fact_date) == key) is not fact


def _unknown(fact: FactEntry, look: Look) -> list[str]:
    tables = {"kind": c.FactKind, "verification": c.Verification}
    return [name for name, codes in tables.items() if (value := getattr(fact, name)) and value not in codes]


FACT_RULES = (
    Rule("F-101", "required", ERROR, "kind", _("This must be filled in."), wanted=_("A value"),
         hits=lambda fact, look: [n for n in ("kind", "fact_date", "verification") if not getattr(fact, n)]),
    Rule("F-102", "choice", ERROR, "kind", UNKNOWN, wanted=A_CODE, hits=_unknown),
    Rule("F-103", "future", ERROR, "fact_date", _("The date lies in the future."), wanted=_("Today or earlier"),
         hits=lambda fact, look: fact.fact_date is not None and fact.fact_date > look.today),
    Rule("F-104", "order", ERROR, "ended_on", _("A fact cannot end before it began."),
         wanted=lambda fact, look: f"≥ {fact.fact_date}",
         hits=lambda fact, look: bool(fact.fact_date and fact.ended_on) and fact.ended_on < fact.fact_date),
    Rule("F-105", "fact_twice", ERROR, "fact_date", _("A fact of this kind and date is already recorded."),
         wanted=_("Another date or kind"), hits=_stands_twice),
    Rule("F-106", "negative", ERROR, "amount", _("An amount cannot be negative."), wanted="≥ 0",
         hits=lambda fact, look: fact.amount is not None and fact.amount < 0),
    Rule("F-301", "pending", HINT, "verification", _("This fact still waits to be verified at home."),
         hits=lambda fact, look: fact.verification == c.Verification.PENDING),
)  # fmt: skip


# --- Living conditions ------------------------------------------------------------------------------------------
MEASURES = ("cultivated_mu", "irrigated_mu", "forest_mu", "water_mu", "house_area", "road_km")
AREAS = ("cultivated_mu", "irrigated_mu", "forest_mu", "water_mu")
FLAGS = ("fuel", "has_safe_water", "has_electricity", "has_broadcasting", "has_sanitary_toilet", "in_cooperative")


def _empty(names: tuple[str, ...]):
    return lambda living, look: [name for name in names if living.get(name) in (None, "")]


LIVING_RULES = (
    Rule("L-101", "negative", ERROR, "house_area", _("An area or a distance cannot be negative."), wanted="≥ 0",
         hits=lambda living, look: [name for name in MEASURES if (living.get(name) or 0) < 0]),

    Rule("L-201", "exited_unsafe_house", DOUBT, "house_safety", _("Out of poverty, but the house is dangerous."),
         speaks_of=_exit_or_not,
         hits=lambda living, look: look.entry.status in EXITED
         and living.get("house_safety") in (c.HouseSafety.GRADE_C, c.HouseSafety.GRADE_D)),
    Rule("L-202", "exited_unsafe_water", DOUBT, "has_safe_water", _("Out of poverty, but without safe water."),
         speaks_of=_exit_or_not,
         hits=lambda living, look: look.entry.status in EXITED and living.get("has_safe_water") is False),
    Rule("L-203", "exited_dark", DOUBT, "has_electricity", _("Out of poverty, but without electricity."),
         speaks_of=_exit_or_not,
         hits=lambda living, look: look.entry.status in EXITED and living.get("has_electricity") is False),
    Rule("L-204", "irrigated", DOUBT, "irrigated_mu", _("More irrigated than cultivated land."),
         reads=("cultivated_mu",),
         hits=lambda living, look: (living.get("irrigated_mu") or 0) > (living.get("cultivated_mu") or 0)),
    Rule("L-205", "far_road", DOUBT, "road_km", _("Unusually far from the main road; please check the unit (km)."),
         hits=lambda living, look: (living.get("road_km") or 0) > look.limits.road_km),

    Rule("L-301", "no_area", HINT, "cultivated_mu", _("The area is not recorded; write 0 where there is none."),
         hits=_empty(AREAS)),
    Rule("L-302", "no_road", HINT, "road_km", _("The distance to the main road is not recorded."),
         hits=_empty(("road_km",))),
    Rule("L-303", "no_flag", HINT, "fuel", _("This living condition is not recorded."), hits=_empty(FLAGS)),
)  # fmt: skip
