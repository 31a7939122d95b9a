"""The alarms of a household on its page, and on the cadre's."""

from eligibility.models import Alarm
from fupin.panels import register_panel
from households.models import Household

ENDED_SHOWN = 5


def register() -> None:
    """Show alarms on the pages below and above, when the application starts."""
    register_panel("household", 7, "eligibility/monitoring/household_panel.html", of_household)
    register_panel("my_household", 7, "eligibility/monitoring/my_household_panel.html", of_household)


def of_household(household: Household, user) -> dict | None:
    """The alarms that wait, the gravest first, and the last ones that ended; nothing where there never was one."""
    if not user.has_perm("eligibility.view_alarms"):
        return None
    rows = Alarm.objects.visible_to(user).filter(household=household).select_related("household", "member")
    waiting = list(rows.waiting().order_by("-level", "raised_on", "pk"))
    ended = list(rows.exclude(pk__in=[alarm.pk for alarm in waiting]).order_by("-raised_on", "-pk")[:ENDED_SHOWN])
    return {"waiting": waiting, "ended": ended} if waiting or ended else None
