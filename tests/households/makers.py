"""Makers of entries: a household as it comes from a form, with nothing wrong in it."""

from datetime import date
from decimal import Decimal

from households.rules import FactEntry, HouseholdEntry, IncomeEntry, MemberEntry
from tests.factories import id_number

VILLAGE = "320412100201"


def person(born_on: date, sex: str = "1", relationship: str = "03", **values) -> MemberEntry:
    """A person whose ID number agrees with sex and date of birth."""
    number = values.pop("id_number", None) or id_number(born_on, sex)
    values = {"name": "张小满", "health": ["01"], "labour": "01"} | values
    return MemberEntry(id_number=number, born_on=born_on, sex=sex, relationship=relationship, **values)


def head(**values) -> MemberEntry:
    return person(**{"born_on": date(1970, 6, 15), "relationship": "01", "name": "张大山"} | values)


def income(year: int = 2015, **amounts) -> IncomeEntry:
    """A year's income, amounts in yuan as text."""
    return IncomeEntry(year=year, amounts={name: Decimal(amount) for name, amount in amounts.items()})


def fact(kind: str = "vehicle", fact_date: date | None = date(2015, 3, 1), **values) -> FactEntry:
    return FactEntry(kind=kind, fact_date=fact_date, **{"verification": "true"} | values)


def make_entry(*others: MemberEntry, **values) -> HouseholdEntry:
    """A head, the others, and what else is said; by itself it is free of problems."""
    members = values.pop("members", None)
    return HouseholdEntry(
        **{"village": VILLAGE, "group": "3组"} | values, members=[head(), *others] if members is None else members
    )
