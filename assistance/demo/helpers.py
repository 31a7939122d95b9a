"""Those who help in the demo, and what they do: units, cadres, linkages, pairings, visits, measures, deliveries."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

from accounts.models import User
from assistance.choices import DeliveryForm, GrantState, Target, VisitKind
from assistance.demo import names
from assistance.demo.people import phone_number
from assistance.demo.register import Registered
from assistance.models import Cadre, Delivery, Grant, HelpingUnit, Linkage, Measure, Pairing, Visit
from fupin.bulk import reserve, write
from households.choices import Schooling
from villages.models import VillageIncome

HOUSEHOLDS_OF_A_CADRE = 8
PAIRED_FROM = date(2016, 5, 1)
UNITS = """
    区委组织部 区委宣传部 区委统战部 区委农工办 区发展和改革局 区经济和信息化局 区教育局 区科学技术局 区公安分局
    区民政局 区司法局 区财政局 区人力资源和社会保障局 区国土分局 区环境保护局 区住房和城乡建设局 区交通运输局 区水利局
    区农业局 区商务局 区文化广电新闻出版局 区卫生和计划生育局 区审计局 区市场监督管理局 区安全生产监督管理局 区统计局
    区城市管理局 区旅游局 区供销合作总社 区总工会 团区委 区妇女联合会 区残疾人联合会 区红十字会 区税务局 区气象局
    示例农业科技有限公司 示例花木专业合作社 示例水产养殖公司 示例物业服务公司
""".split()
_SITUATIONS = """
    家中情况稳定，老人身体尚可，按时服药。
    户主在镇上企业做工，收入比去年有所增加。
    房屋雨后渗水，已联系村里安排维修。
    孩子成绩良好，学杂费减免已经到位。
    户主患慢性病，每月药费约四百元，希望了解医疗救助政策。
    种植的葡萄长势较好，担心销路。
    家庭成员参加了电商培训，准备开网店。
    低保金按月到账，生活有保障。
    户主务工单位停产，正在找新的工作。
    送去慰问品，核对了明白卡上的各项政策。
""".split()
_NEEDS = ("", "", "", "希望介绍就近的保洁岗位。", "希望申请大病救助。", "希望参加技能培训。", "希望帮助销售农产品。")
_GOODS = {"goods": "米、油、棉被", "service": "上门服务一次", "money": ""}


def write_units(random: Random, users: dict[str, User]) -> list[HelpingUnit]:
    """The helping units; the demo's contact answers for the education bureau."""
    units = []
    for position, name in enumerate(UNITS, 1):
        sex = random.choice("12")
        units.append(
            HelpingUnit(
                code=f"DW{position:03d}",
                name=name,
                level="07" if name.startswith("示例") else "04",
                contact_name=names.surname(random) + names.given_name(random, sex, random.randint(1968, 1990)),
                phone=phone_number(random),
            )
        )
    HelpingUnit.objects.bulk_create(units)
    unit = _unit_of_the_demo(units)
    unit.contact_name = users["contact"].name
    unit.save(update_fields=["contact_name"])
    unit.contacts.add(users["contact"])
    return units


def write_linkages(random: Random, units: list[HelpingUnit], demo_village: str, actor: User) -> None:
    """Every village below the line linked with a unit, some with two; a few linkages ended and taken over."""
    weak = [
        income.village_id for income in VillageIncome.objects.filter(year=2015).order_by("village_id")
        if income.total < 1_500_000
    ]  # fmt: skip
    linkages = [Linkage(village_id=demo_village, unit=_unit_of_the_demo(units), started_on=PAIRED_FROM)]
    for position, village in enumerate(weak):
        if village == demo_village:
            continue
        unit = units[position % len(units)]
        if position % 9 == 4:
            ended = date(2017, 3, 1)
            linkages.append(Linkage(village_id=village, unit=unit, started_on=PAIRED_FROM, ended_on=ended))
            linkages.append(Linkage(village_id=village, unit=units[(position + 7) % len(units)], started_on=ended))
        else:
            linkages.append(Linkage(village_id=village, unit=unit, started_on=PAIRED_FROM))
    for linkage in linkages:
        linkage.created_by = actor
    Linkage.objects.bulk_create(linkages)


def write_help(random: Random, registered: list[Registered], units: list[HelpingUnit], users, today: date) -> None:
    """Cadres for the registered households of a chunk, paired with them, and what has been done since.

    The first cadre in the demo's village is the one with the demo account.
    """
    if not registered:
        return
    demo_village = users["village"].jurisdiction
    cadre_of = _write_cadres(random, registered, units, users, demo_village)
    pairings, visits, staff = [], [], users["township"].pk
    for position, household in enumerate(registered):
        cadre = cadre_of[household.pk]
        start = PAIRED_FROM + timedelta(days=random.randrange(20))
        if random.random() < 0.12 and position + HOUSEHOLDS_OF_A_CADRE < len(registered):
            former, change = cadre_of[registered[position + HOUSEHOLDS_OF_A_CADRE].pk], start + timedelta(days=400)
            if former != cadre:
                pairings.append((household.pk, former, True, start, change, "工作调动", staff, staff))
                visits.extend(_visits(random, household.pk, former, start, change, 2))
                start = change
        pairings.append((household.pk, cadre, True, start, None, "", staff, None))
        visits.extend(_visits(random, household.pk, cadre, start, today, random.choice((1, 2, 3, 4))))
    write(
        Pairing,
        ("household", "cadre", "is_main", "started_on", "ended_on", "end_reason", "created_by", "ended_by"),
        pairings,
    )
    write(Visit, ("key", "household", "cadre", "visited_on", "kind", "situation", "needs"), visits)
    _write_aid(random, registered, cadre_of, users, today)


