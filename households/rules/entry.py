"""A household as it is entered: plain data, already typed.

Reading text into dates, amounts and codes is the business of whoever received it.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from households import choices as c


def completed_years(born_on: date, day: date) -> int:
    """The age on a day of a person born on `born_on`."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


@dataclass
class MemberEntry:
    """A person as entered. `pk` names a member that is already kept."""

    name: str = ""
    id_number: str = ""
    relationship: str = ""
    sex: str = ""
    born_on: date | None = None
    ethnicity: str = c.Ethnicity.HAN
    education: str = ""
    schooling: str = c.Schooling.NONE
    health: list[str] = field(default_factory=list)
    labour: str = ""
    employment: str = ""
    employment_months: int | None = None
    is_registered_resident: bool = True
    is_living_together: bool = True
    phone: str = ""
    joined_on: date | None = None
    left_on: date | None = None
    left_reason: str = ""
    pk: int | None = None

    @property
    def is_head(self) -> bool:
        return self.relationship == c.Relationship.HEAD and self.left_on is None

    def age_on(self, day: date) -> int | None:
        """Completed years of age on a day; None without a date of birth."""
        return None if self.born_on is None else completed_years(self.born_on, day)


@dataclass
class IncomeEntry:
    """A year's amounts in yuan, by the field names of IncomeYear.AMOUNTS."""

    year: int | None = None
    amounts: dict[str, Decimal] = field(default_factory=dict)
    pk: int | None = None


@dataclass
class FactEntry:
    """A dated fact as entered."""

    kind: str = ""
    fact_date: date | None = None
    ended_on: date | None = None
    verification: str = c.Verification.PENDING
    amount: Decimal | None = None
    note: str = ""
    pk: int | None = None


@dataclass
class HouseholdEntry:
    """A household with all that is entered of it. `living` holds LivingConditions by field name, or None: not asked."""

    village: str = ""
    number: str = ""
    group: str = ""
    address: str = ""
    phone: str = ""
    bank_name: str = ""
    bank_account: str = ""
    attribute: str = c.HouseholdAttribute.ORDINARY
    main_cause: str = ""
    other_causes: list[str] = field(default_factory=list)
    note: str = ""
    members: list[MemberEntry] = field(default_factory=list)
    incomes: list[IncomeEntry] = field(default_factory=list)
    facts: list[FactEntry] = field(default_factory=list)
    living: dict | None = None
    # Never entered: only a case changes it.
    status: str = c.HouseholdStatus.UNREGISTERED

    @property
    def head(self) -> MemberEntry | None:
        return next((member for member in self.members if member.is_head), None)
