"""Makers of test records. Every person in them is invented; ID numbers are computed, never copied."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from casework.models import Case, CaseEvent, Notice, NoticeEntry
from fupin.encryption import blind_index
from fupin.identity import check_character
from households.models import Fact, Household, IncomeYear, Member
from households.pinyin import head_values
from villages.models import Division, Village

_sequence = itertools.count(1)

# A district of invented townships and villages that lies beside the real one's codes.
DISTRICT = "320412"


def id_number(
    born_on: date = date(1970, 6, 15), sex: str = "1", area: str = "320412", sequence: int | None = None
) -> str:
    """A correct ID number of an invented person."""
    n = next(_sequence) if sequence is None else sequence
    order = (n * 2) % 1000 + (1 if sex == "1" else 0)
    first_17 = f"{area}{born_on:%Y%m%d}{order % 1000:03d}"
    return first_17 + check_character(first_17)


def make_division(code: str, name: str | None = None, **values) -> Division:
    """A division and, where missing, those above it."""
    level = {6: "district", 9: "township", 12: "village"}[len(code)]
    parent = None
    if len(code) > 6:
        parent = Division.objects.filter(code=code[:-3]).first() or make_division(code[:-3])
    division, _made = Division.objects.get_or_create(
        code=code, defaults={"name": name or f"{level}{code[-3:]}", "level": level, "parent": parent} | values
    )
    return division


def make_village(code: str = "320412100201", name: str | None = None) -> Village:
    make_division(code, name)
    return Village.objects.get(code=code)


def make_user(role: str = "township", jurisdiction: str = DISTRICT, **values) -> User:
    """A user with the password 'a-long-passphrase'."""
    n = next(_sequence)
    values = {"username": f"user{n}", "name": f"User {n}"} | values
    if role in ("cadre", "contact"):
        jurisdiction = ""
    user = User(role=role, jurisdiction=jurisdiction, **values)
    user.set_password("a-long-passphrase")
    user.save()
    return user


def make_household(village: Village | None = None, *, head_name: str = "张三", members: int = 1, **values) -> Household:
    """A household with a head and `members - 1` others, all living together."""
    village = village or make_village()
    n = next(_sequence)
    household = Household.objects.create(
        **{"number": f"{village.pk}{n:05d}", "village": village} | head_values(head_name) | values
    )
    for position in range(members):
        make_member(household, name=head_name if position == 0 else f"{head_name}{position}", is_head=position == 0)
    return household


def make_member(household: Household, *, is_head: bool = False, **values) -> Member:
    born_on = values.pop("born_on", date(1970, 6, 15))
    sex = values.pop("sex", "1")
    number = values.pop("id_number", None) or id_number(born_on, sex)
    values = {
        "name": "李四",
        "relationship": "01" if is_head else "03",
        "village": household.village,
        "health": ["01"],
        "labour": "01",
    } | values
    return Member.objects.create(
        household=household, born_on=born_on, sex=sex, id_number=number, id_digest=blind_index(number), **values
    )


def make_income(household: Household, year: int = 2015, **amounts) -> IncomeYear:
    """An income row; amounts in yuan as text or Decimal."""
    amounts = {name: Decimal(value) for name, value in amounts.items()}
    return IncomeYear.objects.create(household=household, village=household.village, year=year, **amounts)


def make_fact(household: Household, kind: str, fact_date: date, **values) -> Fact:
    return Fact.objects.create(
        **{
            "household": household,
            "village": household.village,
            "kind": kind,
            "fact_date": fact_date,
            "verification": "true",
        }
        | values
    )


def make_case(household: Household, stage: str = "application", *, kind: str = "identification", **values) -> Case:
    """An unfinished case of a household at a stage, with the event of its opening."""
    opened_by = values.pop("opened_by", None) or make_user("village", household.village_id)
    case = Case.objects.create(
        kind=kind, stage=stage, village_id=household.village_id, household=household, opened_by=opened_by, **values
    )
    CaseEvent.objects.create(case=case, step="open", to_stage=stage, actor=opened_by)
    return case


def make_notice(*cases: Case, kind: str = "village", starts_on: date | None = None, days: int = 7, **values) -> Notice:
    """A list of the households of these cases that runs from today, or from `starts_on`."""
    starts_on = starts_on or timezone.localdate()
    village = cases[0].village
    notice = Notice.objects.create(
        **{
            "kind": kind,
            "case_kind": cases[0].kind,
            "number": f"村公示〔{starts_on.year}〕{next(_sequence)}号",
            "village": village,
            "starts_on": starts_on,
            "ends_on": starts_on + timedelta(days=days - 1),
            "days": days,
            "day_kind": "calendar",
            "place": "村务公开栏",
            "contact": "镇扶贫办 86500000",
            "created_by": cases[0].opened_by,
        }
        | values
    )
    for position, case in enumerate(cases, 1):
        household = case.household
        NoticeEntry.objects.create(
            notice=notice,
            case=case,
            position=position,
            group=household.group,
            head_name=household.head_name,
            size=household.members.count(),
        )
        case.notice = notice
        case.save(update_fields=["notice"])
    return notice
