"""Makers of lists, authorisations and doubts for tests. Whoever stands on a list is invented."""

import csv
import io
from datetime import date, timedelta

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from eligibility.comparison import lists
from eligibility.comparison.models import Authorisation, ComparedList, ComparisonPaper, Doubt
from fupin import jobs
from fupin.papers import keep
from households.models import Household
from tests.factories import make_user
from villages.models import Division

HEADINGS = ["序号", "所有人姓名", "身份证号码", "号牌号码", "注册日期"]
LIST_DATE = date(2016, 9, 1)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def authorise(household: Household, **values) -> Authorisation:
    """An authorisation that holds today, without its paper."""
    today = timezone.localdate()
    values = {"signed_on": today - timedelta(days=30), "valid_until": today + timedelta(days=300)} | values
    entered_by = values.pop("entered_by", None) or make_user("village", household.village_id)
    return Authorisation.objects.create(household=household, signed_by="户主", entered_by=entered_by, **values)


def make_paper(actor: User) -> ComparisonPaper:
    return keep(ComparisonPaper, SimpleUploadedFile("照片.png", PICTURE), actor)


def row_of(member, plate: str = "苏D00001", day: str = "2014-05-01", name: str | None = None) -> list:
    return ["1", member.name if name is None else name, member.id_number, plate, day]


def csv_of(rows: list[list], headings: list[str] = HEADINGS, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode(encoding)


def xlsx_of(rows: list[list], headings: list[str] = HEADINGS, before: int = 0, sheet: str = "名单") -> bytes:
    """A workbook with so many rows of a title before its headings, and an empty sheet in front."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet("封面").write(0, 0, "机动车登记信息")
        page = book.add_worksheet(sheet)
        for number in range(before):
            page.write(number, 0, "武进区机动车登记信息表")
        for number, row in enumerate([headings, *rows], before):
            page.write_row(number, 0, row)
    return target.getvalue()


def receive(actor: User, content: bytes, source: str = "vehicle", **values) -> ComparedList:
    """A list that was uploaded and opened."""
    division = Division.objects.get(pk=values.pop("division", actor.jurisdiction))
    values = {"authority": "车辆管理所", "list_date": LIST_DATE} | values
    listing = lists.receive(actor, [content], "名单.csv", source=source, division=division, **values)
    jobs.run(listing.job_id)
    listing.refresh_from_db()
    return listing


def compare(
    actor: User, content: bytes, source: str = "vehicle", columns: dict | None = None, **values
) -> ComparedList:
    """A list that was compared, by the columns that were proposed or by others."""
    listing = receive(actor, content, source, **values)
    sheet = lists.looks_of(listing)[0]
    lists.start_matching(actor, listing, sheet.sheet, columns or lists.proposed_columns(listing, sheet))
    listing.refresh_from_db()
    jobs.run(listing.job_id)
    listing.refresh_from_db()
    return listing


def make_listing(actor: User, source: str = "vehicle", **values) -> ComparedList:
    """A list that was compared, without its way."""
    values = {"authority": "车辆管理所", "list_date": LIST_DATE, "division_code": "320412", "state": "done"} | values
    return ComparedList.objects.create(source=source, actor=actor, file_name="名单.csv", **values)


def make_doubt(member, source: str = "vehicle", *, listing: ComparedList | None = None, **values) -> Doubt:
    """A doubt that waits for its check."""
    today = timezone.localdate()
    listing = listing or make_listing(make_user("district"), source)
    values = {
        "direction": "listed",
        "fact_date": date(2014, 5, 1),
        "detail": "号牌号码 苏D00001",
        "raised_on": today,
        "due_on": today + timedelta(days=15),
    } | values
    return Doubt.objects.create(member=member, source=source, listing=listing, **values)
