"""What comparison says of one household today: what is open, what is confirmed, and whether that excludes it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from eligibility.choices import DoubtDirection, DoubtState, Effect
from eligibility.comparison.models import Authorisation, Doubt
from eligibility.comparison.sources import MEANINGS
from eligibility.standards import version_in_force
from households.choices import FactKind, Verification
from households.models import Household

# What excludes where no standard is in force that says it.
EXCLUDING: dict[str, Decimal | None] = dict.fromkeys(
    (FactKind.VEHICLE, FactKind.HOUSING, FactKind.BUSINESS, FactKind.PAYROLL)
)


@dataclass(frozen=True)
class Standing:
    """The doubts of a household, the newest first, sorted by what they mean for a decision about it."""

    doubts: list[Doubt]
    unclosed: list[Doubt]
    excluding: list[Doubt]
    authorisation: Authorisation | None

    @property
    def closed(self) -> list[Doubt]:
        """Those that people have found out about and confirmed."""
        return [doubt for doubt in self.doubts if doubt.state == DoubtState.CLOSED]


def doubts_of(household: Household) -> QuerySet:
    """The doubts of a household that still say something, the newest first."""
    rows = Doubt.objects.of_household(household).exclude(state=DoubtState.LAPSED).with_places()
    return rows.select_related("checked_by", "closed_by", "fact").order_by("-pk")


def standing_of(household: Household) -> Standing:
    """What comparison says of a household today, and whether it may be compared at all."""
    doubts = list(doubts_of(household))
    kinds = excluding_kinds() if doubts else EXCLUDING
    return Standing(
        doubts,
        [doubt for doubt in doubts if doubt.is_unclosed],
        [doubt for doubt in doubts if _excludes(doubt, kinds)],
        household.authorisations.valid_on(timezone.localdate()).first(),
    )


def excluding_kinds() -> dict[str, Decimal | None]:
    """Kinds of facts that exclude a household under the standard in force, with the amount that must be exceeded."""
    version = version_in_force()
    if version is None:
        return EXCLUDING
    return dict(version.criteria.filter(effect=Effect.EXCLUDE).values_list("fact_kind", "threshold"))


def _excludes(doubt: Doubt, kinds: dict[str, Decimal | None]) -> bool:
    """Whether it was found true of something that excludes, and that has not ended since."""
    if doubt.state != DoubtState.CLOSED or doubt.result != Verification.TRUE:
        return False
    kind = MEANINGS[doubt.source].fact_kind
    if doubt.direction != DoubtDirection.LISTED or kind not in kinds:
        return False
    ended_on, amount = (doubt.fact.ended_on, doubt.fact.amount) if doubt.fact else (None, doubt.amount)
    is_over = ended_on is not None and ended_on <= timezone.localdate()
    threshold = kinds[kind]
    return not is_over and (threshold is None or (amount is not None and amount > threshold))
