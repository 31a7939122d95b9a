"""What the demo's district has done with its register: the first recalculations, and the villages it decided upon."""

from datetime import date

from accounts.models import User
from assistance.demo.standards import HOUSEHOLDS, VILLAGES
from casework.candidates import villages_to_confirm
from casework.models import Case
from casework.services import open_village_case, take_step
from eligibility import recalculation, simulations
from eligibility.choices import Divisor, VersionState
from eligibility.models import Recalculation, StandardVersion, VillageDetermination
from eligibility.villages import explain
from fupin import jobs
from fupin.models import JobState

DOCUMENT = "示例〔2016〕2号"
AUDITED_ON = date(2016, 6, 13)
DECIDED_ON = date(2016, 6, 20)
# Of the candidates, in the order of their codes, every fifth still waits, and the second is found not to be weak.
WAITS_EVERY = 5
REFUSED = 1
_TRIED_OUT = {"收入线上调至9500元": {"line": "9500.00"}, "改按户籍人口计算": {"divisor": Divisor.REGISTERED.value}}
_WHY_TRIED_OUT = "演示：供比较不同条件下的识别规模。"
_AUDITED = "演示：账目已核，收入属实。"
_WHY_REFUSED = "演示：复核发现该村标准厂房租金未计入申报收入，计入后超过标准。"


def recalculate(district: str, actor: User) -> list[Recalculation]:
    """Run both standards over the district, here and now, without a worker.

    Raises:
        RuntimeError: a run did not come to its end.
    """
    versions = [_approved(code) for code in (HOUSEHOLDS, VILLAGES)]
    return [_ended(recalculation.start(version, district, actor)) for version in versions]


def try_out(township: str, actor: User) -> int:
    """Simulate the household standard with other terms in one township. Returns how many simulations there are.

    Raises:
        RuntimeError: one did not come to its end.
    """
    version = _approved(HOUSEHOLDS)
    for name, changes in _TRIED_OUT.items():
        _ended(simulations.start(version, township, actor, changes=changes, name=name, note=_WHY_TRIED_OUT).run)
    return len(_TRIED_OUT)


def _approved(code: str) -> StandardVersion:
    return StandardVersion.objects.get(standard__code=code, state=VersionState.APPROVED)


def _ended(run: Recalculation) -> Recalculation:
    """The run as it is when it has been done here and now."""
    jobs.run(run.pk)
    run = Recalculation.objects.select_related("job", "version__standard").get(pk=run.pk)
    if run.job.state != JobState.DONE:
        raise RuntimeError(f"The recalculation of {run.version} ended as {run.job.state}: {run.job.error}")
    return run


def confirm_villages(demo_village: str, users: dict[str, User], auditors: dict[str, User]) -> int:
    """Decide upon most of the villages below the line; some are left for whoever tries the demo. Returns how many.

    Args:
        auditors: by township, who audits the accounts of its villages.
    """
    district = users["district2"]
    confirmed, refused = [], []
    for position, determination in enumerate(villages_to_confirm(district)):
        if determination.village_id != demo_village and position % WAITS_EVERY == WAITS_EVERY - 1:
            continue
        case = _audited(determination, users["district"], auditors[determination.village_id[:9]])
        (refused if position == REFUSED and determination.village_id != demo_village else confirmed).append(case)
    decision = {"on": DECIDED_ON, "document": DOCUMENT}
    _take(district, "confirm", confirmed, decision | {"opinion": ""})
    _take(district, "reject_district", refused, decision | {"reason": _WHY_REFUSED})
    return len(confirmed) + len(refused)


def _audited(determination: VillageDetermination, opener: User, auditor: User) -> Case:
    """A case upon a result, with the township's audit done."""
    case = open_village_case(opener, determination, explain(determination))
    (case,) = _take(auditor, "audit", [case], {"on": AUDITED_ON, "opinion": _AUDITED})
    return case


def _take(actor: User, code: str, cases: list[Case], values: dict) -> list[Case]:
    return take_step(actor, code, {case.pk: case.version for case in cases}, values) if cases else []
