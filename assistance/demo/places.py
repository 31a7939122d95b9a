"""The villages of the demo: what they are like and what they earn."""

from decimal import Decimal
from random import Random

from assistance.demo import names
from villages.models import Village, VillageIncome, VillageProfile

YEARS = (2014, 2015, 2016)
LINE_FEN = 1_500_000_00
DIRECTIONS = (
    "花木种植与乡村旅游", "水产养殖", "标准厂房出租", "水蜜桃与葡萄种植", "稻麦规模种植", "电子商务", "农产品加工",
    "民宿与农家乐", "物业经营", "设施蔬菜",
)  # fmt: skip


def write_villages(random: Random, demo_village: str) -> None:
    """Profiles, and incomes of three years: about every eighth village below the line in 2015, one exactly on it,
    one a fen below, a few without a statement."""
    villages = list(Village.objects.order_by("pk"))
    profiles, incomes = [], []
    for position, village in enumerate(villages):
        profiles.append(_profile(random, village))
        total = _total(random, position, weak=village.pk == demo_village)
        for year in YEARS:
            if year == 2015 and position % 61 == 5 and village.pk != demo_village:
                continue
            wanted = total if year == 2015 else total * random.randint(92, 109) // 100
            incomes.append(_income(random, village, year, wanted))
    VillageProfile.objects.bulk_create(profiles, batch_size=500)
    VillageIncome.objects.bulk_create(incomes, batch_size=500)


def _total(random: Random, position: int, *, weak: bool) -> int:
    """Income of 2015 in fen."""
    if position == 20:
        return LINE_FEN
    if position == 21:
        return LINE_FEN - 1
    if weak or random.random() < 0.115:
        return random.randint(420_000, 1_480_000) * 100
    return int(random.lognormvariate(15.1, 0.55) * 100) + LINE_FEN


def _profile(random: Random, village: Village) -> VillageProfile:
    households = random.randint(380, 1650)
    population = int(households * random.uniform(2.6, 3.1))
    family_name, sex = names.surname(random), random.choice("112")
    return VillageProfile(
        village=village,
        leader=family_name + names.given_name(random, sex, random.randint(1962, 1985)),
        phone=f"0519-{random.randint(10_000_000, 19_999_999)}",
        household_count=households,
        population=population,
        group_count=random.randint(8, 36),
        labour_force=int(population * random.uniform(0.5, 0.62)),
        cultivated_mu=Decimal(random.randint(300, 5200)),
        direction=random.choice(DIRECTIONS),
    )


def _income(random: Random, village: Village, year: int, total: int) -> VillageIncome:
    parts = [total * random.randint(5, 25) // 100 for _category in range(3)]
    contracting, investment, subsidy = (part // 100 * 100 for part in parts)
    other = total * random.randint(1, 6) // 100 // 100 * 100
    amounts = {
        "operating": total - contracting - investment - subsidy - other,
        "contracting": contracting,
        "investment": investment,
        "subsidy": subsidy,
        "other": other,
    }
    return VillageIncome(village=village, year=year, **{name: Decimal(fen).scaleb(-2) for name, fen in amounts.items()})
