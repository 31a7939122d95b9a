"""The logic rules (逻辑校验): the one definition that form, import, API and the check of the register go by.

An entry is plain data (`rules.entry`). The rules are rows of tables, one table for each kind of row of an entry; each
has a number that stays, a severity, a message and the field that it points at (`rules.table`). What the register knows
of others (an ID number that is taken) is asked elsewhere, under the numbers of `OF_THE_REGISTER`.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from households.rules import household, members, parts
from households.rules.entry import FactEntry, HouseholdEntry, IncomeEntry, MemberEntry, completed_years
from households.rules.household import MOST_MEMBERS
from households.rules.limits import Limits
from households.rules.members import FEMALE_RELATIONS, MALE_RELATIONS, REQUIRED_OF_MEMBER
from households.rules.parts import FIRST_YEAR
from households.rules.table import RANK, Circumstances, Look, Problem, Rule, Severity, ask

__all__ = [
    "FEMALE_RELATIONS",
    "FIRST_YEAR",
    "MALE_RELATIONS",
    "MOST_MEMBERS",
    "OF_THE_REGISTER",
    "REQUIRED_OF_MEMBER",
    "RULES",
    "Circumstances",
    "FactEntry",
    "HouseholdEntry",
    "IncomeEntry",
    "Limits",
    "MemberEntry",
    "Problem",
    "Rule",
    "Severity",
    "check_household",
    "completed_years",
    "has_errors",
    "problems_of",
]

RULES: tuple[Rule, ...] = (
    *household.RULES,
    *members.RULES,
    *parts.INCOME_RULES,
    *parts.FACT_RULES,
    *parts.LIVING_RULES,
)
# Rules that no entry shows by itself: number, severity, field, message. The register's constraints hold them too.
OF_THE_REGISTER = {
    "H-121": (Severity.ERROR, "village", _("There is no such village in your area.")),
    "H-122": (Severity.ERROR, "status", _("This household is dissolved; its record stays as it is.")),
    "M-131": (Severity.ERROR, "id_number", _("This ID number already belongs to a member of another household.")),
}


def problems_of(entry: HouseholdEntry, circumstances: Circumstances) -> list[Problem]:
    """Everything that is wrong with an entry by itself, errors first, then doubts, then hints."""
    look = Look(entry, circumstances)
    found = list(ask(household.RULES, [("", entry)], look))
    for kind, rules, rows in (
        ("members", members.RULES, entry.members),
        ("incomes", parts.INCOME_RULES, entry.incomes),
        ("facts", parts.FACT_RULES, entry.facts),
    ):
        if rows:
            found += ask(rules, [(f"{kind}.{index}.", row) for index, row in enumerate(rows)], look)
    if entry.living is not None:
        found += ask(parts.LIVING_RULES, [("living.", entry.living)], look)
    return sorted(found, key=lambda problem: RANK[problem.severity]) if len(found) > 1 else found


def check_household(entry: HouseholdEntry, today: date) -> list[Problem]:
    """What is wrong with an entry by itself on a day, without what the register knows of villages and standards."""
    return problems_of(entry, Circumstances(today))


def has_errors(problems: list[Problem]) -> bool:
    return any(problem.is_error for problem in problems)
