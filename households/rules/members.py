"""Rules of each member: M-1 errors, M-2 doubts, M-3 hints. Doubts and hints are not asked of who has left."""

from django.utils.translation import gettext_lazy as _

from fupin import identity
from households import choices as c
from households.rules.entry import MemberEntry
from households.rules.household import is_odd_mobile, is_phone
from households.rules.table import Look, Rule, Severity

OLDEST_YEARS = 120
ERROR, DOUBT, HINT = Severity.ERROR, Severity.DOUBT, Severity.HINT
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
PARENTS_IN_LAW = {R.WIFES_FATHER, R.WIFES_MOTHER, R.HUSBANDS_FATHER, R.HUSBANDS_MOTHER}
SENIOR = {
    c.Schooling.SENIOR_1, c.Schooling.SENIOR_2, c.Schooling.SENIOR_3,
    c.Schooling.VOCATIONAL_1, c.Schooling.VOCATIONAL_2, c.Schooling.VOCATIONAL_3,
}  # fmt: skip
REQUIRED_OF_MEMBER = ("name", "id_number", "relationship", "sex", "born_on")
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
DAYS_A_YEAR = 365.25


def _missing(member: MemberEntry, look: Look) -> list[str]:
    return [name for name in REQUIRED_OF_MEMBER if not getattr(member, name)]


def _unknown(member: MemberEntry, look: Look) -> list[str]:
    names = [
        name
        for name, codes in CODES_OF_MEMBER.items()
        if (value := getattr(member, name)) and value not in codes
    ]  # fmt: skip
    return names if CODES_OF_HEALTH.issuperset(member.health) else [*names, "health"]


def _id(code: str):
    """The ID number is wrong in this way."""
    return lambda member, look: (fault := look.id_fault(member)) is not None and fault.code == code


def _id_message(member: MemberEntry, look: Look) -> str:
    return look.id_fault(member).messages[0]


def _stands_twice(member: MemberEntry, look: Look) -> bool:
    """An earlier present member of the household has the same ID number."""
    if member.left_on is not None or not (number := look.number_of(member)):
        return False
    for other in look.present:
        if other is member:
            return False
        if look.number_of(other) == number:
            return True
    return False


def _born_otherwise(member: MemberEntry, look: Look) -> bool:
    number = look.number_of(member)
    return bool(number and member.born_on) and member.born_on != identity.birth_date(number)


def _other_sex(member: MemberEntry, look: Look) -> bool:
    number = look.number_of(member)
    return bool(number and member.sex) and member.sex != identity.sex(number)


def _future(member: MemberEntry, look: Look) -> list[str]:
    return [name for name in ("born_on", "joined_on", "left_on") if (day := getattr(member, name)) and day > look.today]


def _earliest(member: MemberEntry):
    """The first day on which the member can have left."""
    return max(filter(None, (member.born_on, member.joined_on)), default=None)


def _wanted_sex(member: MemberEntry):
    if member.relationship in MALE_RELATIONS:
        return c.Sex.MALE
    return c.Sex.FEMALE if member.relationship in FEMALE_RELATIONS else None


def _sex_does_not_fit(member: MemberEntry, look: Look) -> bool:
    wanted = _wanted_sex(member)
    return wanted is not None and bool(member.sex) and member.sex != wanted


def _spouse_of_same_sex(member: MemberEntry, look: Look) -> bool:
    if member.relationship != R.SPOUSE or look.head is None or not member.sex:
        return False
    return member.sex == look.head.sex


def _is_second_head(member: MemberEntry, look: Look) -> bool:
    return member.is_head and look.head is not member


def _years_between(older: MemberEntry | None, younger: MemberEntry | None) -> float | None:
    """By how many years one member is older than another; None where that cannot be told."""
    if older is None or younger is None or older.born_on is None or younger.born_on is None:
        return None
    return (younger.born_on - older.born_on).days / DAYS_A_YEAR


def _too_old_a_child(member: MemberEntry, look: Look) -> bool:
    if member.relationship not in CHILDREN:
        return False
    years = _years_between(look.head, member)
    return years is not None and years < look.limits.parent_years


def _too_young_a_parent(member: MemberEntry, look: Look) -> bool:
    years = _years_between(member, _child_of(member, look))
    return years is not None and years < look.limits.parent_years


def _child_of(parent: MemberEntry, look: Look) -> MemberEntry | None:
    """Whose parent a member is: the head's, or the spouse's."""
    if parent.relationship in PARENTS:
        return look.head
    return look.spouse if parent.relationship in PARENTS_IN_LAW else None


def _born_of_head(member: MemberEntry, look: Look):
    return look.head and look.head.born_on


def _born_of_child(member: MemberEntry, look: Look):
    child = _child_of(member, look)
    return child and child.born_on


