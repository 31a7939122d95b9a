"""Posting lists, their photographs, taking them down, and the clock that closes them."""

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from casework.calendar import days_of, last_day
from casework.choices import NoticeKind
from casework.models import Case, Notice, NoticeEntry, Paper
from households.models import Member
from villages.models import Division

SHORT = {NoticeKind.VILLAGE: "村公示", NoticeKind.TOWNSHIP: "镇公示", NoticeKind.ANNOUNCEMENT: "公告"}


def post(kind: NoticeKind, cases: Sequence[Case], values: dict, actor: User) -> Notice:
    """Post a list of the households of these cases, all of one village. Call it inside the step's transaction.

    Raises:
        CalendarGap: working days are counted, and the table of holidays has a gap.
    """
    village, first = cases[0].village, values["on"]
    day_kind, days = settings.FUPIN_PUBLICITY_DAY_KIND, days_of(kind)
    ends_on = values.get("ends_on") or last_day(first, days, day_kind)
    notice = Notice.objects.create(
        kind=kind,
        case_kind=cases[0].kind,
        number=values.get("document") or _next_number(kind, village, first.year),
        village=village,
        starts_on=first,
        ends_on=ends_on,
        days=days,
        day_kind=day_kind,
        place=values["place"],
        contact=values["contact"],
        created_by=actor,
    )
    sizes = _sizes(cases)
    ordered = sorted(cases, key=lambda case: (case.household.group, case.household.number))
    NoticeEntry.objects.bulk_create(
        NoticeEntry(
            notice=notice,
            case=case,
            position=position,
            group=case.household.group,
            head_name=case.household.head_name,
            size=sizes.get(case.household_id, 0),
        )
        for position, case in enumerate(ordered, 1)
    )
    return notice


def _next_number(kind: NoticeKind, village, year: int) -> str:
    """The next number of the township's lists of a year, e.g. 村公示〔2016〕12号."""
    township = Division.objects.select_for_update().get(pk=village.pk[:9])
    prefix = f"{SHORT[kind]}〔{year}〕"
    taken = Notice.objects.filter(village__parent=township, kind=kind, number__startswith=prefix).count()
    return f"{prefix}{taken + 1}号"


def _sizes(cases: Sequence[Case]) -> dict[int, int]:
    """Members who count today, by household."""
    keys = [case.household_id for case in cases]
    counting = Member.objects.filter(household__in=keys).counting_on(timezone.localdate())
    return dict(counting.order_by().values_list("household").annotate(Count("pk")))


def draw_out(cases: Sequence[Case]) -> None:
    """Take the households of these cases from the lists on which they stand, at once."""
    NoticeEntry.objects.filter(case__in=cases, notice__in=[case.notice_id for case in cases], drawn_out_at=None).update(
        drawn_out_at=timezone.now()
    )


@transaction.atomic
def add_photo(notice: Notice, paper: Paper, actor: User) -> Notice:
    """Put the photograph of the posted list with its notice; a better one takes the place of the first.

    Raises:
        PermissionDenied: the actor takes no steps of cases.
        Notice.DoesNotExist: the notice is out of the actor's reach.
        ValidationError: the paper is no photograph.
    """
    _require_poster(actor)
    notice = Notice.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=notice.pk)
    if not paper.content_type.startswith("image/"):
        raise ValidationError({"papers": _("Take a photograph (JPG or PNG) of the list as it is posted.")})
    notice.photo = paper
    notice.save(update_fields=["photo"])
    return notice


@transaction.atomic
def take_down(notice: Notice, reason: str, actor: User) -> Notice:
    """Take a list off the public page at once, for instance because it says too much. The cases stay where they are
    and have to be returned.

    Raises:
        PermissionDenied: the actor takes no steps of cases.
        Notice.DoesNotExist: the notice is out of the actor's reach.
        ValidationError: no reason is given.
    """
    _require_poster(actor)
    if not reason.strip():
        raise ValidationError({"reason": _("Give a reason.")})
    notice = Notice.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=notice.pk)
    if notice.taken_down_at is None:
        notice.taken_down_at = timezone.now()
        notice.save(update_fields=["taken_down_at"])
        record(actor, AuditAction.CHANGE, "notice", notice.number, purpose=reason.strip()[:200], taken_down=True)
    return notice


def _require_poster(actor: User) -> None:
    if not actor.has_perm("casework.take_steps"):
        raise PermissionDenied
