"""The figures that the public sees. They come from the public register, the divisions and sums over all aid.

No figure lets anybody be told apart: villages and townships with fewer than `FEWEST` households on the public register
stand without a number, and so does another one where the number could be worked out from the total.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils import timezone

from assistance.choices import Pillar
from assistance.models import Delivery, HelpingUnit
from casework.models import PublicRecord
from fupin.money import FenField
from households.choices import HouseholdStatus
from portal.caching import remembered
from villages.choices import Level, VillageStanding
from villages.models import Division, VillageProfile

FEWEST = 5
MINUTES_KEPT = 5
LARGEST_SIZE = 6


@dataclass(frozen=True)
class KeyFigures:
    """What the start page says of the whole district; `aid` in yuan."""

    households: int
    weak_villages: int
    units: int
    aid: Decimal

    @property
    def aid_in_ten_thousands(self) -> Decimal:
        return self.aid / 10_000


@dataclass(frozen=True)
class VillageLine:
    """A village in the public list. `households` is None where the number is not told."""

    code: str
    name: str
    is_weak: bool
    households: int | None


@dataclass(frozen=True)
class TownshipLine:
    """A township with its villages. `households` is None where the number is not told."""

    code: str
    name: str
    households: int | None
    villages: list[VillageLine]

    @property
    def weak_count(self) -> int:
        return sum(village.is_weak for village in self.villages)


def without_small(counts: dict[str, int]) -> dict[str, int | None]:
    """Counts that may stand beside their sum: those below `FEWEST`, none among them, are None.

    A single hidden count could be worked out from the sum; then the next smallest is hidden with it.
    """
    hidden = {key for key, count in counts.items() if count < FEWEST}
    shown = counts.keys() - hidden
    if len(hidden) == 1 and shown:
        hidden.add(min(shown, key=lambda key: (counts[key], key)))
    return {key: None if key in hidden else count for key, count in counts.items()}


@remembered(MINUTES_KEPT * 60)
def key_figures() -> KeyFigures:
    """Households on the public register, weak villages, helping units, and aid that arrived."""
    return KeyFigures(
        households=PublicRecord.objects.filter(status=HouseholdStatus.REGISTERED).count(),
        weak_villages=VillageProfile.objects.filter(standing=VillageStanding.WEAK).count(),
        units=HelpingUnit.objects.filter(is_active=True).count(),
        aid=Delivery.objects.all().total(),
    )


@remembered(MINUTES_KEPT * 60)
def townships() -> list[TownshipLine]:
    """Townships in the order of their codes, each with the villages that exist today."""
    counts = Counter(dict(PublicRecord.objects.values_list("village_code").annotate(Count("pk"))))
    weak = set(VillageProfile.objects.filter(standing=VillageStanding.WEAK).values_list("village", flat=True))
    divisions = list(Division.objects.valid_on(timezone.localdate()).exclude(level=Level.DISTRICT).order_by("code"))
    villages_of = defaultdict(list)
    for division in divisions:
        villages_of[division.parent_id].append(division)
    places = [division for division in divisions if division.level == Level.TOWNSHIP]
    totals = without_small({place.pk: sum(counts[one.pk] for one in villages_of[place.pk]) for place in places})
    lines = []
    for place in places:
        shown = without_small({one.pk: counts[one.pk] for one in villages_of[place.pk]})
        villages = [VillageLine(one.pk, one.name, one.pk in weak, shown[one.pk]) for one in villages_of[place.pk]]
        lines.append(TownshipLine(place.pk, place.name, totals[place.pk], villages))
    return lines


@remembered(MINUTES_KEPT * 60)
def households_by_status() -> dict[str, int]:
    """Households on the public register by status."""
    return dict(PublicRecord.objects.values_list("status").annotate(Count("pk")))


@remembered(MINUTES_KEPT * 60)
def households_by_size() -> dict[int, int]:
    """Households on the public register by how many persons they have; the largest together."""
    counts: Counter = Counter()
    for size, count in PublicRecord.objects.values_list("size").annotate(Count("pk")).order_by("size"):
        counts[min(max(size, 1), LARGEST_SIZE)] += count
    return {size: counts[size] for size in range(1, LARGEST_SIZE + 1)}


@remembered(MINUTES_KEPT * 60)
def aid_by_pillar() -> dict[str, Decimal]:
    """Aid that arrived, in yuan, by the pillar of the policy that gives it."""
    sums = dict(
        Delivery.objects.counting()
        .order_by()
        .values_list("grant__measure__pillar")
        .annotate(total=Sum("amount", output_field=FenField()))
    )
    return {pillar: sums.get(pillar) or Decimal("0.00") for pillar in Pillar.values}
