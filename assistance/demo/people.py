"""Invented households: who lives there, what they learnt, how they are, and what they earn. No database here.

All of it is drawn from one random stream, so that a seed always gives the same register.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from assistance.demo import names
from fupin.identity import check_character
from households.choices import (
    Cause,
    Education,
    Employment,
    FactKind,
    Health,
    HouseholdAttribute,
    LabourCapacity,
    LeaveReason,
    Relationship,
    Schooling,
    Sex,
    Verification,
)

REFERENCE_DATE = date(2015, 12, 31)
REFERENCE_YEAR = 2015
YEARS = (2014, 2015, 2016, 2017)
LINE_FEN = 9_000_00

# How a year compares with 2015, in thousandths.
_LEVEL_OF_YEAR = {2014: 915, 2015: 1000, 2016: 1085, 2017: 1170}
_DISQUALIFYING = {FactKind.VEHICLE, FactKind.HOUSING, FactKind.BUSINESS, FactKind.PAYROLL}
_QUALIFYING = {FactKind.SUBSISTENCE, FactKind.DESTITUTE}

# Shapes of households: weight, and each person's (relation, youngest, oldest) beside the head's age.
_SHAPES: list[tuple[int, tuple[int, int], list[tuple[str, int, int]]]] = [
    (12, (62, 88), []),
    (5, (28, 59), []),
    (18, (60, 84), [("spouse", -4, 3)]),
    (9, (30, 58), [("spouse", -4, 3)]),
    (20, (30, 52), [("spouse", -4, 3), ("child", -30, -23)]),
    (8, (32, 50), [("spouse", -4, 3), ("child", -30, -25), ("child", -27, -22)]),
    (10, (34, 54), [("spouse", -4, 3), ("child", -30, -23), ("parent", 22, 32)]),
    (12, (52, 70), [("spouse", -4, 3), ("heir", -28, -23), ("heirs_spouse", -29, -22), ("grandchild", -58, -48)]),
    (4, (32, 54), [("child", -30, -23)]),
    (2, (63, 80), [("grandchild", -62, -50)]),
]
_SHAPE_WEIGHTS = [shape[0] for shape in _SHAPES]
_RELATION = {
    ("child", "1"): Relationship.SON,
    ("child", "2"): Relationship.DAUGHTER,
    ("heir", "1"): Relationship.SON,
    ("heir", "2"): Relationship.DAUGHTER,
    ("heirs_spouse", "1"): Relationship.SON_IN_LAW,
    ("heirs_spouse", "2"): Relationship.DAUGHTER_IN_LAW,
    ("grandchild", "1"): Relationship.SONS_SON,
    ("grandchild", "2"): Relationship.SONS_DAUGHTER,
    ("parent", "1"): Relationship.FATHER,
    ("parent", "2"): Relationship.MOTHER,
}


@dataclass(slots=True)
class Person:
    name: str
    sex: str
    born_on: date
    relationship: str
    education: str = ""
    schooling: str = Schooling.NONE
    health: list[str] = field(default_factory=lambda: [Health.HEALTHY])
    labour: str = ""
    employment: str = ""
    months: int | None = None
    is_registered_resident: bool = True
    is_living_together: bool = True
    joined_on: date | None = None
    left_on: date | None = None
    left_reason: str = ""
    id_number: str = ""

    @property
    def age(self) -> int:
        """Full years on the reference date."""
        return REFERENCE_YEAR - self.born_on.year

    @property
    def counts(self) -> bool:
        """Whether the person counts on the reference date, by shared living."""
        return (
            self.is_living_together
            and self.born_on <= REFERENCE_DATE
            and (self.joined_on is None or self.joined_on <= REFERENCE_DATE)
            and (self.left_on is None or self.left_on > REFERENCE_DATE)
        )


@dataclass(slots=True)
class Evidence:
    kind: str
    fact_date: date
    ended_on: date | None
    verification: str

    @property
    def counts(self) -> bool:
        """Whether it is verified and holds on the reference date."""
        return (
            self.verification == Verification.TRUE
            and self.fact_date <= REFERENCE_DATE
            and (self.ended_on is None or self.ended_on > REFERENCE_DATE)
        )


@dataclass(slots=True)
class Family:
    """An invented household; amounts of `incomes` are whole fen by item of IncomeYear."""

    members: list[Person]
    incomes: dict[int, dict[str, int]]
    facts: list[Evidence]
    phone: str
    attribute: str
    main_cause: str
    other_causes: list[str]
    is_registered: bool

    @property
    def head(self) -> Person:
        return self.members[0]


class IdNumbers:
    """Correct and different ID numbers. `taken` counts those in use by date of birth and sex."""

    def __init__(self, taken: Counter | None = None) -> None:
        self._next = Counter(taken or {})

    def give(self, born_on: date, sex: str) -> str:
        order = self._next[born_on, sex]
        self._next[born_on, sex] += 1
        if order >= 500:
            raise ValueError("More than 500 people of one sex share a birthday: too many households for the demo.")
        sequence = ((order * 137 + born_on.toordinal() * 61) % 500) * 2 + (1 if sex == Sex.MALE else 0)
        first_17 = f"320412{born_on:%Y%m%d}{sequence:03d}"
        return first_17 + check_character(first_17)


def phone_number(random: Random) -> str:
    """A mobile number of the right shape in a range (154) that no operator gives out."""
    return f"154{random.randrange(10**8):08d}"


def make_family(random: Random, ids: IdNumbers) -> Family:
    """Invent one household."""
    shape = random.choices(_SHAPES, _SHAPE_WEIGHTS)[0]
    members = _make_members(random, shape)
    for person in members:
        _describe(random, person)
    _let_time_pass(random, members)
    for person in members:
        person.id_number = ids.give(person.born_on, person.sex)
    heads = max(sum(person.counts for person in members), 1)
    level = _per_head_fen(random, members)
    facts = _make_facts(random, level)
    incomes = _make_incomes(random, members, level * heads, facts)
    is_registered = _is_registered(random, members, incomes.get(REFERENCE_YEAR), facts)
    kinds = {fact.kind for fact in facts if fact.counts}
    main_cause, *other_causes = _causes(random, members) if is_registered else ("",)
    return Family(
        members=members,
        incomes=incomes,
        facts=facts,
        phone=phone_number(random) if random.random() < 0.9 else "",
        attribute=_attribute(random, kinds, is_registered),
        main_cause=main_cause,
        other_causes=other_causes,
        is_registered=is_registered,
    )


def _make_members(random: Random, shape) -> list[Person]:
    _weight, (youngest, oldest), others = shape
    age = random.randint(youngest, oldest)
    sex = Sex.MALE if random.random() < 0.82 else Sex.FEMALE
    family_name = names.surname(random)
    members = [_make_person(random, family_name, sex, age, Relationship.HEAD)]
    heirs_sex = Sex.MALE
    for part, younger, older in others:
        their_age = max(age + random.randint(younger, older), 1)
        if part == "spouse":
            other = Sex.FEMALE if sex == Sex.MALE else Sex.MALE
            members.append(_make_person(random, names.surname(random), other, their_age, Relationship.SPOUSE))
            continue
        their_sex = random.choice((Sex.MALE, Sex.FEMALE))
        if part == "heir":
            heirs_sex = their_sex
        if part == "heirs_spouse":
            their_sex = Sex.FEMALE if heirs_sex == Sex.MALE else Sex.MALE
        relation = _RELATION[part, their_sex]
        if part == "grandchild" and heirs_sex == Sex.FEMALE:
            relation = Relationship.DAUGHTERS_SON if their_sex == Sex.MALE else Relationship.DAUGHTERS_DAUGHTER
        married_in = part == "heirs_spouse" or relation == Relationship.MOTHER
        their_family = names.surname(random) if married_in else family_name
        members.append(_make_person(random, their_family, their_sex, their_age, relation))
    return members


def _make_person(random: Random, family_name: str, sex: str, age: int, relationship: str) -> Person:
    born_on = date(REFERENCE_YEAR - age, 1, 1) + timedelta(days=random.randrange(365))
    return Person(family_name + names.given_name(random, sex, born_on.year), sex, born_on, relationship)


def _describe(random: Random, person: Person) -> None:
    age = person.age
    person.education, person.schooling = _education(random, age)
    if (draw := random.random()) < 0.02 + age / 450:
        person.health = [Health.CHRONIC] if draw > 0.05 else [random.choice((Health.SERIOUS, Health.DISABLED))]
        if random.random() < 0.06 and Health.CHRONIC not in person.health:
            person.health = [*person.health, Health.CHRONIC]
    impaired = Health.SERIOUS in person.health or Health.DISABLED in person.health
    if age < 16 or age > 74:
        person.labour = LabourCapacity.NONE
    elif impaired:
        person.labour = random.choice((LabourCapacity.LOST, LabourCapacity.WEAK))
    elif age > (60 if person.sex == Sex.MALE else 55):
        person.labour = LabourCapacity.WEAK
    else:
        person.labour = LabourCapacity.SKILLED if random.random() < 0.2 else LabourCapacity.ORDINARY
    if person.labour in (LabourCapacity.ORDINARY, LabourCapacity.SKILLED) and person.schooling == Schooling.NONE:
        person.employment = random.choices(
            (Employment.TOWNSHIP, Employment.COUNTY, Employment.PROVINCE, Employment.ELSEWHERE), (60, 30, 7, 3)
        )[0]
        person.months = random.randint(6, 12)
    person.is_registered_resident = random.random() > 0.03
    if person.relationship != Relationship.HEAD:
        person.is_living_together = random.random() > 0.03


def _education(random: Random, age: int) -> tuple[str, str]:
    if age < 3:
        return Education.PRESCHOOL, Schooling.NONE
    if age < 7:
        return Education.PRESCHOOL, Schooling.PRESCHOOL
    if age < 13:
        return Education.PRIMARY, Schooling.PRIMARY
    if age < 16:
        return Education.JUNIOR, (Schooling.GRADE_7, Schooling.GRADE_8, Schooling.GRADE_9)[age - 13]
    if age < 19:
        senior = (Schooling.SENIOR_1, Schooling.SENIOR_2, Schooling.SENIOR_3)
        vocational = (Schooling.VOCATIONAL_1, Schooling.VOCATIONAL_2, Schooling.VOCATIONAL_3)
        return Education.SENIOR, (senior if random.random() < 0.6 else vocational)[age - 16]
    if age < 22 and random.random() < 0.5:
        return Education.COLLEGE, Schooling.COLLEGE
    levels = (Education.ILLITERATE, Education.PRIMARY, Education.JUNIOR, Education.SENIOR, Education.COLLEGE)
    weights = (25, 45, 22, 7, 1) if age > 62 else (2, 20, 50, 20, 8) if age > 38 else (0, 3, 37, 30, 30)
    return random.choices(levels, weights)[0], Schooling.NONE


def _let_time_pass(random: Random, members: list[Person]) -> None:
    """Deaths, marriages and births around the reference date: what makes 'who counts' worth asking."""
    draw = random.random()
    others = members[1:]
    if draw < 0.02 and others:
        person = random.choice(others)
        person.left_on = REFERENCE_DATE + timedelta(days=random.randint(-700, 500))
        if person.age > 62:
            person.left_reason = LeaveReason.DEATH
        else:
            person.left_reason = random.choice((LeaveReason.MARRIED_OUT, LeaveReason.MOVED_OUT))
        if person.left_on < person.born_on:
            person.left_on, person.left_reason = None, ""
    elif draw < 0.03 and any(person.relationship == Relationship.DAUGHTER_IN_LAW for person in others):
        sex = random.choice((Sex.MALE, Sex.FEMALE))
        born_on = REFERENCE_DATE + timedelta(days=random.randint(-200, 400))
        relation = Relationship.SONS_SON if sex == Sex.MALE else Relationship.SONS_DAUGHTER
        name = members[0].name[0] + names.given_name(random, sex, born_on.year)
        child = Person(name, sex, born_on, relation, Education.PRESCHOOL, labour=LabourCapacity.NONE)
        child.joined_on = born_on
        members.append(child)
    elif draw < 0.04:
        for person in others:
            if person.relationship in (Relationship.DAUGHTER_IN_LAW, Relationship.SON_IN_LAW):
                person.joined_on = REFERENCE_DATE + timedelta(days=random.randint(-900, 300))


def _per_head_fen(random: Random, members: list[Person]) -> int:
    """Net income a head in the reference year: about every eighth household lies below the line."""
    if random.random() < 0.003:
        return LINE_FEN + random.choice((-1, 0, 1))
    workers = sum(person.labour in (LabourCapacity.ORDINARY, LabourCapacity.SKILLED) for person in members)
    burden = 0.85 if workers == 0 else 1.12 if workers * 2 >= len(members) else 1.0
    level = int(random.lognormvariate(9.88, 0.66) * burden * 100)
    if random.random() < 0.004:
        return -random.randint(100_00, 3_000_00)
    return min(max(level, 1_200_00), 260_000_00)


def _make_facts(random: Random, level: int) -> list[Evidence]:
    facts: list[Evidence] = []
    wealthy = level > LINE_FEN
    rates = (
        (FactKind.VEHICLE, 0.026 if wealthy else 0.008),
        (FactKind.HOUSING, 0.012 if wealthy else 0.003),
        (FactKind.BUSINESS, 0.014 if wealthy else 0.006),
        (FactKind.PAYROLL, 0.010 if wealthy else 0.002),
        (FactKind.SUBSISTENCE, 0.003 if wealthy else 0.16),
        (FactKind.DESTITUTE, 0.0 if wealthy else 0.025),
    )
    for kind, rate in rates:
        if random.random() >= rate:
            continue
        fact_date = date(2009, 1, 1) + timedelta(days=random.randrange(2800))
        ended_on = fact_date + timedelta(days=random.randint(200, 2600)) if random.random() < 0.15 else None
        verification = random.choices(
            (Verification.TRUE, Verification.PENDING, Verification.FALSE, Verification.EXPLAINED), (76, 14, 5, 5)
        )[0]
        facts.append(Evidence(kind, fact_date, ended_on, verification))
    return facts


def _make_incomes(random: Random, members: list[Person], net: int, facts: list[Evidence]) -> dict:
    """Statements of the years, of which the reference year's comes to exactly `net` fen."""
    kinds = {fact.kind for fact in facts if fact.counts}
    incomes = {}
    missing = random.random()
    for year in YEARS:
        if (missing < 0.012 and year == REFERENCE_YEAR) or (year != REFERENCE_YEAR and random.random() < 0.02):
            continue
        wanted = net
        if year != REFERENCE_YEAR:
            wanted = net * _LEVEL_OF_YEAR[year] * random.randint(93, 108) // 100_000 // 100 * 100
        incomes[year] = _split(random, members, wanted, kinds, year)
    return incomes


