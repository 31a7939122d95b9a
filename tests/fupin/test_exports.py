"""Lists as files: typed cells, harmless text, a limit that is explained, and an entry in the audit."""

import csv
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import AuditEvent
from fupin import exports
from tests.factories import make_user
from tests.worlds import make_shared, make_world

# Every list of the desk that leaves as a file: who may open it, and its first heading.
LISTS = {
    "households:list": ("district", "户编号"),
    "villages:list": ("district", "区划代码"),
    "casework:list": ("district", "办件"),
    "eligibility:determinations": ("district", "识别标准"),
    "eligibility:proposals": ("district", "类型"),
    "eligibility:village-determinations": ("district", "识别标准"),
    "eligibility:runs": ("district", "开始时间"),
    "assistance:pairings": ("district", "户编号"),
    "assistance:unpaired": ("district", "户编号"),
    "assistance:grants": ("district", "户编号"),
    "assistance:measures": ("district", "措施编码"),
    "assistance:units": ("district", "单位编码"),
    "assistance:cadres": ("district", "干部编号"),
    "households:imports": ("district", "文件"),
    "jobs:list": ("administrator", "任务"),
    "accounts:list": ("administrator", "用户名"),
    "accounts:audit": ("administrator", "时间"),
}


NONE_IN_THE_WORLD = ("assistance:unpaired", "households:imports")


def rows_of(answer) -> list[list[str]]:
    """The rows of a csv answer, headings first."""
    text = answer.content.decode()
    assert text.startswith(exports.BYTE_ORDER_MARK)
    return list(csv.reader(StringIO(text[1:])))


def sheet_of(answer):
    return openpyxl.load_workbook(BytesIO(answer.content)).active


class TestCells:
    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
    def test_text_that_would_be_a_formula_is_made_harmless(self, start):
        assert exports.cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"

    @pytest.mark.parametrize("text", ["张三", "3****************X", "320412196001011234", "A=B"])
    def test_other_text_stays_as_it_is(self, text):
        assert exports.cell(text) == text

    @pytest.mark.parametrize("value", [Decimal("-1234.50"), -3, date(2016, 3, 1)])
    def test_numbers_and_dates_keep_their_type(self, value):
        assert exports.cell(value) == value
        assert type(exports.cell(value)) is type(value)

    def test_a_list_inside_a_cell_is_joined_and_harmless(self):
        assert exports.cell(["=1", "因病"]) == "'=1、因病"

    def test_a_time_is_the_clock_s_of_the_place(self):
        at = datetime(2016, 3, 1, 1, 30, tzinfo=timezone.get_fixed_timezone(0))
        assert exports.cell(at) == datetime(2016, 3, 1, 9, 30)


class TestFormats:
    HEADINGS = ["金额", "日期", "证件号码", "人数"]
    ROWS = [[Decimal("1234567.5"), date(2016, 3, 1), "320412196001011234", 3]]

    def test_a_workbook_holds_numbers_dates_and_text(self):
        sheet = openpyxl.load_workbook(BytesIO(exports.as_xlsx(self.HEADINGS, self.ROWS))).active
        amount, day, number, persons = sheet[2]
        assert [cell.value for cell in sheet[1]] == self.HEADINGS
        assert (amount.value, amount.number_format) == (1234567.5, "#,##0.00")
        assert day.value == datetime(2016, 3, 1)
        assert day.number_format == "yyyy-mm-dd"
        assert (number.value, number.data_type) == ("320412196001011234", "s")
        assert persons.value == 3
        assert sheet.freeze_panes == "A2"

    def test_a_text_that_looks_like_a_formula_or_a_link_stays_a_text(self):
        rows = [["=1+1", "https://example.org", "123", "{=A1}"]]
        sheet = openpyxl.load_workbook(BytesIO(exports.as_xlsx(self.HEADINGS, rows))).active
        assert [cell.data_type for cell in sheet[2]] == ["s"] * 4
        assert not any(cell.hyperlink for cell in sheet[2])

    def test_csv_is_utf_8_with_a_mark_and_exact_amounts(self):
        text = exports.as_csv(self.HEADINGS, self.ROWS).decode()
        assert text == "\ufeff金额,日期,证件号码,人数\r\n1234567.50,2016-03-01,320412196001011234,3\r\n"


@pytest.fixture
def shared(db):
    return make_shared()


@pytest.fixture
def world(shared):
    return make_world("320412100201", "欧阳", "13800001111", shared)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("route", LISTS)
def test_every_list_of_the_desk_leaves_as_a_file_with_an_entry_in_the_audit(client, world, route, file_format):
    role, first_heading = LISTS[route]
    user = make_user(role)
    services.record(user, "sign_in", "account", user.username)
    client.force_login(user)
    answer = client.get(reverse(route), {"format": file_format})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(f'.{file_format}"')
    assert answer["Cache-Control"] == "no-store"
    headings, *rows = sheet_of(answer).values if file_format == "xlsx" else rows_of(answer)
    assert headings[0] == first_heading
    assert len(set(headings)) == len(headings)
    event = AuditEvent.objects.get(action="export")
    assert (event.actor, event.details["format"]) == (user, file_format)
    assert event.details["rows"] == len(rows)
    assert rows or route in NONE_IN_THE_WORLD


@pytest.mark.parametrize("route", LISTS)
def test_a_file_takes_as_many_queries_for_many_rows_as_for_few(client, shared, world, route):
    client.force_login(make_user(LISTS[route][0]))
    url = reverse(route)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url, {"format": "csv"}).status_code == 200
        return len(captured)

    few = queries()
    for position in range(1, 4):
        make_world(f"32041210{position}301", f"上{position}", f"1390000333{position}", shared)
    assert queries() == few


def test_every_list_offers_its_file_where_the_person_may_have_it(client, world):
    client.force_login(make_user("district"))
    assert "format=xlsx" in client.get(reverse("households:list")).content.decode()
    client.force_login(world.cadre)
    assert "format=xlsx" not in client.get(reverse("households:list")).content.decode()


@pytest.mark.parametrize("role", ["cadre", "contact"])
def test_helpers_get_no_files(client, world, role):
    client.force_login(getattr(world, role))
    assert client.get(reverse("households:list"), {"format": "csv"}).status_code == 403
    assert not AuditEvent.objects.filter(action="export").exists()


class TestTooManyRows:
    @pytest.fixture(autouse=True)
    def _small_limit(self, monkeypatch):
        monkeypatch.setattr(exports, "MOST_ROWS", 1)

    def test_the_list_says_what_to_do_and_keeps_its_filter(self, client, world):
        client.force_login(make_user("district"))
        url = f"{reverse('households:list')}?township=320412100&sort=head"
        answer = client.get(f"{url}&format=xlsx", follow=True)
        assert answer.redirect_chain == [(url, 302)]
        assert "一次最多导出 10 万行" in answer.content.decode()
        assert not AuditEvent.objects.filter(action="export").exists()

    def test_as_many_as_the_limit_are_given(self, client, world):
        client.force_login(make_user("district"))
        answer = client.get(reverse("households:list"), {"format": "csv", "status": "registered"})
        assert len(rows_of(answer)) == 2
