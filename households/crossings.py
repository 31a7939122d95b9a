"""Changes that move a household across the income line after it was submitted: asked for a reason, and flagged.

What the line is, and when a household counts as submitted, is known on upper floors; they register it here when the
application starts.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from households.models import Household, LineCrossing

OWN_CHANGE = _("Whoever made the change cannot be the one who reviews it; a colleague must.")


@dataclass(frozen=True)
class Side:
    """On which side of the line a household's income a head is; amounts in yuan a head and year."""

    standard: str
    line: Decimal
    per_head: Decimal
    is_above: bool


Sides = Callable[[list[int]], dict[int, Side]]

_sides: list[Sides] = []
_last_known: list[Sides] = []
_submitted: list[Callable[[list[int]], set[int]]] = []


def register_line(sides: Sides, last_known: Sides) -> None:
    """Let `sides(keys)` say where the households stand to the line; those without income or members are left out.

    Where those stood that are left out, `last_known(keys)` says as far as it is known.
    """
    _sides[:], _last_known[:] = [sides], [last_known]


def register_submitted(submitted: Callable[[list[int]], set[int]]) -> None:
    """Let `submitted(keys)` say which of the households have been submitted."""
    _submitted[:] = [submitted]


@contextmanager
def watched(households: Iterable[int], actor: User, reason: str = "") -> Iterator[list[LineCrossing]]:
    """Flag those of the households, submitted already, that what is done meanwhile moves across the line.

    Yields a list that holds the flags afterwards.
    """
    crossings: list[LineCrossing] = []
    keys = sorted(set().union(*(submitted(list(households)) for submitted in _submitted)))
    before = _where(keys, _sides)
    before |= _where([key for key in keys if key not in before], _last_known)
    yield crossings
    after = _where(list(before), _sides)
    moved = [key for key, side in before.items() if key in after and after[key].is_above != side.is_above]
    villages = dict(Household.objects.filter(pk__in=moved).values_list("pk", "village_id"))
    crossings += LineCrossing.objects.bulk_create(
        LineCrossing(
            household_id=key,
            village_id=villages[key],
            standard=after[key].standard,
            line=after[key].line,
            per_head_before=before[key].per_head,
            per_head_after=after[key].per_head,
            reason=reason.strip()[:300],
            changed_by=actor,
        )
        for key in moved
    )


def _where(keys: list[int], asked: list[Sides]) -> dict[int, Side]:
    return {key: side for sides in asked for key, side in sides(keys).items()} if keys else {}


@transaction.atomic
def acknowledge(crossing: LineCrossing, actor: User) -> LineCrossing:
    """A reviewer has seen the change; seen twice, the first stays.

    Raises:
        PermissionDenied: the role does not review such changes.
        ValidationError: the change is the person's own.
    """
    if not actor.has_perm("households.review_crossings"):
        raise PermissionDenied
    if crossing.changed_by_id == actor.pk:
        raise ValidationError(OWN_CHANGE, "own")
    LineCrossing.objects.filter(pk=crossing.pk, seen_at=None).update(seen_by=actor, seen_at=timezone.now())
    crossing.refresh_from_db()
    return crossing