def _split(random: Random, members: list[Person], net: int, kinds: set[str], year: int) -> dict[str, int]:
    """One year's statement: items less production expenses come to exactly `net` fen."""
    age_shift = year - REFERENCE_YEAR
    pension = sum(random.randint(160, 230) * 1200 for person in members if person.age + age_shift >= 60)
    allowance = random.randint(300, 620) * 1200 if FactKind.SUBSISTENCE in kinds else 0
    destitute = random.randint(700, 900) * 1200 if FactKind.DESTITUTE in kinds else 0
    planning = 960_00 if pension and random.random() < 0.15 else 0
    ecological = random.randint(20, 160) * 100 if random.random() < 0.3 else 0
    fixed = pension + allowance + destitute + planning + ecological
    if fixed > max(net, 0):
        pension = min(pension, max(net, 0))
        allowance = min(allowance, max(net, 0) - pension)
        destitute = planning = ecological = 0
        fixed = pension + allowance
    rest = net - fixed
    workers = sum(person.employment != "" for person in members)
    business = max(rest, 0) * random.randint(3, 40) // 10_000 * 100
    expense = business * random.randint(20, 45) // 10_000 * 100
    if rest < 0:
        expense += -rest
    remaining = max(rest, 0) - (business - (expense if rest >= 0 else 0))
    wages = remaining * random.randint(70, 97) // 10_000 * 100 if workers else 0
    rent = (remaining - wages) * random.randint(10, 60) // 10_000 * 100
    other = remaining - wages - rent
    sick = any(person.health != [Health.HEALTHY] for person in members)
    pupils = sum(person.schooling != Schooling.NONE for person in members)
    return {
        "wages": wages,
        "business": business,
        "property_income": rent,
        "family_planning": planning,
        "subsistence_allowance": allowance,
        "destitute_support": destitute,
        "pension": pension,
        "ecological": ecological,
        "other_transfer": other,
        "production_expense": expense,
        "medical_cost": random.randint(2, 180) * 100_00 if sick else random.randint(0, 15) * 100_00,
        "schooling_cost": sum(random.randint(6, 90) * 100_00 for _pupil in range(pupils)),
    }


