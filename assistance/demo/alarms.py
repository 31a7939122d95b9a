"""Alarms of the demo: what lately happened to some households of its village, the computation, and a cadre's report."""

from datetime import date, timedelta

from accounts.models import User
from assistance.choices import GrantState
from assistance.models import Grant
from eligibility.models import Alarm
from eligibility.monitoring import running, services
from fupin.history import record_history
from households.choices import HouseholdStatus, LabourCapacity
from households.models import Household, Member

ENDED_AGO = timedelta(days=12)


def make_alarms(users: dict[str, User], district: str, village: str, today: date) -> int:
    """Let a measure end and a worker lose their capacity, then compute all alarms. Returns how many were raised."""
    households = Household.objects.filter(village=village, status=HouseholdStatus.REGISTERED).order_by("number")
    _end_measure(households.filter(grants__state=GrantState.ACTIVE).first(), today)
    _lose_capacity(households.filter(members__labour=LabourCapacity.ORDINARY).last(), users["township"])
    raised = running.compute(district, today)["raised"]
    alarm = Alarm.objects.visible_to(users["cadre"]).waiting().order_by("-level", "pk").first()
    if alarm is not None:
        services.report(users["cadre"], alarm, today, "演示：已上门核实情况，正在联系落实帮扶措施。")
    return raised


def _end_measure(household: Household | None, today: date) -> None:
    if household is not None:
        grants = Grant.objects.filter(household=household, started_on__lt=today - ENDED_AGO, state=GrantState.ACTIVE)
        grants.update(state=GrantState.ENDED, ended_on=today - ENDED_AGO)


def _lose_capacity(household: Household | None, clerk: User) -> None:
    """By an edit that stands in the member's history, as the entry form leaves it."""
    if household is None:
        return
    member = Member.objects.current().filter(household=household, labour=LabourCapacity.ORDINARY).order_by("pk").first()
    if member is not None:
        record_history(Member, [member.pk], clerk, kind="+")
        member.labour = LabourCapacity.LOST
        member._history_user = clerk
        member.save()
