"""Rules of the household itself: H-1 errors, H-2 doubts, H-3 hints."""

from django.utils.translation import gettext_lazy as _

from households import choices as c
from households.rules.entry import HouseholdEntry
from households.rules.table import Look, Rule, Severity

MOST_OTHER_CAUSES = 2
MOST_MEMBERS = 30
ERROR, DOUBT, HINT = Severity.ERROR, Severity.DOUBT, Severity.HINT
UNKNOWN, A_CODE = _("This is not one of the choices."), _("A label or code of the list")
ON_REGISTER = {c.HouseholdStatus.REGISTERED, c.HouseholdStatus.EXITED_SUPPORTED, c.HouseholdStatus.EXITED}
EXITED = {c.HouseholdStatus.EXITED_SUPPORTED, c.HouseholdStatus.EXITED}


def is_phone(phone: str) -> bool:
    """Seven to twelve digits, with or without hyphens: a mobile number, or a landline with or without its area."""
    digits = phone.replace("-", "")
    return digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 12


def is_odd_mobile(phone: str, look: Look) -> bool:
    """A number that begins as a mobile number does and has not as many digits as one."""
    return phone.startswith("1") and is_phone(phone) and len(phone.replace("-", "")) != look.limits.mobile_digits


def _is_account(account: str) -> bool:
    return account.isascii() and account.isdigit() and 8 <= len(account) <= 30


