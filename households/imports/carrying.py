"""How a status from before comes in with a workbook: by a case, which is the business of a floor above.

The casework floor registers the function that opens and decides such cases.
"""

from collections.abc import Callable, Sequence

from accounts.models import User

_carry_over: list[Callable[[Sequence[tuple], User], object]] = []


def register_carry_over(function: Callable[[Sequence[tuple], User], object]) -> None:
    """Let `function(rows, actor)` carry over; rows are (household key, status, date, document)."""
    _carry_over[:] = [function]


def carry_over(rows: Sequence[tuple], actor: User) -> None:
    """Hand the rows to whoever registered; without any there is nothing to be done."""
    if rows:
        _carry_over[0](rows, actor)
