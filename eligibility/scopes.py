"""What a run is over: a division, or villages or households chosen within one; all of it, or what was touched since.

A person names a `Scope`; the run keeps it. `households_of` is the one place that turns what a run keeps into a
condition on households.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from eligibility.choices import ScopeKind
from eligibility.models import Recalculation, RecalculationHousehold
from eligibility.statements import compile_queryset, prepared
from fupin.scope import LENGTHS_OF_CODES, division_range, divisions_above
from households.models import Household
from villages.models import Division, Village

# How many unknown numbers a refusal names.
NAMED_IN_REFUSAL = 10


@dataclass(frozen=True)
class Scope:
    """A division's code, and within it the villages or households that were chosen."""

    division: str
    villages: tuple[str, ...] = ()
    households: QuerySet[Household] | None = None

    @property
    def kind(self) -> ScopeKind:
        if self.households is not None:
            return ScopeKind.HOUSEHOLDS
        return ScopeKind.VILLAGES if self.villages else ScopeKind.DIVISION


def of_villages(villages: Iterable[Village]) -> Scope:
    """A scope of chosen villages.

    Raises:
        ValidationError: none was chosen.
    """
    codes = tuple(sorted({village.pk for village in villages}))
    if not codes:
        raise ValidationError({"villages": _("Choose at least one village.")})
    return Scope(_smallest_division(codes[0], codes[-1]), villages=codes)


def of_households(households: QuerySet[Household]) -> Scope:
    """A scope of the households of a query, as they are when the run is started.

    Raises:
        ValidationError: there is none.
    """
    ends = households.order_by().aggregate(first=Min("village_id"), last=Max("village_id"))
    if ends["first"] is None:
        raise ValidationError({"households": _("No household was chosen.")})
    return Scope(_smallest_division(ends["first"], ends["last"]), households=households)


def of_numbers(text: str, actor: User) -> Scope:
    """A scope of the households whose numbers stand in a text, separated by spaces, commas or lines.

    Raises:
        ValidationError: there is none, or one is unknown in the actor's area; the message names it.
    """
    numbers = list(dict.fromkeys(re.split(r"[\s,;，；、]+", text.strip().upper())))
    numbers = [number for number in numbers if number]
    if not numbers:
        raise ValidationError({"households": _("Write at least one household number.")})
    known = Household.objects.visible_to(actor).filter(number__in=numbers)
    if unknown := set(numbers) - set(known.values_list("number", flat=True)):
        named = [number for number in numbers if number in unknown][:NAMED_IN_REFUSAL]
        message = _("There is no household with this number in your area: %(numbers)s%(more)s") % {
            "numbers": ", ".join(named),
            "more": " …" if len(unknown) > len(named) else "",
        }
        raise ValidationError({"households": message})
    return of_households(known)


def _smallest_division(first: str, last: str) -> str:
    """The smallest division that holds two villages, and so all between them."""
    return next(first[:length] for length in LENGTHS_OF_CODES if first[:length] == last[:length])


def division_of(scope: Scope, actor: User | None) -> Division:
    """The division of a scope.

    Raises:
        ValidationError: it does not exist, or lies outside the actor's jurisdiction.
    """
    divisions = Division.objects.all() if actor is None else Division.objects.visible_to(actor)
    division = divisions.filter(pk=scope.division).first()
    if division is None:
        raise ValidationError({"division": _("There is no division with this code.")})
    return division


def keep_list(run: Recalculation, scope: Scope) -> None:
    """Keep the households that were chosen, as they are now, in one statement."""
    if scope.kind == ScopeKind.HOUSEHOLDS:
        sql, params = compile_queryset(scope.households.values("pk"))
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO "{RecalculationHousehold._meta.db_table}" ("run_id", "household_id") '
                f'SELECT %s, "chosen".* FROM ({sql}) "chosen"',
                prepared(RecalculationHousehold, {"run_id": run.pk}) + params,
            )


def households_of(run: Recalculation, path: str = "") -> Q:
    """The households that a run judges, as a condition on rows with a household at `path` (such as "household__").

    Those of an incremental run may become more while it runs, never fewer.
    """
    if run.scope == ScopeKind.HOUSEHOLDS:
        condition = Q(**{f"{path}pk__in": run.listed.values("household")})
    elif run.scope == ScopeKind.VILLAGES:
        condition = Q(**{f"{path}village_id__in": run.villages})
    else:
        condition = division_range(f"{path}village_id", run.division_code)
    if run.is_incremental:
        condition &= Q(**{f"{path}touched_at__gte": run.since})
    return condition


def covers(run: Recalculation, household: Household) -> bool:
    """Whether a run was to judge the household as it lies now; an incremental one only where it had been touched."""
    return Household.objects.filter(_kept_scope(run), pk=household.pk).exists()


def covers_village(run: Recalculation, village: Village) -> bool:
    """Whether a run for villages was to judge the village."""
    return any(code in divisions_above(village.pk) for code in run.villages or [run.division_code])


def is_whole_division(run: Recalculation) -> bool:
    """Whether a run judges every household of its division."""
    return run.scope == ScopeKind.DIVISION and not run.is_incremental


def overlap(one: Recalculation, other: Recalculation) -> bool:
    """Whether two runs of one standard may judge the same household, or the same village."""
    if ScopeKind.HOUSEHOLDS in (one.scope, other.scope):
        return Household.objects.filter(_kept_scope(one), _kept_scope(other)).exists()
    return any(
        code in divisions_above(another) or another in divisions_above(code)
        for code in one.villages or [one.division_code]
        for another in other.villages or [other.division_code]
    )


def _kept_scope(run: Recalculation) -> Q:
    """The households that a run may judge, touched or not."""
    return households_of(
        Recalculation(pk=run.pk, scope=run.scope, villages=run.villages, division_code=run.division_code)
    )
