"""What the demo's district has done with its register: the first recalculations, and the villages it decided upon."""

from datetime import date

from accounts.models import User
from assistance.demo.standards import HOUSEHOLDS, VILLAGES
from casework.candidates import villages_to_confirm
from casework.services import confirm_village
from eligibility import recalculation
from eligibility.choices import VersionState
from eligibility.models import Recalculation, StandardVersion, VillageDetermination
from fupin import jobs
from fupin.models import JobState

DOCUMENT = "示例〔2016〕2号"
DECIDED_ON = date(2016, 6, 20)
# Of the candidates, in the order of their codes, every fifth still waits, and the second is found not to be weak.
WAITS_EVERY = 5
REFUSED = 1
_WHY_REFUSED = "演示：复核发现该村标准厂房租金未计入申报收入，计入后超过标准。"


def recalculate(district: str, actor: User) -> list[Recalculation]:
    """Run both standards over the district, here and now, without a worker.

    Raises:
        RuntimeError: a run did not come to its end.
    """
    return [_run(code, district, actor) for code in (HOUSEHOLDS, VILLAGES)]


def _run(code: str, district: str, actor: User) -> Recalculation:
    version = StandardVersion.objects.get(standard__code=code, state=VersionState.APPROVED)
    run = recalculation.start(version, district, actor)
    jobs.run(run.pk)
    run = Recalculation.objects.select_related("job", "version__standard").get(pk=run.pk)
    if run.job.state != JobState.DONE:
        raise RuntimeError(f"The recalculation of {code} ended as {run.job.state}: {run.job.error}")
    return run


def confirm_villages(demo_village: str, actor: User) -> int:
    """Decide upon most of the villages below the line; some are left for whoever tries the demo. Returns how many."""
    decided = 0
    for position, determination in enumerate(villages_to_confirm(actor)):
        if determination.village_id == demo_village:
            _confirm(determination, actor)
        elif position % WAITS_EVERY == WAITS_EVERY - 1:
            continue
        elif position == REFUSED:
            confirm_village(determination, False, DOCUMENT, DECIDED_ON, _WHY_REFUSED, actor)
        else:
            _confirm(determination, actor)
        decided += 1
    return decided


def _confirm(determination: VillageDetermination, actor: User) -> None:
    confirm_village(determination, True, DOCUMENT, DECIDED_ON, "", actor)
