"""Many households as entries, in five queries, without a model instance a row."""

from collections import defaultdict

from households.choices import HouseholdStatus
from households.entries import FACT_FIELDS, HOUSEHOLD_FIELDS, LIVING_FIELDS, MEMBER_FIELDS
from households.models import Fact, Household, IncomeYear, LivingConditions, Member
from households.rules import FactEntry, HouseholdEntry, IncomeEntry, MemberEntry

# What no rule looks at and would have to be decrypted or read for nothing.
_OF_HOUSEHOLD = ("pk", "village_id", "number", "status", *HOUSEHOLD_FIELDS)
_OF_MEMBER = ("household_id", "pk", *MEMBER_FIELDS)
_OF_INCOME = ("household_id", "pk", "year", *IncomeYear.AMOUNTS)
_OF_FACT = ("household_id", "pk", *FACT_FIELDS)
_OF_LIVING = ("pk", *LIVING_FIELDS)


def entries_of(households: list[int]) -> dict[int, HouseholdEntry]:
    """The households with these keys as entries, by key; a dissolved one is asked nothing any more and left out."""
    rows = Household.objects.filter(pk__in=households).exclude(status=HouseholdStatus.CLOSED)
    entries = {}
    for pk, village, number, status, *values in rows.values_list(*_OF_HOUSEHOLD):
        own = dict(zip(HOUSEHOLD_FIELDS, values, strict=True))
        entries[pk] = HouseholdEntry(village=village, number=number, status=status, **own)
    for pk, rows_of_it in _grouped(Member, _OF_MEMBER, households, "relationship").items():
        if pk in entries:
            entries[pk].members = [MemberEntry(*values, pk=key) for key, *values in rows_of_it]
    for pk, rows_of_it in _grouped(IncomeYear, _OF_INCOME, households, "-year").items():
        if pk in entries:
            entries[pk].incomes = [
                IncomeEntry(year, dict(zip(IncomeYear.AMOUNTS, amounts, strict=True)), key)
                for key, year, *amounts in rows_of_it
            ]
    for pk, rows_of_it in _grouped(Fact, _OF_FACT, households, "fact_date").items():
        if pk in entries:
            entries[pk].facts = [FactEntry(*values, pk=key) for key, *values in rows_of_it]
    for pk, *values in LivingConditions.objects.filter(pk__in=households).values_list(*_OF_LIVING):
        if pk in entries:
            entries[pk].living = dict(zip(LIVING_FIELDS, values, strict=True))
    return entries


def _grouped(model, names: tuple[str, ...], households: list[int], order: str) -> dict[int, list]:
    """Rows of a model by household, in their order within it."""
    rows = defaultdict(list)
    for household, *values in model.objects.filter(household__in=households).order_by(order, "pk").values_list(*names):
        rows[household].append(values)
    return rows
