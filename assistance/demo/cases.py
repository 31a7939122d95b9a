"""Cases of the demo: in a village one at every stage up to the publicity, with an objection; elsewhere a finished list.

They are opened and taken on by the services, as people do it. Only time cannot be waited for: the list that is over was
posted as many days ago as it has to be.
"""

from datetime import date, timedelta
from io import BytesIO

import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from casework.choices import CaseKind, NoticeKind
from casework.models import Case, Notice, Paper
from casework.papers import keep
from casework.services import add_photo, close_finished, object_to, open_case, take_step
from casework.statements import Statement
from households.choices import HouseholdStatus
from households.models import Household

LISTED = 3
_GROUND = "演示：户主患病，2015年家庭人均纯收入低于标准。"
_APPRAISAL = {
    "place": "村委会会议室",
    "chaired_by": "周建芬",
    "entitled": 32,
    "attending": 27,
    "in_favour": 25,
    "against": 1,
    "abstained": 1,
    "opinion": "演示：该户困难情况属实，同意上报。",
}


def make_cases(users: dict[str, User], village: str) -> int:
    """Open the demo's cases, from today on, in this village and in the next one of its township. Returns how many."""
    today = timezone.localdate()
    worker, clerk = users["village"], users["township"]
    waiting = _households(village, HouseholdStatus.UNREGISTERED, 3 + LISTED)
    opened = [_open(household, worker) for household in waiting]
    applied = _take(worker, "apply", opened[1:], {"on": today, "applicant": "户主"}, "申请书签名页")
    appraised = _take(worker, "appraise", applied[1:], _APPRAISAL | {"on": today}, "评议会议记录")
    posted = _publicise(worker, appraised[1:], today)
    _object(posted)
    exits = [
        open_case(clerk, CaseKind.EXIT, household, "演示：子女稳定就业，人均纯收入稳定超过标准。")
        for household in _households(village, HouseholdStatus.REGISTERED, 1)
    ]
    _take(worker, "appraise", exits, _APPRAISAL | {"on": today, "opinion": "演示：同意退出。"}, "评议会议记录")
    return len(opened) + len(exits) + _finished_list(clerk, village, today)


def _households(village: str, status: str, count: int) -> list[Household]:
    """Households of a village that are in no case."""
    free = Household.objects.filter(village=village, status=status).exclude(cases__in=Case.objects.unfinished())
    return list(free.order_by("number")[:count])


def _open(household: Household, actor: User) -> Case:
    return open_case(actor, CaseKind.IDENTIFICATION, household, _GROUND)


def _take(actor: User, code: str, cases: list[Case], values: dict, paper: str = "") -> list[Case]:
    if not cases:
        return []
    papers = [_paper(paper, actor)] if paper else []
    return take_step(actor, code, {case.pk: case.version for case in cases}, values, papers)


def _paper(name: str, actor: User) -> Paper:
    """A picture that stands for a photograph: it says that it is the demo's."""
    picture = BytesIO()
    segno.make(f"演示材料：{name}").save(picture, kind="png", scale=6)
    return keep(SimpleUploadedFile(f"{name}.png", picture.getvalue()), actor)


def _publicise(actor: User, cases: list[Case], today: date) -> list[Case]:
    contact = "演示镇人民政府扶贫办 0519-00000000"
    return _take(actor, "publicise", cases, {"on": today, "place": "村务公开栏", "contact": contact})


def _object(posted: list[Case]) -> None:
    """Somebody objects to the first household of the list."""
    if posted:
        notice = posted[0].notice
        entry = notice.entries.get(case=posted[0])
        object_to(notice, Statement("listed", "演示：该户去年在镇上开了小店，请核实。", entry, name="王先生"))


def _finished_list(clerk: User, village: str, today: date) -> int:
    """A list of another village whose publicity is over, so that the township can review it."""
    others = Household.objects.filter(village__parent=village[:9], status=HouseholdStatus.UNREGISTERED)
    other = others.exclude(village=village).order_by("village", "number").values_list("village", flat=True).first()
    if other is None:
        return 0
    cases = [_open(household, clerk) for household in _households(other, HouseholdStatus.UNREGISTERED, LISTED)]
    cases = _take(clerk, "apply", cases, {"on": today, "applicant": "户主"}, "申请书签名页")
    cases = _take(clerk, "appraise", cases, _APPRAISAL | {"on": today}, "评议会议记录")
    notice = _publicise(clerk, cases, today)[0].notice
    add_photo(notice, _paper("张贴现场照片", clerk), clerk)
    ago = timedelta(days=notice.days)
    Notice.objects.filter(pk=notice.pk, kind=NoticeKind.VILLAGE).update(
        starts_on=F("starts_on") - ago, ends_on=F("ends_on") - ago
    )
    close_finished()
    return len(cases)