def fails_luhn(account: str) -> bool:
    """Whether a number as long as a bank card's has a last digit that does not fit (ISO/IEC 7812)."""
    if not (_is_account(account) and 16 <= len(account) <= 19):
        return False
    total = 0
    for position, digit in enumerate(reversed(account)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 != 0


def _names(cause: c.Cause, entry: HouseholdEntry) -> list[str]:
    """The field in which a cause is named, if it is."""
    if entry.main_cause == cause:
        return ["main_cause"]
    return ["other_causes"] if cause in entry.other_causes else []


def _without(cause: c.Cause, is_borne_out) -> object:
    """A cause is named that nothing in the household bears out."""

    def hits(entry: HouseholdEntry, look: Look):
        named = _names(cause, entry)
        return named if named and entry.members and not is_borne_out(look) else False

    return hits


def _healths(_entry: HouseholdEntry, look: Look) -> list:
    return sorted(look.illnesses)


def _allowance(entry: HouseholdEntry, look: Look, attribute: c.HouseholdAttribute, item: str) -> bool:
    """The attribute says that there is an allowance, and the latest statement has none."""
    return entry.attribute == attribute and look.latest_income is not None and not look.latest_income.amounts.get(item)


RULES = (
    Rule("H-101", "required", ERROR, "village", _("This must be filled in."), wanted=_("A value"),
         hits=lambda entry, look: not entry.village),
    Rule("H-102", "choice", ERROR, "attribute", UNKNOWN, wanted=A_CODE,
         hits=lambda entry, look: entry.attribute not in c.HouseholdAttribute),
    Rule("H-103", "choice", ERROR, "main_cause", UNKNOWN, wanted=A_CODE,
         hits=lambda entry, look: bool(entry.main_cause) and entry.main_cause not in c.Cause),
    Rule("H-104", "choice", ERROR, "other_causes", UNKNOWN, wanted=A_CODE,
         hits=lambda entry, look: any(cause not in c.Cause for cause in entry.other_causes)),
    Rule("H-105", "cause_twice", ERROR, "other_causes", _("The main cause is named again among the others."),
         wanted=_("Other causes only"),
         hits=lambda entry, look: bool(entry.main_cause) and entry.main_cause in entry.other_causes),
    Rule("H-106", "too_many", ERROR, "other_causes", _("At most two other causes."), wanted=_("No more than two"),
         hits=lambda entry, look: len(set(entry.other_causes)) > MOST_OTHER_CAUSES),
    Rule("H-107", "required", ERROR, "main_cause", _("Name the main cause first."), wanted=_("A main cause"),
         hits=lambda entry, look: bool(entry.other_causes) and not entry.main_cause),
    Rule("H-108", "phone", ERROR, "phone", _("A telephone number is 11 digits, or a landline with its area code."),
         wanted="13800000000 / 0519-86000000",
         hits=lambda entry, look: bool(entry.phone) and not is_phone(entry.phone)),
    Rule("H-109", "digits", ERROR, "bank_account", _("A bank account is 8 to 30 digits."), wanted=_("Digits only"),
         hits=lambda entry, look: bool(entry.bank_account) and not _is_account(entry.bank_account)),
    Rule("H-110", "empty", ERROR, "members", _("A household has at least one member."),
         wanted=_("One row for the head"), hits=lambda entry, look: not entry.members),
    Rule("H-111", "too_many", ERROR, "members", _("A household has at most 30 members here."), wanted="≤ 30",
         hits=lambda entry, look: len(entry.members) > MOST_MEMBERS),
    Rule("H-112", "no_head", ERROR, "members", _("One member must be the head of the household."),
         wanted=_("Exactly one head"), hits=lambda entry, look: bool(entry.members) and look.head is None),

    Rule("H-201", "mobile", DOUBT, "phone", _("A mobile telephone number has %(mobile_digits)d digits; please check."),
         wanted=_("11 digits"), hits=lambda entry, look: is_odd_mobile(entry.phone, look)),
    Rule("H-202", "village_gone", DOUBT, "village", _("This village no longer exists; choose the one it went into."),
         wanted=_("A village of today"), hits=lambda entry, look: entry.village in look.circumstances.gone_villages),
    Rule("H-203", "no_cause", DOUBT, "main_cause", _("A household on the register has no main cause of poverty."),
         wanted=_("A main cause"), reads=("status",),
         hits=lambda entry, look: entry.status == c.HouseholdStatus.REGISTERED and not entry.main_cause),
    Rule("H-204", "cause_illness", DOUBT, "main_cause", _("The cause is illness, but no member is recorded as ill."),
         speaks_of=_healths, hits=_without(c.Cause.ILLNESS, lambda look: look.illnesses & {
             c.Health.CHRONIC, c.Health.SERIOUS})),
    Rule("H-205", "cause_disability", DOUBT, "main_cause",
         _("The cause is disability, but no member is recorded as disabled."), speaks_of=_healths,
         hits=_without(c.Cause.DISABILITY, lambda look: c.Health.DISABLED in look.illnesses)),
    Rule("H-206", "cause_schooling", DOUBT, "main_cause", _("The cause is schooling, but no member is at school."),
         hits=_without(c.Cause.SCHOOLING, lambda look: look.has_student)),
    Rule("H-207", "cause_labour", DOUBT, "main_cause",
         _("The cause is a lack of labour, but %(able_workers)d or more members are able to work."),
         speaks_of=lambda entry, look: look.able_workers,
         hits=_without(c.Cause.LABOUR, lambda look: look.able_workers < look.limits.able_workers)),
    Rule("H-208", "destitute_worker", DOUBT, "attribute",
         _("A destitute-support household has a member who is able to work."),
         speaks_of=lambda entry, look: look.able_workers,
         hits=lambda entry, look: entry.attribute == c.HouseholdAttribute.DESTITUTE and look.able_workers > 0),
    Rule("H-209", "no_subsistence", DOUBT, "attribute",
         _("A subsistence-allowance household, but its latest income statement has no such allowance."),
         speaks_of=lambda entry, look: look.latest_income.year,
         hits=lambda entry, look: _allowance(entry, look, c.HouseholdAttribute.SUBSISTENCE, "subsistence_allowance")),
    Rule("H-210", "no_destitute", DOUBT, "attribute",
         _("A destitute-support household, but its latest income statement has no such allowance."),
         speaks_of=lambda entry, look: look.latest_income.year,
         hits=lambda entry, look: _allowance(entry, look, c.HouseholdAttribute.DESTITUTE, "destitute_support")),
    Rule("H-211", "no_statement", DOUBT, "incomes",
         _("A household on the register has no income statement of the year that the standard looks at."),
         reads=("status",), speaks_of=lambda entry, look: look.circumstances.income_year,
         hits=lambda entry, look: entry.status in ON_REGISTER and look.circumstances.income_year is not None
         and all(income.year != look.circumstances.income_year for income in entry.incomes)),

    Rule("H-301", "luhn", HINT, "bank_account", _("The last digit of the bank card does not fit; please check."),
         hits=lambda entry, look: fails_luhn(entry.bank_account)),
    Rule("H-302", "no_living", HINT, "living", _("The living conditions of a household on the register are missing."),
         hits=lambda entry, look: entry.status in ON_REGISTER and entry.living is None),
)  # fmt: skip