def _unit_of_the_demo(units: list[HelpingUnit]) -> HelpingUnit:
    return units[UNITS.index("区教育局")]


def _write_cadres(random: Random, registered: list[Registered], units, users, demo_village: str) -> dict[int, int]:
    """The key of the cadre of every household."""
    groups = _grouped(registered)
    first = reserve(Cadre, len(groups))
    known = Cadre.objects.count()
    rows, cadre_of, is_given = [], {}, Cadre.objects.filter(user=users["cadre"]).exists()
    for position, group in enumerate(groups):
        sex, unit, account = random.choice("112"), units[(known + position) % len(units)], None
        name = names.surname(random) + names.given_name(random, sex, random.randint(1966, 1990))
        if not is_given and group[0].village == demo_village:
            unit, account, name, is_given = _unit_of_the_demo(units), users["cadre"].pk, users["cadre"].name, True
        code, rank = f"GB{known + position + 1:05d}", random.choice(("科员", "科长", "副主任"))
        phone, is_party_member = phone_number(random), random.random() < 0.9
        rows.append((first + position, code, name, unit.pk, rank, phone, is_party_member, account))
        cadre_of.update((household.pk, first + position) for household in group)
    write(Cadre, ("id", "code", "name", "unit", "position", "phone", "is_party_member", "user"), rows)
    return cadre_of


def _grouped(registered: list[Registered]) -> list[list[Registered]]:
    """Neighbours of one village, at most eight to a cadre."""
    groups: list[list[Registered]] = []
    for household in registered:
        last = groups[-1] if groups else []
        if not last or last[0].village != household.village or len(last) == HOUSEHOLDS_OF_A_CADRE:
            groups.append([household])
        else:
            last.append(household)
    return groups


def _visits(random: Random, household: int, cadre: int, since: date, until: date, count: int):
    """Visits in the two years before `until`: some lately, some long ago."""
    span = min((until - since).days, 700)
    for _visit in range(count):
        day = until - timedelta(days=int(span * random.random() ** 2.2))
        kind = random.choices((VisitKind.HOME, VisitKind.PHONE, VisitKind.OFFICE), (75, 20, 5))[0]
        key = UUID(int=random.getrandbits(128), version=4)
        yield key, household, cadre, day, kind, random.choice(_SITUATIONS), random.choice(_NEEDS)


def _write_aid(random: Random, registered: list[Registered], cadre_of: dict[int, int], users, today: date) -> None:
    measures = list(Measure.objects.active().for_households().order_by("code"))
    if not measures:
        return
    for_households = [measure for measure in measures if measure.target == Target.HOUSEHOLD]
    for_members = [measure for measure in measures if measure.target == Target.MEMBER and measure.pillar == "education"]
    given: list[tuple[tuple, Measure]] = []
    for household in registered:
        chosen = random.sample(for_households, min(random.choice((0, 1, 1, 2)), len(for_households)))
        for measure in chosen:
            given.append((_grant_row(random, household.pk, None, measure, users, today), measure))
        pupils = [key for key, person in household.member_keys if person.schooling != Schooling.NONE and person.counts]
        for pupil in pupils if for_members else ():
            measure = random.choice(for_members)
            given.append((_grant_row(random, household.pk, pupil, measure, users, today), measure))
    first = reserve(Grant, len(given))
    grants, deliveries = [], []
    for key, (row, measure) in enumerate(given, first):
        grants.append((key, *row))
        deliveries.extend(_deliveries(random, key, measure, row[4], row[5] or today, users))
    write(
        Grant,
        ("id", "household", "member", "measure", "state", "started_on", "ended_on", "created_by"),
        grants,
    )
    write(
        Delivery,
        ("grant", "delivered_on", "form", "amount", "quantity", "what", "payer", "evidence", "logged_by"),
        deliveries,
    )


def _grant_row(random: Random, household: int, member: int | None, measure: Measure, users, today: date) -> tuple:
    start = PAIRED_FROM + timedelta(days=random.randrange(600))
    is_ended = random.random() < 0.15
    end = min(start + timedelta(days=random.randint(90, 720)), today) if is_ended else None
    state = GrantState.ENDED if is_ended else GrantState.ACTIVE
    return household, member, measure.pk, state, start, end, users["township"].pk


def _deliveries(random: Random, grant: int, measure: Measure, since: date, until: date, users):
    paper = random.randrange(1_000_000)
    for number in range(random.choice((0, 1, 1, 2, 3))):
        day = since + timedelta(days=random.randint(0, max((until - since).days, 0)))
        is_money = measure.form == DeliveryForm.MONEY
        amount = random.randint(2, 40) * 100_00 if is_money or random.random() < 0.5 else None
        quantity = None if is_money else "1"
        evidence = f"凭证{day:%Y%m}-{paper:06d}-{number + 1}"
        payer = random.choice(("区财政", "镇财政", "区慈善总会", "区民政局", "帮扶单位"))
        yield (grant, day, measure.form, amount, quantity, _GOODS[measure.form], payer, evidence, users["township"].pk)
