"""The one place that narrows rows to what a person may see.

A model that people can reach has a manager made from `ScopedQuerySet` and says how its rows hang on the district:

    scope_village    lookup path to the village code ("village_id"), or None
    scope_household  lookup path to the household's key ("household_id"), or None

Staff see the rows of their jurisdiction, a prefix of the village code. Cadres and department contacts see what they
are paired or linked with; the assistance floor, which knows pairings, registers that narrowing here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.db.models import Q


@dataclass(frozen=True)
class Reach:
    """What a person who has no territory reaches: subqueries of household keys and of village codes."""

    households: models.QuerySet
    villages: models.QuerySet


# Digits of the codes of a village, a township and a district.
LENGTHS_OF_CODES = (12, 9, 6)

_reach_of_role: dict[str, Callable[[object], Reach]] = {}


def register_reach(role: str, reach: Callable[[object], Reach]) -> None:
    """Let a role that has no territory see what `reach(user)` returns."""
    _reach_of_role[role] = reach


def division_range(path: str, code: str) -> Q:
    """Rows whose division code at `path` lies within the division `code`, as a range that a plain index serves."""
    return Q(**{f"{path}__gte": code, f"{path}__lt": str(int(code) + 1)})


def divisions_above(code: str) -> list[str]:
    """The codes of the divisions that hold this one, itself included: village, township, district."""
    return [code[:length] for length in LENGTHS_OF_CODES if length <= len(code)]


def visible_rows(model: type[models.Model], user) -> Q:
    """The condition that keeps only the rows of `model` that `user` may see; nothing for a stranger."""
    nothing = Q(pk__in=[])
    if not user.is_authenticated or not user.is_active:
        return nothing
    if user.role in _reach_of_role:
        reach = _reach_of_role[user.role](user)
        if model.scope_household:
            return Q(**{f"{model.scope_household}__in": reach.households})
        return Q(**{f"{model.scope_village}__in": reach.villages}) if model.scope_village else nothing
    if not user.jurisdiction or not model.scope_village:
        return nothing
    return division_range(model.scope_village, user.jurisdiction)


class ScopedQuerySet(models.QuerySet):
    """A queryset that every page, list, export and API route narrows with `visible_to(user)` before anything else."""

    def visible_to(self, user):
        """The rows that `user` may see (design §4, Scope)."""
        return self.filter(visible_rows(self.model, user))
