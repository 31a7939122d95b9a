"""What the rules find in some households, laid beside what was found before; only what differs is written."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from fupin import bulk
from fupin.encryption import blind_index
from households import preview
from households.checks.loading import entries_of
from households.checks.places import place_of
from households.checks.registry import process_rules
from households.models import Explanation, Finding, Household
from households.rules import Circumstances, Problem, problems_of
from villages.models import Village

Key = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Sought:
    """A finding as it should stand: where, how grave, of what value."""

    household: int
    village: str
    rule: str
    severity: str
    place: str
    digest: str
    member: int | None = None
    row: str = ""

    @property
    def key(self) -> Key:
        return self.household, self.rule, self.place


def circumstances(today: date | None = None) -> Circumstances:
    """What the rules have to know beside a household, as it is now."""
    today = today or timezone.localdate()
    gone = Village.objects.exclude(pk__in=Village.objects.valid_on(today).values("pk"))
    return Circumstances(
        today, income_year=preview.income_year(), gone_villages=frozenset(gone.values_list("pk", flat=True))
    )


def digest_of(rule: str, version: int, value: tuple) -> str:
    """The keyed hash of what a finding speaks of; the value itself is personal, and not kept."""
    return blind_index(json.dumps([rule, version, _plain(value)], ensure_ascii=False))


def _plain(value):
    """A value the same however it was come by: nothing, an empty text and no amount are one."""
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value else ""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, bool | int):
        return value
    return str(value) if value else ""


def digest_of_problem(problem: Problem) -> str:
    return digest_of(problem.rule, problem.version, problem.value)


def sought_in(households: list[int], around: Circumstances) -> dict[Key, Sought]:
    """All that the rules find in the households with these keys."""
    entries = entries_of(households)
    found: dict[Key, Sought] = {}
    for pk, entry in entries.items():
        for problem in problems_of(entry, around):
            place, member, row = place_of(problem.path, entry)
            one = Sought(
                pk, entry.village, problem.rule, problem.severity, place, digest_of_problem(problem), member, row
            )
            found[one.key] = one
    for rule in process_rules.values():
        for hit in rule.find(households, around.today):
            if hit.household in entries:
                village = entries[hit.household].village
                digest = digest_of(rule.number, rule.version, hit.value)
                one = Sought(hit.household, village, rule.number, rule.severity, "", digest)
                found[one.key] = one
    return found


class Difference:
    """What has to be written so that the findings of some households are what the rules say now."""

    def __init__(self, households: list[int], around: Circumstances) -> None:
        self.around = around
        sought = sought_in(households, around)
        explained = _explanations(households)
        self.added: list[tuple[Sought, int | None]] = []
        self.changed: list[Finding] = []
        self.gone: list[Finding] = []
        for finding in Finding.objects.filter(household__in=households):
            one = sought.pop((finding.household_id, finding.rule, finding.place), None)
            if one is None:
                self.gone.append(finding)
            elif self._adopt(finding, one, explained.get((*one.key, one.digest))):
                self.changed.append(finding)
        self.added = [(one, explained.get((*key, one.digest))) for key, one in sought.items()]

    @staticmethod
    def _adopt(finding: Finding, one: Sought, explanation: int | None) -> bool:
        """Let a finding say what is sought; tells whether it said otherwise before."""
        wanted = {
            "village_id": one.village,
            "severity": one.severity,
            "row": one.row,
            "digest": one.digest,
            "explanation_id": explanation,
        }
        if all(getattr(finding, name) == value for name, value in wanted.items()):
            return False
        for name, value in wanted.items():
            setattr(finding, name, value)
        return True

    @property
    def households(self) -> list[int]:
        """The households of which something has to be written."""
        found = [one.household for one, _explanation in self.added]
        return sorted({*found, *(finding.household_id for finding in (*self.changed, *self.gone))})

    def write(self) -> None:
        Finding.objects.filter(pk__in=[finding.pk for finding in self.gone]).delete()
        fields = ["village", "severity", "row", "digest", "explanation"]
        Finding.objects.bulk_update(self.changed, fields, batch_size=500)
        bulk.write(Finding, _WRITTEN, (self._row(one, explanation) for one, explanation in self.added))

    def _row(self, one: Sought, explanation: int | None) -> tuple:
        where = (one.household, one.village, one.rule, str(one.severity), one.place, one.member, one.row)
        return (*where, one.digest, explanation, self.around.today)


_WRITTEN = ("household", "village", "rule", "severity", "place", "member", "row", "digest", "explanation", "found_on")


def _explanations(households: list[int]) -> dict[tuple, int]:
    """The latest explanation of each value; its key is household, rule, place and digest."""
    rows = Explanation.objects.filter(household__in=households).order_by("pk")
    return {tuple(key): pk for pk, *key in rows.values_list("pk", "household_id", "rule", "place", "digest")}


@transaction.atomic
def refresh(households: Iterable[int], around: Circumstances | None = None) -> None:
    """Make the findings of these households be what the rules say now; the households are locked meanwhile."""
    keys = list(Household.objects.select_for_update().filter(pk__in=list(households)).values_list("pk", flat=True))
    Difference(keys, around or circumstances()).write()


def sweep(households: list[int], around: Circumstances) -> int:
    """As `refresh`, for many: only where something differs are households locked and looked at again.

    Whoever saves a household meanwhile has its findings refreshed in the same transaction.
    Returns of how many households something differed.
    """
    differing = Difference(households, around).households
    if differing:
        refresh(differing, around)
    return len(differing)