def _is_child(member: MemberEntry, look: Look) -> bool:
    return look.is_aged(member, 0, look.limits.working_age - 1)


def _is_at_school(member: MemberEntry) -> bool:
    return member.schooling not in ("", c.Schooling.NONE)


def _able_adult(member: MemberEntry, look: Look) -> bool:
    return (
        member.labour == c.LabourCapacity.NONE
        and member.health == [c.Health.HEALTHY]
        and member.schooling == c.Schooling.NONE
        and look.is_aged(member, look.limits.working_age, look.limits.pension_age_men - 1)
    )


def _outside(member: MemberEntry, look: Look, ages: tuple[int, int]) -> bool:
    """A present member whose age is known and lies outside these, both ends counted inside."""
    return look.is_aged(member, 0) and not look.is_aged(member, *ages)


RULES = (
    Rule("M-101", "required", ERROR, "name", _("This must be filled in."), wanted=_("A value"), hits=_missing),
    Rule("M-102", "choice", ERROR, "relationship", _("This is not one of the choices."),
         wanted=_("A label or code of the list"), hits=_unknown),
    *(
        Rule(number, f"id_{code}", ERROR, "id_number", message, hits=_id(code), tell=_id_message,
             wanted=_("18 characters, as on the identity card"))
        for number, code, message in (
            ("M-103", "length", _("An ID number has 18 characters.")),
            ("M-104", "characters", _("An ID number is 17 digits and a last digit or X.")),
            ("M-105", "date", _("Digits 7 to 14 of the ID number are not a date.")),
            ("M-106", "future", _("The date of birth in the ID number lies in the future.")),
            ("M-107", "age", _("The ID number says that the person is over 120 years old.")),
            ("M-108", "check", _("The last character of the ID number does not fit; check for a mistyped digit.")),
        )
    ),
    Rule("M-109", "id_twice", ERROR, "id_number", _("This ID number stands twice in the household."),
         wanted=_("Another number"), hits=_stands_twice),
    Rule("M-110", "id_born_on", ERROR, "born_on", _("The date of birth does not agree with the ID number."),
         wanted=lambda member, look: f"{identity.birth_date(look.number_of(member))}", hits=_born_otherwise),
    Rule("M-111", "id_sex", ERROR, "sex", _("The sex does not agree with the ID number."),
         wanted=lambda member, look: c.Sex(identity.sex(look.number_of(member))).label, hits=_other_sex),
    Rule("M-112", "future", ERROR, "born_on", _("The date lies in the future."), wanted=_("Today or earlier"),
         hits=_future),
    Rule("M-113", "age", ERROR, "born_on", _("Nobody is over 120 years old."), wanted=_("The true date"),
         hits=lambda member, look: bool(member.born_on) and look.today.year - member.born_on.year > OLDEST_YEARS),
    Rule("M-114", "order", ERROR, "joined_on", _("A member cannot join before birth."),
         wanted=lambda member, look: f"≥ {member.born_on}",
         hits=lambda member, look: bool(member.born_on and member.joined_on) and member.joined_on < member.born_on),
    Rule("M-115", "order", ERROR, "left_on", _("A member cannot leave before joining or before birth."),
         wanted=lambda member, look: f"≥ {_earliest(member)}",
         hits=lambda member, look: bool(member.left_on and (first := _earliest(member))) and member.left_on < first),
    Rule("M-116", "required", ERROR, "left_reason", _("Say why the member left."), wanted=_("A reason of the list"),
         hits=lambda member, look: bool(member.left_on) and not member.left_reason),
    Rule("M-117", "required", ERROR, "left_on", _("Say when the member left."), wanted=_("A date"),
         hits=lambda member, look: bool(member.left_reason) and not member.left_on),
    Rule("M-118", "exclusive", ERROR, "health", _("“Healthy” cannot stand beside an illness or disability."),
         wanted=_("One or the other"),
         hits=lambda member, look: len(member.health) > 1 and c.Health.HEALTHY in member.health),
    Rule("M-119", "months", ERROR, "employment_months", _("A year has twelve months."), wanted="0–12",
         hits=lambda member, look: member.employment_months is not None and not 0 <= member.employment_months <= 12),
    Rule("M-120", "sex_relation", ERROR, "relationship", _("The relation does not fit the sex."),
         wanted=lambda member, look: _wanted_sex(member).label, hits=_sex_does_not_fit),
    Rule("M-121", "spouse_sex", ERROR, "relationship", _("Head and spouse have the same sex."),
         wanted=_("Another relation"), hits=_spouse_of_same_sex),
    Rule("M-122", "two_heads", ERROR, "relationship", _("A household has exactly one head."),
         wanted=_("Another relation"), hits=_is_second_head),
    Rule("M-123", "phone", ERROR, "phone", _("A telephone number is 11 digits, or a landline with its area code."),
         wanted="13800000000 / 0519-86000000",
         hits=lambda member, look: bool(member.phone) and not is_phone(member.phone)),

    Rule("M-201", "young_head", DOUBT, "relationship", _("The head is under %(working_age)d; please check."),
         reads=("born_on",),
         hits=lambda member, look: member is look.head and _is_child(member, look)),
    Rule("M-202", "child_age", DOUBT, "born_on", _("Less than %(parent_years)d years between parent and child."),
         reads=("relationship",), speaks_of=_born_of_head, hits=_too_old_a_child),
    Rule("M-203", "parent_age", DOUBT, "born_on", _("Less than %(parent_years)d years between parent and child."),
         reads=("relationship",), speaks_of=_born_of_child, hits=_too_young_a_parent),
    Rule("M-204", "child_labour", DOUBT, "labour", _("Under %(working_age)d, but recorded as able to work."),
         reads=("born_on",),
         hits=lambda member, look: member.labour not in ("", c.LabourCapacity.NONE) and _is_child(member, look)),
    Rule("M-205", "able_adult", DOUBT, "labour",
         _("Healthy, of working age and not at school, but without labour."),
         reads=("born_on", "health", "schooling"), hits=_able_adult),
    Rule("M-206", "child_employed", DOUBT, "employment", _("Under %(working_age)d, but recorded as employed."),
         reads=("born_on",),
         hits=lambda member, look: bool(member.employment) and _is_child(member, look)),
    Rule("M-207", "student_employed", DOUBT, "employment", _("At school, but recorded as employed."),
         reads=("schooling",),
         hits=lambda member, look: bool(member.employment) and _is_at_school(member) and member.left_on is None),
    Rule("M-208", "primary_age", DOUBT, "schooling",
         _("In primary school, but not between %(primary_first)d and %(primary_last)d."),
         reads=("born_on",),
         hits=lambda member, look: member.schooling == c.Schooling.PRIMARY
         and _outside(member, look, look.limits.primary_ages)),
    Rule("M-209", "senior_age", DOUBT, "schooling",
         _("In senior high or vocational school, but not between %(senior_first)d and %(senior_last)d."),
         reads=("born_on",),
         hits=lambda member, look: member.schooling in SENIOR and _outside(member, look, look.limits.senior_ages)),
    Rule("M-210", "dropout", DOUBT, "schooling", _("Of school age, but not at school; please note why."),
         reads=("born_on",),
         hits=lambda member, look: member.schooling == c.Schooling.NONE
         and look.is_aged(member, *look.limits.school_ages)),
    Rule("M-211", "education_of_child", DOUBT, "education",
         _("Under %(school_first)d, but recorded with an education already completed."), reads=("born_on",),
         hits=lambda member, look: member.education not in ("", c.Education.PRESCHOOL)
         and look.is_aged(member, 0, look.limits.school_ages[0] - 1)),
    Rule("M-212", "preschool_education", DOUBT, "education", _("Recorded as a pre-school child, but too old for one."),
         reads=("born_on",),
         hits=lambda member, look: member.education == c.Education.PRESCHOOL
         and look.is_aged(member, look.limits.preschool_until + 1)),
    Rule("M-213", "early_college", DOUBT, "education", _("Junior college or above, but under %(college_from)d."),
         reads=("born_on",),
         hits=lambda member, look: member.education == c.Education.COLLEGE
         and look.is_aged(member, 0, look.limits.college_from - 1)),
    Rule("M-214", "months_without_work", DOUBT, "employment", _("Months worked away, but no employment is recorded."),
         reads=("employment_months",),
         hits=lambda member, look: bool(member.employment_months) and not member.employment
         and member.left_on is None),
    Rule("M-215", "mobile", DOUBT, "phone", _("A mobile telephone number has %(mobile_digits)d digits; please check."),
         wanted=_("11 digits"),
         hits=lambda member, look: member.left_on is None and is_odd_mobile(member.phone, look)),

    Rule("M-301", "no_health", HINT, "health", _("The state of health is not recorded."),
         hits=lambda member, look: not member.health and member.left_on is None),
    Rule("M-302", "no_labour", HINT, "labour", _("The labour capacity of somebody of working age is not recorded."),
         hits=lambda member, look: not member.labour
         and look.is_aged(member, look.limits.working_age, look.limits.pension_age_men - 1)),
    Rule("M-303", "no_months", HINT, "employment_months", _("Employed, but the months of the year are missing."),
         hits=lambda member, look: bool(member.employment) and member.employment_months is None
         and member.left_on is None),
)  # fmt: skip
