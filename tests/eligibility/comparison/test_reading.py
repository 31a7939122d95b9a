"""Files as other departments send them: what is found in them, what is refused, what is wrong row by row."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from eligibility.comparison import lists
from eligibility.comparison.models import ComparedList, Doubt, ListLayout
from eligibility.comparison.reading import guess, look
from eligibility.comparison.rows import RowReader, read_citizen_number, read_fact_day
from fupin import jobs
from fupin.encryption import blind_index
from fupin.identity import check_character
from households.imports.faults import Refused
from households.imports.values import Unreadable
from tests.eligibility.comparison.makers import HEADINGS, authorise, compare, csv_of, receive, row_of, xlsx_of
from tests.factories import id_number, make_household, make_user, make_village

ROW = ["1", "王五", id_number(), "苏D00001", "2014-05-01"]


def opener(content: bytes):
    return lambda: io.BytesIO(content)


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    return target.getvalue()


# --- Headings ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("content", [
    csv_of([ROW]),
    csv_of([ROW], encoding="gb18030"),
    csv_of([ROW], encoding="utf-8-sig"),
    csv_of([ROW], encoding="utf-16"),
    csv_of([ROW]).replace(b",", b"\t"),
    csv_of([ROW]).replace(b",", b";"),
    xlsx_of([ROW], before=3),
    "武进区机动车登记信息表,,,,\r\n".encode() + csv_of([ROW]),
])  # fmt: skip
def test_headings_are_found_wherever_they_stand(content):
    (found,) = look(opener(content))
    assert found.headings == HEADINGS
    assert found.preview[0][3] == "苏D00001"
    assert guess("vehicle", found.headings) == {
        "id_number": "身份证号码", "name": "所有人姓名", "fact_date": "注册日期", "detail": ["号牌号码"],
    }  # fmt: skip


def test_headings_without_the_usual_words_are_those_above_the_first_number():
    (found,) = look(opener(csv_of([ROW], ["甲", "乙", "丙", "丁", "戊"])))
    assert found.headings == ["甲", "乙", "丙", "丁", "戊"]


@pytest.mark.parametrize(("upper", "lower"), [
    (["序号", "姓名", "身份证号码", "登记信息", ""], ["", "", "", "号牌号码", "注册日期"]),
    (["序号", "人员信息", "", "号牌号码", "注册日期"], ["", "姓名", "身份证号码", "", ""]),
])  # fmt: skip
def test_headings_of_two_rows_are_read_as_one(upper, lower):
    (found,) = look(opener(xlsx_of([lower, ROW], upper)))
    assert set(guess("vehicle", found.headings)) >= {"id_number", "fact_date"}
    assert found.headings[2:] == ["身份证号码", "号牌号码", "注册日期"]
    assert found.preview[0][3] == "苏D00001"
    assert len(found.preview) == 1


def test_headings_that_stand_twice_or_are_empty_are_told_apart():
    (found,) = look(opener(csv_of([ROW], ["日期", "", "身份证号", "日期", "日期"])))
    assert len(set(found.headings)) == 5


def test_what_is_shown_of_the_first_rows_is_masked():
    (found,) = look(opener(csv_of([["1", "欧阳大川", ROW[2], "电话13800001111", ""]])))
    assert "大" not in str(found.preview)
    assert ROW[2] not in str(found.preview)
    assert "13800001111" not in str(found.preview)


@pytest.mark.parametrize(("content", "code"), [
    (b"", "empty"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not_a_list"),
    (b"PK\x03\x04 not really", "damaged"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "old_excel"),
    (bomb(), "bomb"),
    ("甲,乙\r\n1,2\r\n".encode(), "headings"),
    ("只有文字".encode(), "headings"),
])  # fmt: skip
def test_what_is_no_list_is_refused_with_a_reason(content, code):
    with pytest.raises(Refused) as refusal:
        look(opener(content))
    assert refusal.value.code == code
    assert refusal.value.message


# --- Rows -------------------------------------------------------------------------------------------------------------
def test_an_old_number_of_15_digits_is_what_it_is_today():
    first_17 = "32041219700615001"
    for cell in ("320412700615001", 320412700615001, 320412700615001.0):
        assert read_citizen_number(cell) == first_17 + check_character(first_17)


@pytest.mark.parametrize("number", [
    "", "12345", ROW[2][:-1] + ("0" if ROW[2][-1] != "0" else "1"), "320412199913010011", 3.2041219700615e17, "无",
])  # fmt: skip
def test_a_wrong_number_is_no_number(number):
    with pytest.raises(Unreadable):
        read_citizen_number(number)


@pytest.mark.parametrize(("cell", "day"), [
    ("2014-05-01", date(2014, 5, 1)), ("2014年5月1日", date(2014, 5, 1)), ("20140501", date(2014, 5, 1)),
    ("2014-05", date(2014, 5, 1)), ("2014年5月", date(2014, 5, 1)), ("201405", date(2014, 5, 1)), ("", None),
    ("2014-05-01 00:00:00", date(2014, 5, 1)), ("2014/5/1 0:00", date(2014, 5, 1)),
    ("2014-05-01T08:30:00.0", date(2014, 5, 1)),
])  # fmt: skip
def test_days_are_read_as_people_write_them(cell, day):
    assert read_fact_day(cell) == day


@pytest.mark.parametrize("cell", ["2014-13", "2014-02-30", "去年", "201499"])
def test_what_is_no_day_is_not_guessed(cell):
    with pytest.raises(Unreadable):
        read_fact_day(cell)


def test_faulty_rows_are_listed_with_row_and_column_and_the_others_compared():
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    wrong = ROW[2][:-1] + ("0" if ROW[2][-1] != "0" else "1")
    rows = [ROW, ["2", "甲", wrong, "", ""], ["3", "乙", id_number(), "", tomorrow], ["4", "丙", "", "x", ""]]
    reader = RowReader(HEADINGS, {"id_number": "身份证号码", "fact_date": "注册日期"}, timezone.localdate())
    entries = list(reader.entries(enumerate(rows, 2)))
    assert [entry.row for entry in entries] == [2, 4]
    assert entries[0].digest == blind_index(ROW[2])
    assert [entry.fact_date for entry in entries] == [date(2014, 5, 1), None]
    assert [(fault.row, fault.column, fault.is_warning) for fault in reader.faults.kept] == [
        (3, "身份证号码", False), (4, "注册日期", True), (5, "身份证号码", False),
    ]  # fmt: skip
    assert wrong not in str(reader.faults.kept)


@pytest.mark.parametrize(("cell", "kept"), [
    ("320483197001010018", "3****************8"), ("李外人", "李*人"), ("电话13800001111", "电***********1"),
    ("2014-13-45", "2014-13-45"), ("5,00元", "5,00元"), ("2014年13月", "2014年13月"),
])  # fmt: skip
def test_of_a_cell_that_cannot_be_read_nothing_personal_is_kept(cell, kept):
    reader = RowReader(HEADINGS, {"id_number": "身份证号码", "fact_date": "注册日期"}, timezone.localdate())
    list(reader.entries([(2, ["1", "王五", id_number(), "", cell])]))
    assert [fault.value for fault in reader.faults.kept] == [kept]


# --- On their way -----------------------------------------------------------------------------------------------------
@pytest.fixture
def district(db):
    make_village()
    return make_user("district")


def test_a_file_that_is_no_list_is_refused_and_gone(district):
    listing = receive(district, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    assert listing.state == "refused"
    assert listing.refusal
    assert (listing.key, listing.file.name) == ("", "")


def test_a_list_without_rows_waits_again_with_the_reason(district):
    listing = compare(district, csv_of([]))
    assert (listing.state, bool(listing.refusal)) == ("mapping", True)


def test_columns_assigned_wrongly_are_said_so_and_can_be_assigned_again(district):
    household = make_household()
    authorise(household)
    rows = [row_of(household.members.get(), day=f"2014-05-{day:02d}") for day in range(1, 29)]
    listing = compare(district, csv_of(rows), columns={"id_number": "号牌号码"})
    assert listing.state == "mapping"
    assert "28" in listing.refusal
    sheet = lists.looks_of(listing)[0]
    lists.start_matching(district, listing, sheet.sheet, {"id_number": "身份证号码"})
    assert not Doubt.objects.exists()


def test_a_short_list_is_not_compared_by_wrong_columns_either(district):
    household = make_household()
    authorise(household)
    member = household.members.get()
    rows = [row_of(member), *([str(n), "某某", id_number(), "x", "无"] for n in range(4))]
    columns = {"id_number": "身份证号码", "fact_date": "注册日期"}
    listing = compare(district, csv_of(rows), columns=columns)
    assert (listing.state, Doubt.objects.count()) == ("mapping", 0)
    assert "注册日期" in listing.refusal
    assert not ListLayout.objects.exists()
    sheet = lists.looks_of(listing)[0]
    lists.start_matching(district, listing, sheet.sheet, {"id_number": "身份证号码"})
    jobs.run(ComparedList.objects.get(pk=listing.pk).job_id)
    assert Doubt.objects.get().member == member
    assert ListLayout.objects.get().columns == {"id_number": "身份证号码"}


@pytest.mark.parametrize("columns", [
    {}, {"name": "所有人姓名"}, {"id_number": "没有"}, {"id_number": "身份证号码", "name": "身份证号码"},
    {"id_number": "身份证号码", "detail": ["没有"]},
])  # fmt: skip
def test_columns_that_cannot_be_are_refused(district, columns):
    listing = receive(district, csv_of([ROW]))
    with pytest.raises(lists.ValidationError):
        lists.start_matching(district, listing, "", columns)


def test_a_list_of_a_day_to_come_is_refused(district):
    with pytest.raises(lists.ValidationError):
        receive(district, csv_of([ROW]), list_date=timezone.localdate() + timedelta(days=1))


# --- By command -------------------------------------------------------------------------------------------------------
def test_a_list_is_compared_by_command(district, tmp_path, capsys):
    household = make_household()
    authorise(household)
    path = tmp_path / "车辆.csv"
    path.write_bytes(csv_of([row_of(household.members.get()), ["2", "甲", "123", "", ""]]))
    arguments = ("load_list", "vehicle", str(path), "--date=2016-09-01", "--authority=车管所")
    call_command(
        *arguments, f"--actor={district.username}", "--column=id_number=身份证号码", "--column=fact_date=注册日期"
    )
    told = capsys.readouterr()
    assert "1 new" in told.out
    assert "row 3" in told.err
    assert Doubt.objects.get().fact_date == date(2014, 5, 1)
    with pytest.raises(CommandError):
        call_command(*arguments, "--actor=nobody")
    with pytest.raises(CommandError):
        call_command(*arguments, f"--actor={district.username}", "--column=id_number=没有")
