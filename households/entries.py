"""Between what is kept and what is entered: a household as an entry, and an entry written onto a household."""

from collections.abc import Iterable

from django.db import models

from fupin import identity
from fupin.encryption import blind_index
from fupin.money import NOTHING, to_yuan
from households.models import Fact, Household, IncomeYear, LivingConditions, Member
from households.rules import FactEntry, HouseholdEntry, IncomeEntry, MemberEntry

HOUSEHOLD_FIELDS = (
    "group",
    "address",
    "phone",
    "bank_name",
    "bank_account",
    "attribute",
    "main_cause",
    "other_causes",
    "note",
)
MEMBER_FIELDS = (
    "name",
    "id_number",
    "relationship",
    "sex",
    "born_on",
    "ethnicity",
    "education",
    "schooling",
    "health",
    "labour",
    "employment",
    "employment_months",
    "is_registered_resident",
    "is_living_together",
    "phone",
    "joined_on",
    "left_on",
    "left_reason",
)
FACT_FIELDS = ("kind", "fact_date", "ended_on", "verification", "amount", "note")
LIVING_FIELDS = tuple(
    field.name for field in LivingConditions._meta.get_fields() if field.concrete and not field.primary_key
)


def entry_of(household: Household) -> HouseholdEntry:
    """The household as it is kept, as an entry: what a form opens with, and what a conflict is compared by."""
    living = LivingConditions.objects.filter(pk=household.pk).first()
    entry = entry_from(
        household,
        household.members.order_by("relationship", "pk"),
        household.incomes.order_by("-year"),
        household.facts.order_by("fact_date", "pk"),
    )
    entry.living = _values(living, LIVING_FIELDS) if living else None
    return entry


def entry_from(
    household: Household, members: Iterable[Member], incomes: Iterable[IncomeYear], facts: Iterable[Fact]
) -> HouseholdEntry:
    """An entry of a household and of the rows that were fetched for it, without its living conditions."""
    return HouseholdEntry(
        village=household.village_id,
        number=household.number,
        status=household.status,
        **_values(household, HOUSEHOLD_FIELDS),
        members=[MemberEntry(pk=member.pk, **_values(member, MEMBER_FIELDS)) for member in members],
        incomes=[
            IncomeEntry(pk=income.pk, year=income.year, amounts=_values(income, IncomeYear.AMOUNTS))
            for income in incomes
        ],
        facts=[FactEntry(pk=fact.pk, **_values(fact, FACT_FIELDS)) for fact in facts],
    )


def _values(instance: models.Model, names: tuple[str, ...]) -> dict:
    return {name: getattr(instance, name) for name in names}


def member_values(entry: MemberEntry) -> dict:
    """Column values of a member, with the ID number normalised and its digest."""
    values = {name: getattr(entry, name) for name in MEMBER_FIELDS}
    number = identity.normalise(entry.id_number)
    return values | {"id_number": number, "id_digest": blind_index(number)}


def income_values(entry: IncomeEntry) -> dict:
    """Column values of a year's income; an amount that was not entered is zero."""
    amounts = {name: to_yuan(amount) if (amount := entry.amounts.get(name)) else NOTHING for name in IncomeYear.AMOUNTS}
    return {"year": entry.year} | amounts


def fact_values(entry: FactEntry) -> dict:
    """Column values of a fact."""
    return {name: getattr(entry, name) for name in FACT_FIELDS}


def write_values(instance: Member | IncomeYear | Fact | Household | LivingConditions, values: dict) -> bool:
    """Set the values on the instance; says whether anything differs from before."""
    changed = instance._state.adding
    for name, value in values.items():
        if getattr(instance, name) != value:
            setattr(instance, name, value)
            changed = True
    return changed