def net_fen(income: dict[str, int]) -> int:
    """Items less production expenses; costs are not part of it."""
    costs = ("production_expense", "medical_cost", "schooling_cost")
    return sum(amount for item, amount in income.items() if item not in costs) - income["production_expense"]


def _is_registered(random: Random, members: list[Person], income: dict | None, facts: list[Evidence]) -> bool:
    """Whether the register of before the demo held the household: mostly right, sometimes not."""
    kinds = {fact.kind for fact in facts if fact.counts}
    headcount = sum(person.counts for person in members)
    if kinds & _DISQUALIFYING:
        eligible = False
    elif kinds & _QUALIFYING:
        eligible = True
    else:
        eligible = income is not None and net_fen(income) < LINE_FEN * headcount
    return random.random() < (0.86 if eligible else 0.004)


def _attribute(random: Random, kinds: set[str], is_registered: bool) -> str:
    if FactKind.DESTITUTE in kinds:
        return HouseholdAttribute.DESTITUTE
    if FactKind.SUBSISTENCE in kinds:
        return HouseholdAttribute.SUBSISTENCE
    burdened = is_registered and random.random() < 0.08
    return HouseholdAttribute.EXPENDITURE if burdened else HouseholdAttribute.ORDINARY


def _causes(random: Random, members: list[Person]) -> list[str]:
    """The main cause first, then up to two others."""
    health = {kind for person in members for kind in person.health}
    causes = []
    if Health.SERIOUS in health or Health.CHRONIC in health:
        causes.append(Cause.ILLNESS)
    if Health.DISABLED in health:
        causes.append(Cause.DISABILITY)
    if any(person.schooling != Schooling.NONE for person in members):
        causes.append(Cause.SCHOOLING)
    if not any(person.labour in (LabourCapacity.ORDINARY, LabourCapacity.SKILLED) for person in members):
        causes.append(Cause.LABOUR)
    if not causes or random.random() < 0.2:
        causes.append(random.choice((Cause.SKILLS, Cause.FUNDS, Cause.LAND, Cause.MOTIVATION)))
    return causes[:3]
