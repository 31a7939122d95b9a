"""A cadre's round: the households that the cadre answers for, the one that waits longest for a visit first."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from assistance.models import Grant, Pairing
from households.models import Household


@dataclass(frozen=True)
class Card:
    """A household of the round. `days` since the last visit, or since the pairing began if nobody came yet."""

    household: Household
    grants: list[Grant]
    last_visit: date | None
    last_delivery: date | None
    days: int

    @property
    def is_overdue(self) -> bool:
        return self.days > settings.FUPIN_VISIT_INTERVAL_DAYS


@dataclass(frozen=True)
class Round:
    """The cards of a cadre on a day."""

    day: date
    cards: list[Card]

    @property
    def visited_this_month(self) -> int:
        """Households that somebody visited since the first of the month."""
        first = self.day.replace(day=1)
        return sum(card.last_visit is not None and card.last_visit >= first for card in self.cards)

    @property
    def overdue(self) -> int:
        return sum(card.is_overdue for card in self.cards)


def round_of(user, day: date) -> Round:
    """The round of the cadre whose account `user` is, in two queries however many households it has."""
    pairings = Pairing.objects.visible_to(user).of_cadre(user).current(day).with_last_visit().with_aid()
    return Round(day, [_card(pairing, day) for pairing in pairings.order_by("due_since", "household__number")])


def _card(pairing: Pairing, day: date) -> Card:
    return Card(
        household=pairing.household,
        grants=pairing.household.active_grants,
        last_visit=pairing.last_visit,
        last_delivery=pairing.last_delivery,
        days=(day - pairing.due_since) // timedelta(days=1),
    )
