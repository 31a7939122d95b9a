"""What runs every night over a whole district: the data check and the alarms, from nothing and when nothing changed."""

import contextlib
import io
import time

from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from eligibility.models import Alarm, AlarmEvent
from eligibility.monitoring import running
from eligibility.monitoring.sources import WATCHED
from households.checks.finding import circumstances, sought_in
from households.models import Finding, Household
from tests.bench.measured import Measured

SAMPLE = 500


def run() -> list[Measured]:
    """Measure on the database that DATABASE_URL names, which holds the demo."""
    return [_check(), _alarms()]


def _check() -> Measured:
    """`check_data` from nothing, and once more when nothing has changed."""
    Finding.objects.all().delete()
    first, again = _checked(), _checked()
    households, around = Household.objects.count(), circumstances()
    sample = list(Household.objects.order_by("pk").values_list("pk", flat=True)[:: max(1, households // SAMPLE)])
    start = time.perf_counter()
    for key in sample:
        sought_in([key], around)
    one_by_one = (time.perf_counter() - start) / len(sample) * households
    detail = (
        f"{households:,} households: {first:.0f} s with {Finding.objects.count():,} findings, {again:.0f} s when "
        f"nothing has changed; one by one {one_by_one:.0f} s, from {len(sample)} of them, nothing written"
    )
    return Measured("data check, one by one ÷ in portions", round(one_by_one / first, 1), detail)


def _checked() -> float:
    start = time.perf_counter()
    # It ends so where it finds errors.
    with contextlib.suppress(CommandError):
        call_command("check_data", division=None, report=None, stdout=io.StringIO())
    return time.perf_counter() - start


def _alarms() -> Measured:
    """The alarms of the district from nothing, and once more when nothing has changed."""
    AlarmEvent.objects.all().delete()
    Alarm.objects.all().delete()
    today = timezone.localdate()
    seconds = []
    for _time in range(2):
        start = time.perf_counter()
        running.compute(settings.DISTRICT_CODE, today)
        seconds.append(time.perf_counter() - start)
    watched = Household.objects.filter(status__in=WATCHED).count()
    raised = Alarm.objects.count()
    detail = f"{watched:,} watched households: {seconds[0]:.0f} s with {raised:,} alarms, then {seconds[1]:.0f} s"
    return Measured("alarms, again ÷ from nothing", round(seconds[1] / seconds[0], 2), detail)
