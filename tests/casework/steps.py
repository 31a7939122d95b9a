"""What is written down of steps in tests: right values for each record, and papers that pass."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from casework.models import Notice
from casework.papers import keep
from casework.services import take_step

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64

VOTES = {"entitled": 40, "attending": 30, "in_favour": 25, "against": 3, "abstained": 2}
RECORD = {
    "apply": {"applicant": "张三"},
    "appraise": {"place": "村委会", "chaired_by": "李四", "opinion": "", **VOTES},
    "not_passed": {"place": "村委会", "chaired_by": "李四", **VOTES, "in_favour": 3, "against": 25, "reason": "未过半"},
    "verify": {"verified_by": "王五、赵六", "signed_by": "张三", "is_income_stable": True},
    "publicise": {"place": "公开栏", "contact": "镇扶贫办"},
    "publicise_township": {"place": "公开栏", "contact": "镇扶贫办"},
    "announce": {"place": "公开栏", "contact": "区扶贫办", "document": "武扶公告〔2016〕1号"},
    "review": {"opinion": "同意"},
    "decide": {"opinion": "同意", "comparison": "clean", "comparison_note": ""},
    "visit": {"verified_by": "王五", "is_stable": True, "opinion": "稳定"},
    "conclude": {"document": ""},
    "audit": {"opinion": "账目属实"},
    "confirm": {"document": "武农〔2016〕3号", "opinion": ""},
    "return": {"reason": "材料不全"},
    "return_district": {"reason": "材料不全"},
    "reject": {"reason": "不符合条件"},
    "reject_district": {"reason": "不符合条件"},
    "withdraw": {"reason": "不再申请"},
}
CLOSING = ("close_publicity", "close_township_publicity", "close_announcement")


def values_of(code: str, **values) -> dict:
    """What is right to write down of a step today."""
    if code in CLOSING:
        return {}
    return {"on": timezone.localdate(), **RECORD[code], **values}


def step(actor, case, code: str, version: int | None = None, papers=(), **values):
    """Take a step in one case as it stands, or as it stood with `version`."""
    case.refresh_from_db()
    seen = case.version if version is None else version
    (moved,) = take_step(actor, code, {case.pk: seen}, values_of(code, **values), papers)
    return moved


def picture(actor, name: str = "照片.png"):
    return keep(SimpleUploadedFile(name, PICTURE), actor)


def days_pass(days: int) -> None:
    """So many days later: what was posted lies further back."""
    for notice in Notice.objects.all():
        notice.starts_on -= timedelta(days=days)
        notice.ends_on -= timedelta(days=days)
        notice.save(update_fields=["starts_on", "ends_on"])


def photographed() -> None:
    """Every list has its photograph."""
    for notice in Notice.objects.filter(photo=None):
        notice.photo = picture(notice.created_by)
        notice.save(update_fields=["photo"])
