"""Where alarms come from: each floor registers what it can find, and how it tells it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from eligibility.choices import AlarmKind, AlarmLevel
from eligibility.models import Alarm, StandardVersion
from eligibility.monitoring.terms import TermsInForce
from households.choices import HouseholdStatus

# Whom monitoring watches: who is on the register, and who has left it by the exit (已脱贫).
WATCHED = (HouseholdStatus.REGISTERED, HouseholdStatus.EXITED_SUPPORTED, HouseholdStatus.EXITED)


@dataclass(frozen=True)
class Watch:
    """What a source looks at: the watched households of some neighbouring villages, on a day, by the terms in force."""

    day: date
    first_village: str
    last_village: str
    terms: TermsInForce
    version: StandardVersion | None

    def place(self, path: str = "") -> Q:
        """Rows whose household at `path` lies in these villages."""
        return Q(**{f"{path}village_id__gte": self.first_village, f"{path}village_id__lte": self.last_village})

    def households(self, path: str = "") -> Q:
        """Rows whose household at `path` is watched."""
        return self.place(path) & Q(**{f"{path}status__in": WATCHED})

    def waiting(self, kind: AlarmKind) -> QuerySet:
        """Alarms of a kind that still wait: a condition about an event keeps its alarm until somebody has closed it."""
        return Alarm.objects.filter(self.place("household__"), kind=kind).holding().waiting()


@dataclass(frozen=True)
class Finding:
    """A condition that holds for a household. The fingerprint says which of its kind: a year, a member, a measure."""

    household_id: int
    kind: AlarmKind
    level: AlarmLevel
    fingerprint: str
    since: date
    facts: dict = field(default_factory=dict)
    member_id: int | None = None

    @property
    def key(self) -> tuple[int, str, str]:
        return self.household_id, self.kind, self.fingerprint


Find = Callable[[Watch], Iterable[Finding] | None]
Tell = Callable[[Alarm], str]


@dataclass(frozen=True)
class Source:
    """Finds the conditions of some kinds. Where `find` answers None, alarms stay as they are."""

    kinds: tuple[AlarmKind, ...]
    find: Find


_sources: list[Source] = []
_tellers: dict[str, Tell] = {}


def register_source(find: Find, tellers: dict[AlarmKind, Tell]) -> None:
    """Let monitoring find what `find` finds, of the kinds of `tellers`, which tell the reason in a sentence."""
    _sources.append(Source(tuple(tellers), find))
    _tellers.update(tellers)


def sources() -> list[Source]:
    return list(_sources)


def reason_of(alarm: Alarm) -> str:
    """Why an alarm was raised, in a sentence with the numbers, in the language that is active."""
    return _tellers[alarm.kind](alarm)
