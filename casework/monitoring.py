"""What casework alarms of: the support after an exit that ends, with nobody following up yet."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from casework.models import Case
from eligibility.choices import AlarmKind, AlarmLevel
from eligibility.models import Alarm
from eligibility.monitoring.sources import Finding, Watch, register_source


def register() -> None:
    """Let monitoring find it, when the application starts."""
    register_source(ending_support, {AlarmKind.SUPPORT_ENDS: _tell})


def ending_support(watch: Watch) -> Iterator[Finding]:
    """Households whose support ends within the days of the follow-up; red once it is over."""
    cases = Case.objects.filter(watch.households("household__")).support_ending(watch.day).order_by("pk")
    for pk, household, until in cases.values_list("pk", "household_id", "supported_until"):
        level = AlarmLevel.RED if until < watch.day else AlarmLevel.AMBER
        yield Finding(household, AlarmKind.SUPPORT_ENDS, level, str(pk), until, {"until": until.isoformat()})


def _tell(alarm: Alarm) -> str:
    days = (date.fromisoformat(alarm.facts["until"]) - alarm.told_on).days
    told = {"day": alarm.facts["until"], "days": abs(days)}
    if days < 0:
        return _("The support after the exit ended on %(day)s, %(days)d days ago, and nobody follows up.") % told
    return _("The support after the exit ends on %(day)s, in %(days)d days, and nobody follows up yet.") % told
