"""What casework shows on the page of a household: its cases, and opening one."""

from casework.models import Case
from casework.rules import supported_until
from fupin.panels import register_panel
from households.models import Household

CASES_SHOWN = 8


def register() -> None:
    """Show cases on the pages below, when the application starts."""
    register_panel("household", 5, "casework/household_panel.html", of_household)


def of_household(household: Household, user) -> dict | None:
    """The household's cases, newest first; nothing for who may not see cases."""
    if not user.has_perm("casework.view"):
        return None
    cases = Case.objects.visible_to(user).filter(household=household).order_by("-pk")[:CASES_SHOWN]
    return {"household": household, "cases": cases, "supported_until": supported_until(household)}
