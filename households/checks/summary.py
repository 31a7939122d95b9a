"""How many findings a division has, by the places in it and by rule, in two grouped queries."""

from dataclasses import dataclass

from django.db.models import CharField, Count, Q, QuerySet
from django.db.models.functions import Substr

from accounts.models import User
from fupin.scope import division_range
from households.checks.registry import Known, rule_known
from households.choices import Severity
from households.models import Finding
from villages.models import Division

TOWNSHIP_DIGITS, VILLAGE_DIGITS = 9, 12
# The states that a finding can be in, in the order of their columns, and what rows are in them.
STATES = {
    "error": Q(severity=Severity.ERROR),
    "doubt": Q(severity=Severity.DOUBT, explanation=None),
    "explained": Q(severity=Severity.DOUBT, explanation__isnull=False),
    "hint": Q(severity=Severity.HINT),
}


@dataclass(frozen=True)
class Place:
    """A township or village with its findings by state."""

    code: str
    name: str
    counts: list[tuple[str, int]]

    @property
    def is_township(self) -> bool:
        return len(self.code) == TOWNSHIP_DIGITS

    @property
    def level(self) -> str:
        """What the filter of the list calls a place of this kind."""
        return "township" if self.is_township else "village"


@dataclass(frozen=True)
class OfRule:
    """A rule with its findings: those that somebody has to look at (or, of a hint, all), and those explained."""

    known: Known
    open: int
    explained: int


@dataclass(frozen=True)
class Summary:
    places: list[Place]
    rules: list[OfRule]

    @property
    def total(self) -> list[int]:
        return [sum(dict(place.counts)[state] for place in self.places) for state in STATES]


def summary(user: User, within: str) -> Summary:
    """The findings of a division by its townships, or by its villages where it is a township or a village.

    Args:
        within: the code of a division in the person's reach.
    """
    found = Finding.objects.visible_to(user).filter(division_range("village_id", within)).order_by()
    digits = TOWNSHIP_DIGITS if len(within) < TOWNSHIP_DIGITS else VILLAGE_DIGITS
    return Summary(_places(found, digits), _rules(found))


def _places(found: QuerySet, digits: int) -> list[Place]:
    rows = found.annotate(code=Substr("village_id", 1, digits, output_field=CharField())).values("code")
    rows = list(rows.annotate(**{state: Count("pk", filter=holds) for state, holds in STATES.items()}))
    names = dict(Division.objects.filter(pk__in=[row["code"] for row in rows]).values_list("pk", "name"))
    return [
        Place(row["code"], names.get(row["code"], row["code"]), [(state, row[state]) for state in STATES])
        for row in sorted(rows, key=lambda row: row["code"])
    ]


def _rules(found: QuerySet) -> list[OfRule]:
    rows = found.values("rule").annotate(total=Count("pk"), explained=Count("explanation"))
    return [
        OfRule(rule_known(row["rule"]), row["total"] - row["explained"], row["explained"])
        for row in sorted(rows, key=lambda row: row["rule"])
    ]
