"""What must be true of a household as it is entered: the one definition that form, import and API check by.

An entry is plain data, already typed: reading text into dates, amounts and codes is the business of whoever received
it. Each check is a small function over the entry; `CHECKS` is the table of them (reference §3, §8.2, §8.3).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fupin import identity
from fupin.money import to_yuan
from households import choices as c
from households.models import IncomeYear

FIRST_YEAR = 2000
OLDEST_YEARS = 120
MOST_OTHER_CAUSES = 2
MOST_MEMBERS = 30
WORKING_AGE = 16
PENSION_AGE = 60


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

    @property
    def head(self) -> MemberEntry | None:
        return next((member for member in self.members if member.is_head), None)


class Severity(StrEnum):
    """An error keeps the entry from being saved; a warning asks the person to look again."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """Something wrong with an entry: where ("members.2.id_number"), what, and what would be right."""

    path: str
    code: str
    message: str
    wanted: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR

    @property
    def is_missing(self) -> bool:
        """Something that is not entered yet, rather than entered wrongly."""
        return self.code in {"required", "empty", "no_head"}


def check_household(entry: HouseholdEntry, today: date) -> list[Problem]:
    """Everything that is wrong with the entry by itself, errors first; what the register knows is asked elsewhere."""
    problems = [problem for check in CHECKS for problem in check(entry, today)]
    return sorted(problems, key=lambda problem: problem.severity != Severity.ERROR)


def has_errors(problems: list[Problem]) -> bool:
    return any(problem.is_error for problem in problems)


def _warning(path: str, code: str, message: str, wanted: str = "") -> Problem:
    return Problem(path, code, message, wanted, Severity.WARNING)


def _missing(path: str) -> Problem:
    return Problem(path, "required", _("This must be filled in."), _("A value"))


def _unknown(path: str) -> Problem:
    return Problem(path, "choice", _("This is not one of the choices."), _("A label or code of the list"))


# --- The household ----------------------------------------------------------------------------------------------
def _household_is_complete(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    if not entry.village:
        yield _missing("village")
    if entry.attribute not in c.HouseholdAttribute:
        yield _unknown("attribute")
    if entry.main_cause and entry.main_cause not in c.Cause:
        yield _unknown("main_cause")
    if any(cause not in c.Cause for cause in entry.other_causes):
        yield _unknown("other_causes")


def _causes_differ(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    if entry.main_cause and entry.main_cause in entry.other_causes:
        yield Problem(
            "other_causes", "cause_twice", _("The main cause is named again among the others."), _("Other causes only")
        )
    if len(set(entry.other_causes)) > MOST_OTHER_CAUSES:
        yield Problem("other_causes", "too_many", _("At most two other causes."), _("No more than two"))
    if entry.other_causes and not entry.main_cause:
        yield Problem("main_cause", "required", _("Name the main cause first."), _("A main cause"))


def _phone_looks_right(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    places = [("phone", entry.phone)]
    places += [(f"members.{index}.phone", member.phone) for index, member in enumerate(entry.members)]
    for path, phone in places:
        if not phone:
            continue
        digits = phone.replace("-", "")
        if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 12):
            yield Problem(
                path,
                "phone",
                _("A telephone number is 11 digits, or a landline with its area code."),
                "13800000000 / 0519-86000000",
            )


def _bank_account_is_digits(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    account = entry.bank_account
    if account and not (account.isascii() and account.isdigit() and 8 <= len(account) <= 30):
        yield Problem("bank_account", "digits", _("A bank account is 8 to 30 digits."), _("Digits only"))


def _one_head(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    if not entry.members:
        yield Problem("members", "empty", _("A household has at least one member."), _("One row for the head"))
        return
    if len(entry.members) > MOST_MEMBERS:
        yield Problem("members", "too_many", _("A household has at most 30 members here."), "≤ 30")
    heads = [index for index, member in enumerate(entry.members) if member.is_head]
    if not heads:
        yield Problem("members", "no_head", _("One member must be the head of the household."), _("Exactly one head"))
    for index in heads[1:]:
        yield Problem(
            f"members.{index}.relationship", "two_heads", _("A household has exactly one head."), _("Another relation")
        )


# --- Its members ------------------------------------------------------------------------------------------------
CODES_OF_MEMBER = {
    "relationship": frozenset(c.Relationship.values),
    "sex": frozenset(c.Sex.values),
    "ethnicity": frozenset(c.Ethnicity.values),
    "education": frozenset(c.Education.values),
    "schooling": frozenset(c.Schooling.values),
    "labour": frozenset(c.LabourCapacity.values),
    "employment": frozenset(c.Employment.values),
    "left_reason": frozenset(c.LeaveReason.values),
}
CODES_OF_HEALTH = frozenset(c.Health.values)
REQUIRED_OF_MEMBER = ("name", "id_number", "relationship", "sex", "born_on")


def _members(entry: HouseholdEntry) -> Iterator[tuple[str, MemberEntry]]:
    for index, member in enumerate(entry.members):
        yield f"members.{index}", member


def _members_are_complete(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    for path, member in _members(entry):
        for name in REQUIRED_OF_MEMBER:
            if not getattr(member, name):
                yield _missing(f"{path}.{name}")
        for name, codes in CODES_OF_MEMBER.items():
            value = getattr(member, name)
            if value and value not in codes:
                yield _unknown(f"{path}.{name}")
        if not CODES_OF_HEALTH.issuperset(member.health):
            yield _unknown(f"{path}.health")


def _id_numbers_are_right(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, member in _members(entry):
        if not member.id_number:
            continue
        where = f"{path}.id_number"
        try:
            number = identity.validate(member.id_number, today)
        except ValidationError as error:
            yield Problem(where, f"id_{error.code}", error.messages[0], _("18 characters, as on the identity card"))
            continue
        if number in seen and member.left_on is None:
            yield Problem(where, "id_twice", _("This ID number stands twice in the household."), _("Another number"))
        if member.left_on is None:
            seen.add(number)
        born_on, sex = identity.birth_date(number), identity.sex(number)
        if member.born_on and member.born_on != born_on:
            yield Problem(
                f"{path}.born_on", "id_born_on", _("The date of birth does not agree with the ID number."), f"{born_on}"
            )
        if member.sex and member.sex != sex:
            yield Problem(f"{path}.sex", "id_sex", _("The sex does not agree with the ID number."), c.Sex(sex).label)


def _member_dates_are_in_order(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    for path, member in _members(entry):
        for name in ("born_on", "joined_on", "left_on"):
            day = getattr(member, name)
            if day and day > today:
                yield Problem(f"{path}.{name}", "future", _("The date lies in the future."), _("Today or earlier"))
        if member.born_on and today.year - member.born_on.year > OLDEST_YEARS:
            yield Problem(f"{path}.born_on", "age", _("Nobody is over 120 years old."), _("The true date"))
        if member.born_on and member.joined_on and member.joined_on < member.born_on:
            yield Problem(f"{path}.joined_on", "order", _("A member cannot join before birth."), f"≥ {member.born_on}")
        earliest = max(filter(None, (member.born_on, member.joined_on)), default=None)
        if member.left_on and earliest and member.left_on < earliest:
            yield Problem(
                f"{path}.left_on", "order", _("A member cannot leave before joining or before birth."), f"≥ {earliest}"
            )


def _leaving_has_a_reason(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    for path, member in _members(entry):
        if member.left_on and not member.left_reason:
            yield Problem(f"{path}.left_reason", "required", _("Say why the member left."), _("A reason of the list"))
        if member.left_reason and not member.left_on:
            yield Problem(f"{path}.left_on", "required", _("Say when the member left."), _("A date"))


def _healthy_stands_alone(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    for path, member in _members(entry):
        if c.Health.HEALTHY in member.health and len(member.health) > 1:
            yield Problem(
                f"{path}.health",
                "exclusive",
                _("“Healthy” cannot stand beside an illness or disability."),
                _("One or the other"),
            )


def _employment_months_fit(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    for path, member in _members(entry):
        if member.employment_months is not None and not 0 <= member.employment_months <= 12:
            yield Problem(f"{path}.employment_months", "months", _("A year has twelve months."), "0–12")


R = c.Relationship
MALE_RELATIONS = {
    R.SON, R.SON_IN_LAW, R.SONS_SON, R.DAUGHTERS_SON, R.FATHER, R.WIFES_FATHER, R.HUSBANDS_FATHER, R.GRANDFATHER,
    R.MATERNAL_GRANDFATHER, R.NEPHEW, R.UNCLE, R.GREAT_GRANDSON,
}  # fmt: skip
FEMALE_RELATIONS = {
    R.DAUGHTER, R.DAUGHTER_IN_LAW, R.SONS_DAUGHTER, R.DAUGHTERS_DAUGHTER, R.MOTHER, R.WIFES_MOTHER, R.HUSBANDS_MOTHER,
    R.GRANDMOTHER, R.MATERNAL_GRANDMOTHER, R.SIBLING_IN_LAW, R.NIECE, R.GREAT_GRANDDAUGHTER,
}  # fmt: skip
PARENTS, CHILDREN = {R.FATHER, R.MOTHER}, {R.SON, R.DAUGHTER}


def _sex_fits_relation(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    """Rule 2_01_004, and 2_02_001 for the spouse."""
    head = entry.head
    for path, member in _members(entry):
        wanted = None
        if member.relationship in MALE_RELATIONS:
            wanted = c.Sex.MALE
        elif member.relationship in FEMALE_RELATIONS:
            wanted = c.Sex.FEMALE
        if wanted and member.sex and member.sex != wanted:
            yield Problem(f"{path}.relationship", "sex_relation", _("The relation does not fit the sex."), wanted.label)
        if member.relationship == R.SPOUSE and head and member.sex and member.sex == head.sex:
            yield Problem(
                f"{path}.relationship", "spouse_sex", _("Head and spouse have the same sex."), _("Another relation")
            )


def _ages_fit_relation(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    head = entry.head
    if head is None or head.born_on is None:
        return
    if head.age_on(today) < WORKING_AGE:
        path = f"members.{entry.members.index(head)}.relationship"
        yield _warning(path, "young_head", _("The head is under 16; please check."))
    for path, member in _members(entry):
        if member.born_on is None:
            continue
        years = (member.born_on - head.born_on).days / 365.25
        if member.relationship in CHILDREN and years < 14:
            yield _warning(f"{path}.born_on", "child_age", _("Less than 14 years between parent and child."))
        if member.relationship in PARENTS and years > -14:
            yield _warning(f"{path}.born_on", "parent_age", _("Less than 14 years between parent and child."))


def _labour_fits_age(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    """Rules 2_01_010 and 2_01_011."""
    able = {c.LabourCapacity.ORDINARY, c.LabourCapacity.SKILLED}
    for path, member in _members(entry):
        age = member.age_on(today)
        if age is None or member.left_on:
            continue
        if age < WORKING_AGE and member.labour in able:
            yield _warning(f"{path}.labour", "child_labour", _("Under 16, but recorded as able to work."))
        healthy = member.health == [c.Health.HEALTHY] and member.schooling == c.Schooling.NONE
        if WORKING_AGE <= age < PENSION_AGE and healthy and member.labour == c.LabourCapacity.NONE:
            yield _warning(
                f"{path}.labour", "able_adult", _("Healthy, of working age and not at school, but without labour.")
            )
        if member.employment and age < WORKING_AGE:
            yield _warning(f"{path}.employment", "child_employed", _("Under 16, but recorded as employed."))


def _schooling_fits_age(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    senior = {c.Schooling.SENIOR_1, c.Schooling.SENIOR_2, c.Schooling.SENIOR_3}
    senior |= {c.Schooling.VOCATIONAL_1, c.Schooling.VOCATIONAL_2, c.Schooling.VOCATIONAL_3}
    for path, member in _members(entry):
        age = member.age_on(today)
        if age is None or member.left_on:
            continue
        if member.schooling == c.Schooling.PRIMARY and not 6 <= age <= 14:
            yield _warning(f"{path}.schooling", "school_age", _("In primary school, but not between 6 and 14."))
        if member.schooling in senior and not 14 <= age <= 21:
            yield _warning(f"{path}.schooling", "school_age", _("In senior high school, but not between 14 and 21."))
        if 6 <= age < WORKING_AGE and member.schooling == c.Schooling.NONE:
            yield _warning(f"{path}.schooling", "dropout", _("Of school age, but not at school; please note why."))


# --- Its income -------------------------------------------------------------------------------------------------
def _incomes_are_right(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    seen: set[int] = set()
    for index, income in enumerate(entry.incomes):
        path = f"incomes.{index}"
        if income.year is None:
            yield _missing(f"{path}.year")
        elif not FIRST_YEAR <= income.year <= today.year:
            yield Problem(
                f"{path}.year", "year", _("The year must lie between 2000 and this year."), f"{FIRST_YEAR}–{today.year}"
            )
        elif income.year in seen:
            yield Problem(
                f"{path}.year", "year_twice", _("A household has one income statement a year."), _("Another year")
            )
        seen.add(income.year)
        for name, amount in income.amounts.items():
            where = f"{path}.{name}"
            if name not in IncomeYear.AMOUNTS:
                yield _unknown(where)
                continue
            try:
                exact = to_yuan(amount)
            except ValidationError as error:
                yield Problem(where, "amount", error.messages[0], "1234.50")
                continue
            if exact < 0:
                yield Problem(where, "negative", _("An amount cannot be negative."), "≥ 0")


def _incomes_are_plausible(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    """Wages of a few yuan or of a fortune, business without expense, a pension without a person old enough."""
    for index, income in enumerate(entry.incomes):
        path, amounts = f"incomes.{index}", income.amounts
        wages = amounts.get("wages") or 0
        if 0 < wages < 300 or wages > 300_000:
            yield _warning(f"{path}.wages", "wages", _("Unusual wages for a year; please check the unit (yuan)."))
        if (amounts.get("business") or 0) > 0 and not amounts.get("production_expense"):
            yield _warning(f"{path}.production_expense", "no_expense", _("Business income without any expense."))
        if (amounts.get("pension") or 0) > 0 and income.year:
            end = date(income.year, 12, 31)
            ages = [member.age_on(end) for member in entry.members]
            if not any(age is not None and age >= 55 for age in ages):
                yield _warning(f"{path}.pension", "no_pensioner", _("A pension, but nobody is old enough for one."))


# --- Facts about it ---------------------------------------------------------------------------------------------
def _facts_are_right(entry: HouseholdEntry, today: date) -> Iterator[Problem]:
    seen: set[tuple[str, date]] = set()
    for index, fact in enumerate(entry.facts):
        path = f"facts.{index}"
        for name in ("kind", "fact_date", "verification"):
            if not getattr(fact, name):
                yield _missing(f"{path}.{name}")
        if fact.kind and fact.kind not in c.FactKind:
            yield _unknown(f"{path}.kind")
        if fact.verification and fact.verification not in c.Verification:
            yield _unknown(f"{path}.verification")
        if fact.amount is not None and fact.amount < 0:
            yield Problem(f"{path}.amount", "negative", _("An amount cannot be negative."), "≥ 0")
        if fact.fact_date is None:
            continue
        if fact.fact_date > today:
            yield Problem(f"{path}.fact_date", "future", _("The date lies in the future."), _("Today or earlier"))
        if fact.ended_on and fact.ended_on < fact.fact_date:
            yield Problem(f"{path}.ended_on", "order", _("A fact cannot end before it began."), f"≥ {fact.fact_date}")
        if (fact.kind, fact.fact_date) in seen:
            yield Problem(
                f"{path}.fact_date",
                "fact_twice",
                _("A fact of this kind and date is already recorded."),
                _("Another date or kind"),
            )
        seen.add((fact.kind, fact.fact_date))


CHECKS = (
    _household_is_complete,
    _causes_differ,
    _phone_looks_right,
    _bank_account_is_digits,
    _one_head,
    _members_are_complete,
    _id_numbers_are_right,
    _member_dates_are_in_order,
    _leaving_has_a_reason,
    _healthy_stands_alone,
    _employment_months_fit,
    _sex_fits_relation,
    _ages_fit_relation,
    _labour_fits_age,
    _schooling_fits_age,
    _incomes_are_right,
    _incomes_are_plausible,
    _facts_are_right,
)
