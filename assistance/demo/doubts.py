"""Data comparison in the demo: authorisations of most households, three lists, and doubts in every state."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

import segno
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from assistance.models import Pairing
from eligibility.choices import DoubtState
from eligibility.comparison import doubts, lists
from eligibility.comparison.models import Authorisation, ComparedList, ComparisonPaper, Doubt
from fupin import bulk, jobs
from fupin.papers import keep
from households.choices import HouseholdStatus, Verification
from households.models import Household, Member
from villages.models import Division

# Every seventh household has not signed yet.
UNSIGNED_EVERY = 7
MOST_HITS = 12
AGO = 60
_FINDINGS = {
    Verification.TRUE: "演示：入户查看，车辆停放在院内，行驶证登记在该成员名下，户主承认。",
    Verification.FALSE: "演示：车辆已于登记日前过户他人，有过户发票。",
    Verification.EXPLAINED: "演示：系残疾人专用代步车，由民政部门发放，有发放证明。",
}
# What becomes of the first doubts of the village, one after the other; the rest waits.
_ANSWERS = (Verification.TRUE, Verification.FALSE, Verification.EXPLAINED, Verification.FALSE, Verification.TRUE)
CLOSED = 3


def make_doubts(users: dict[str, User], village: str, today: date) -> int:
    """Compare invented lists with the demo's register, and answer some of the doubts. Returns how many there are."""
    _authorise(users["village"], today)
    members = _members(village, users["cadre"])
    if not members:
        return 0
    clerk, district = users["township"], users["district"]
    vehicles = [_row(member, f"苏D{member.pk % 100_000:05d}", date(2013, 5, 10) + timedelta(days=97 * place))
                for place, member in enumerate(members)]  # fmt: skip
    _compare(district, "vehicle", "区车辆管理所", "320412", today, "号牌号码", vehicles)
    insured = [_row(member, "演示纺织有限公司", date(2016, 3, 1)) for member in members[::3]]
    _compare(clerk, "insurance", "区社会保险中心", village[:9], today, "参保单位", insured)
    dead = [_row(members[-1], "户口注销", date(2016, 4, 4))]
    _compare(district, "deceased", "区公安分局", "320412", today, "注销原因", dead)
    _answer(users, village, today)
    return Doubt.objects.count()


def _authorise(actor: User, today: date) -> None:
    paper = _paper("核对授权书", actor)
    names = ("household_id", "signed_on", "valid_until", "signed_by", "entered_by_id")
    signed = today - timedelta(days=AGO)
    rows = Household.objects.exclude(status=HouseholdStatus.CLOSED).order_by("pk").values_list("pk", "head_name")
    bulk.write(
        Authorisation,
        names,
        (
            (key, signed, signed + timedelta(days=365), name, actor.pk)
            for place, (key, name) in enumerate(rows.iterator())
            if place % UNSIGNED_EVERY
        ),
    )
    through = Authorisation.papers.through
    keys = Authorisation.objects.filter(household__village=actor.jurisdiction).values_list("pk", flat=True)
    through.objects.bulk_create(through(authorisation_id=key, comparisonpaper_id=paper.pk) for key in keys)


def _paper(name: str, actor: User) -> ComparisonPaper:
    """A picture that stands for a scan: it says that it is the demo's."""
    picture = BytesIO()
    segno.make(f"演示材料：{name}").save(picture, kind="png", scale=6)
    return keep(ComparisonPaper, SimpleUploadedFile(f"{name}.png", picture.getvalue()), actor)


def _members(village: str, cadre: User) -> list[Member]:
    """Members of registered households of the village, and of households that the demo's cadre is paired with."""
    paired = Pairing.objects.current().filter(cadre__user=cadre).order_by().values("household")
    registered = Member.objects.current().filter(household__status=HouseholdStatus.REGISTERED)
    own = registered.filter(village=village).order_by("pk")[: MOST_HITS - 3]
    return [*own, *registered.filter(household__in=paired).exclude(village=village).order_by("pk")[:3]]


def _row(member: Member, detail: str, day: date) -> list[str]:
    return [member.name, member.id_number, detail, day.isoformat()]


def _compare(actor: User, source: str, authority: str, division: str, today: date, heading: str, rows: list) -> None:
    text = StringIO()
    csv.writer(text).writerows([["姓名", "身份证号", heading, "日期"], *rows])
    listing = lists.receive(
        actor,
        [text.getvalue().encode()],
        f"{authority}名单.csv",
        source=source,
        authority=authority,
        list_date=today - timedelta(days=AGO // 2),
        division=Division.objects.get(pk=division),
    )
    jobs.run(listing.job_id)
    listing.refresh_from_db()
    sheet = lists.looks_of(listing)[0]
    columns = {"name": "姓名", "id_number": "身份证号", "detail": [heading], "fact_date": "日期"}
    lists.start_matching(actor, listing, sheet.sheet, columns)
    jobs.run(ComparedList.objects.get(pk=listing.pk).job_id)


def _answer(users: dict[str, User], village: str, today: date) -> None:
    worker, reviewer = users["village"], users["township2"]
    # Time cannot be waited for: the doubts were found some weeks ago.
    for place, doubt in enumerate(Doubt.objects.order_by("pk")):
        found = today - timedelta(days=(place * 5) % AGO // 2)
        Doubt.objects.filter(pk=doubt.pk).update(raised_on=found, due_on=found + timedelta(days=15))
    own = Doubt.objects.filter(member__village=village, source="vehicle").order_by("pk")
    for place, (doubt, result) in enumerate(zip(own, _ANSWERS, strict=False)):
        papers = [_paper("核查照片", worker)]
        doubt = doubts.check(
            worker, doubt, doubt.version, result=result, on=today, findings=_FINDINGS[result], papers=papers
        )
        if place < CLOSED and doubt.state == DoubtState.CHECKED:
            doubts.close(reviewer, doubt, doubt.version, remark="演示：情况属实，同意。")
