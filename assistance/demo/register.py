"""The demo's households in the register: every village its share, in the order of the villages."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random

from django.db.models import Count, Max

from assistance.demo.people import Family, IdNumbers, Person, make_family
from fupin.bulk import reserve, write
from fupin.encryption import blind_index
from households.choices import Fuel, HouseSafety, HouseStructure, RoadKind, WaterSource
from households.models import Fact, Household, IncomeYear, LivingConditions, Member
from households.pinyin import head_values
from villages.models import Village

CHUNK = 5_000
# The village whose worker has a demo account holds this many households, or a fifth of a small register.
HOUSEHOLDS_OF_DEMO_VILLAGE = 60

_HOUSEHOLD = ("id", "number", "village", "group", "address", "head_name", "head_pinyin", "head_initials", "phone",
              "attribute", "main_cause", "other_causes", "entered_by")  # fmt: skip
_MEMBER = ("id", "household", "village", "name", "id_number", "id_digest", "relationship", "sex", "born_on",
           "education", "schooling", "health", "labour", "employment", "employment_months", "is_registered_resident",
           "is_living_together", "joined_on", "left_on", "left_reason")  # fmt: skip
_INCOME = ("household", "village", "year", *IncomeYear.AMOUNTS)
_FACT = ("household", "village", "kind", "fact_date", "ended_on", "verification", "note")
_LIVING = ("household", "cultivated_mu", "irrigated_mu", "forest_mu", "water_mu", "house_area", "house_structure",
           "house_safety", "road", "road_km", "fuel", "water_source", "has_safe_water", "has_electricity",
           "has_broadcasting", "has_sanitary_toilet", "in_cooperative", "led_by_enterprise")  # fmt: skip


@dataclass(slots=True)
class Registered:
    """A household that is on the register of before: what its carry-over case and its helpers need."""

    pk: int
    number: str
    village: str
    registered_on: date
    member_keys: list[tuple[int, Person]] = field(default_factory=list)


def share_out(households: int, villages: list[Village], demo_village: str) -> list[tuple[Village, int]]:
    """How many households each village gets: villagers' committees more than residents' committees."""
    if not villages or not households:
        return []
    first = min(HOUSEHOLDS_OF_DEMO_VILLAGE, households // 5)
    weights = [3 if int(village.pk[-3:]) >= 200 else 1 for village in villages]
    total, given, passed, shares = sum(weights), 0, 0, []
    for village, weight in zip(villages, weights, strict=True):
        passed += weight
        upto = (households - first) * passed // total
        shares.append((village, upto - given + (first if village.pk == demo_village else 0)))
        given = upto
    return shares


def write_households(random: Random, households: int, demo_village: str, entered_by: int) -> Iterator[list[Registered]]:
    """Write that many households with all that hangs on them; yields, chunk by chunk, those to be carried over."""
    villages = list(Village.objects.order_by("pk"))
    ids = IdNumbers(_numbers_in_use())
    last_number = dict(Household.objects.values_list("village").annotate(Max("number")).order_by())
    chunk: list[tuple[Village, str, Family]] = []
    for village, share in share_out(households, villages, demo_village):
        last = last_number.get(village.pk, "")[len(village.pk) :]
        start = int(last) if last.isdigit() else 0
        for position in range(start + 1, start + share + 1):
            chunk.append((village, f"{village.pk}{position:05d}", make_family(random, ids)))
            if len(chunk) == CHUNK:
                yield _write_chunk(random, chunk, entered_by)
                chunk = []
    if chunk:
        yield _write_chunk(random, chunk, entered_by)


def _numbers_in_use() -> Counter:
    rows = Member.objects.order_by().values_list("born_on", "sex").annotate(Count("pk"))
    return Counter({(born_on, sex): count for born_on, sex, count in rows})


def _write_chunk(random: Random, chunk: list[tuple[Village, str, Family]], entered_by: int) -> list[Registered]:
    first = reserve(Household, len(chunk))
    member_key = reserve(Member, sum(len(family.members) for _village, _number, family in chunk))
    households, members, incomes, facts, living, registered = [], [], [], [], [], []
    for key, (village, number, family) in enumerate(chunk, first):
        households.append(_household_row(random, key, village, number, family, entered_by))
        keyed = list(enumerate(family.members, member_key))
        member_key += len(keyed)
        members.extend(_member_row(own_key, key, village.pk, person) for own_key, person in keyed)
        for year, items in family.incomes.items():
            incomes.append((key, village.pk, year, *(items[name] for name in IncomeYear.AMOUNTS)))
        facts.extend(
            (key, village.pk, fact.kind, fact.fact_date, fact.ended_on, fact.verification, "") for fact in family.facts
        )
        living.append(_living_row(random, key))
        if family.is_registered:
            day = date(2016, 4, 1 + random.randrange(28))
            registered.append(Registered(key, number, village.pk, day, keyed))
    write(Household, _HOUSEHOLD, households)
    write(Member, _MEMBER, members)
    write(IncomeYear, _INCOME, incomes)
    write(Fact, _FACT, facts)
    write(LivingConditions, _LIVING, living)
    return registered


def _household_row(random: Random, key: int, village: Village, number: str, family: Family, entered_by: int) -> tuple:
    group = random.randint(1, 24)
    return (
        key, number, village.pk, f"{group}组", f"{_short(village.name)}{group}组{random.randint(1, 88)}号",
        *head_values(family.head.name).values(), family.phone, family.attribute, family.main_cause,
        family.other_causes, entered_by,
    )  # fmt: skip


def _short(name: str) -> str:
    """'大成村村委会' is '大成村' in an address, '前黄社区居委会（含前黄村村委）' is '前黄社区'."""
    name = name.partition("（")[0]
    for suffix, short in (
        ("村民委员会", "村"),
        ("村村委会", "村"),
        ("村委会", "村"),
        ("居民委员会", ""),
        ("居委会", ""),
    ):
        if name.endswith(suffix):
            return name.removesuffix(suffix) + short
    return name


def _member_row(key: int, household: int, village: str, person: Person) -> tuple:
    return (
        key, household, village, person.name, person.id_number, blind_index(person.id_number), person.relationship,
        person.sex, person.born_on, person.education, person.schooling, person.health, person.labour,
        person.employment, person.months, person.is_registered_resident, person.is_living_together, person.joined_on,
        person.left_on, person.left_reason,
    )  # fmt: skip


def _living_row(random: Random, household: int) -> tuple:
    land = random.randint(0, 90)
    return (
        household,
        f"{land / 10:.2f}",
        f"{land * 8 // 10 / 10:.2f}",
        "0.00",
        f"{random.randint(0, 30) / 10:.2f}" if random.random() < 0.1 else "0.00",
        f"{random.randint(45, 260)}.00",
        random.choices(
            (HouseStructure.CONCRETE, HouseStructure.BRICK_CONCRETE, HouseStructure.BRICK_WOOD), (25, 60, 15)
        )[0],
        random.choices((HouseSafety.SAFE, HouseSafety.GRADE_C, HouseSafety.GRADE_D), (970, 22, 8))[0],
        random.choices((RoadKind.CONCRETE, RoadKind.ASPHALT, RoadKind.GRAVEL), (80, 15, 5))[0],
        f"{random.randint(0, 30) / 10:.2f}",
        random.choices((Fuel.CLEAN, Fuel.WOOD, Fuel.COAL), (85, 12, 3))[0],
        random.choices((WaterSource.TAP, WaterSource.PROTECTED_WELL), (97, 3))[0],
        True,
        True,
        random.random() < 0.98,
        random.random() < 0.9,
        random.random() < 0.12,
        random.random() < 0.06,
    )
