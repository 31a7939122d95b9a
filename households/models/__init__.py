"""What the register keeps: households and what hangs on them, imports on their way, and what the rules find."""

from households.models.crossings import LineCrossing
from households.models.findings import Explanation, Finding
from households.models.register import (
    Fact,
    Household,
    HouseholdMove,
    ImportBatch,
    IncomeYear,
    LivingConditions,
    Member,
    StagedHousehold,
)

__all__ = [
    "Explanation",
    "Fact",
    "Finding",
    "Household",
    "HouseholdMove",
    "ImportBatch",
    "IncomeYear",
    "LineCrossing",
    "LivingConditions",
    "Member",
    "StagedHousehold",
]
