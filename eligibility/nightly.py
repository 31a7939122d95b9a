"""The nightly run: by every standard in force, over the district, what was touched since the run before."""

from django.conf import settings
from django.utils import timezone

from eligibility import recalculation
from eligibility.choices import VersionState
from eligibility.models import Recalculation, StandardVersion


def start() -> int:
    """Start tonight's run of each approved standard that has not had one. Returns how many were started.

    One that is being recalculated at this moment is left to the next call.
    """
    started = 0
    tonight = Recalculation.objects.filter(is_nightly=True, job__created_at__date=timezone.localdate())
    waiting = StandardVersion.objects.filter(state=VersionState.APPROVED).exclude(
        standard__in=tonight.values("version__standard")
    )
    for version in waiting.select_related("standard").order_by("standard__code"):
        try:
            recalculation.start(version, settings.DISTRICT_CODE, None, incremental=True, nightly=True)
        except recalculation.AlreadyRunning:
            continue
        started += 1
    return started
