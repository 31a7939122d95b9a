"""What the entry page shows beside the form while a clerk types: the result under the standard in force.

The floor that knows standards registers it when the application starts; the entry page shows what is registered and
never knows who stands behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from households.rules import HouseholdEntry


@dataclass(frozen=True)
class Preview:
    """A template, what it needs to know of an unfinished entry (None: nothing to show), and the year it looks at."""

    template: str
    context: Callable[[HouseholdEntry], dict | None]
    income_year: Callable[[], int | None]


_registered: list[Preview] = []


def register(
    template: str, context: Callable[[HouseholdEntry], dict | None], income_year: Callable[[], int | None]
) -> None:
    """Show `template` beside the entry form, with `context(entry)`; `income_year()` is the year a new form opens with.

    The entry may be unfinished: members without a date of birth, a village not yet chosen, no income.
    """
    _registered[:] = [Preview(template, context, income_year)]


def preview_of(entry: HouseholdEntry) -> tuple[str, dict] | None:
    """Template and context of the preview; None while there is nothing to show."""
    for preview in _registered:
        context = preview.context(entry)
        if context is not None:
            return preview.template, context
    return None


def income_year() -> int | None:
    """The income year of the standard in force; None where no standard is."""
    return _registered[0].income_year() if _registered else None
