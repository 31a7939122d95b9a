"""Rows a second: our import of a workbook against django-import-export with the same file's households and members."""

import time
from datetime import date, timedelta
from io import BytesIO
from random import Random

import tablib
import xlsxwriter
from django.db import transaction
from import_export import fields, resources, widgets

from accounts.choices import Role
from accounts.models import User
from assistance.demo.names import given_name, surname
from fupin import jobs
from fupin.encryption import blind_index
from households.choices import ImportState, chinese_labels
from households.imports import columns as layout
from households.imports import services
from households.imports.reading import read
from households.models import Household, Member
from tests.bench.measured import Measured
from tests.factories import id_number
from villages.models import Village

SAMPLE = 300
GOAL = 20
PREFIX = "BENCH"


class _Rollback(Exception):
    """Leave no trace in the bench's database."""


def workbook(households: int) -> tuple[bytes, int]:
    """A workbook of that many households of 2.8 members on average, and how many data rows it has."""
    village = Village.objects.order_by("pk").first().pk
    target, rows, random = BytesIO(), 0, Random(2015)
    with xlsxwriter.Workbook(target, {"constant_memory": False}) as book:
        pages = {}
        for sheet in layout.SHEETS:
            pages[sheet.name] = book.add_worksheet(sheet.name)
            pages[sheet.name].write_row(0, 0, [column.heading for column in sheet.columns])
        places = dict.fromkeys(pages, 0)

        def put(sheet, cells: dict) -> None:
            nonlocal rows
            places[sheet.name] += 1
            rows += 1
            values = [cells.get(column.heading, "") for column in sheet.columns]
            pages[sheet.name].write_row(places[sheet.name], 0, values)

        for n in range(households):
            number = f"{PREFIX}{n:07d}"
            size = (2, 3, 3, 3, 3)[n % 5]
            people = [_id_number(n, position) for position in range(size)]
            names = [_name(random, position) for position in range(size)]
            put(
                layout.HOUSEHOLDS,
                {
                    "户编号": number,
                    "村代码": village,
                    "村民小组": "1组",
                    "户主姓名": names[0],
                    "户主证件号码": people[0],
                    "联系电话": "13800000000",
                    "户属性": "一般低收入农户",
                    "主要致贫原因": "因病",
                },
            )
            for position, (person, name) in enumerate(zip(people, names, strict=True)):
                relation = ("户主", "配偶", "之子")[position]
                put(
                    layout.MEMBERS,
                    {"户编号": number, "姓名": name, "证件号码": person, "与户主关系": relation, "健康状况": "健康",
                     "文化程度": "初中", "劳动能力": "普通劳动力"},
                )  # fmt: skip
            put(layout.INCOMES, {"户编号": number, "年度": 2015, "工资性收入": 12000.5 + n, "养老保险金": 0})
    return target.getvalue(), rows


def _name(random: Random, position: int) -> str:
    return surname(random) + given_name(random, "2" if position == 1 else "1", 1985 if position == 2 else 1955)


def _id_number(household: int, position: int) -> str:
    """A correct number that nobody else in the file has: the areas and days are walked through."""
    place = household * 3 + position
    born_on = (date(1985, 1, 1) if position == 2 else date(1955, 1, 1)) + timedelta(days=place % 3000)
    return id_number(born_on, "2" if position == 1 else "1", area=f"32{place // 3000 % 9999:04d}", sequence=place)


def ours(content: bytes, actor: User) -> float:
    """Seconds from the upload to the register, both steps."""
    start = time.perf_counter()
    batch = services.upload(content, "bench.xlsx", actor)
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    if batch.state != ImportState.READY:
        raise RuntimeError(batch.refusal or services.listed_faults(batch)[:3])
    services.start_applying(batch, actor)
    batch.refresh_from_db()
    jobs.run(batch.applying_job_id)
    return time.perf_counter() - start


class HouseholdRows(resources.ModelResource):
    class Meta:
        model = Household
        import_id_fields = ("number",)
        fields = ("number", "village", "group", "phone", "head_name", "attribute", "main_cause")


class MemberRows(resources.ModelResource):
    household = fields.Field("household", "household", widgets.ForeignKeyWidget(Household, "number"))

    class Meta:
        model = Member
        import_id_fields = ("id_digest",)
        fields = ("household", "village", "name", "id_number", "id_digest", "relationship", "sex", "born_on")


def theirs(content: bytes) -> tuple[float, int]:
    """Seconds and rows of django-import-export for a sample of the file: the import alone, without its preview.

    Reading the file is not counted, and the income statements are left out; both in its favour.
    """
    sheets = read(content)
    codes = {
        name: chinese_labels(sheet.column(name).choices)
        for sheet, name in (
            (layout.HOUSEHOLDS, "attribute"),
            (layout.HOUSEHOLDS, "main_cause"),
            (layout.MEMBERS, "relationship"),
        )
    }
    start = time.perf_counter()
    households = tablib.Dataset(headers=["number", "village", "group", "phone", "head_name", "attribute", "main_cause"])
    for _row, cells in sheets[layout.HOUSEHOLDS.name].rows[:SAMPLE]:
        households.append([codes[name][cells[name]] if name in codes else cells[name] for name in households.headers])
    villages = dict(zip(households["number"], households["village"], strict=True))
    members = tablib.Dataset(headers=list(MemberRows.Meta.fields))
    for _row, cells in sheets[layout.MEMBERS.name].rows:
        if cells["number"] in villages:
            number = cells["id_number"]
            members.append(
                [cells["number"], villages[cells["number"]], cells["name"], number, blind_index(number),
                 codes["relationship"][cells["relationship"]], "1", f"{number[6:10]}-{number[10:12]}-{number[12:14]}"]
            )  # fmt: skip
    for resource, rows in ((HouseholdRows(), households), (MemberRows(), members)):
        resource.import_data(rows, raise_errors=True, use_transactions=True)
    return time.perf_counter() - start, len(households) + len(members)


def run(households: int = 10_000) -> list[Measured]:
    """The ratio of rows a second, ours ÷ theirs; nothing stays in the database."""
    actor = User.objects.filter(role=Role.DISTRICT).first()
    content, rows = workbook(households)
    our_seconds = _without_trace(lambda: ours(content, actor))
    their_seconds, their_rows = _without_trace(lambda: theirs(content))
    ratio = (rows / our_seconds) / (their_rows / their_seconds)
    detail = (
        f"{households:,} households, {rows:,} rows: ours {our_seconds:.1f} s ({rows / our_seconds:,.0f} rows/s); "
        f"django-import-export {their_rows / their_seconds:,.0f} rows/s on a sample of {their_rows:,} rows"
    )
    return [Measured("import ÷ django-import-export, rows a second", round(ratio, 1), detail, at_least=GOAL)]


def _without_trace(measured):
    outcome = None
    try:
        with transaction.atomic():
            outcome = measured()
            raise _Rollback
    except _Rollback:
        return outcome
