"""Files that are not read at all, each with a message of its own (reliability BAD-01 to BAD-12)."""

from io import BytesIO

import openpyxl
import pytest

from households.imports import guard, reading
from households.imports.columns import MEMBERS
from households.imports.faults import Refused
from tests.households.imports.workbooks import Book, repacked


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        reading.read(content)
    assert caught.value.message
    return caught.value.code


def book() -> Book:
    made = Book()
    made.household()
    return made


def test_a_workbook_that_follows_the_template_is_read():
    rows = reading.read(book().content())
    assert [number for number, _cells in rows["家庭成员"].rows] == [2, 3]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (guard.OLD_EXCEL + b"\0" * 600, "old_excel"),
        ("户编号,村代码\nH1,320412100201\n".encode("gb18030"), "not_xlsx"),
        (b"<html><table></table></html>", "not_xlsx"),
        (b"PK\x03\x04 cut off", "damaged"),
    ],
    ids=["empty", "old xls or password", "renamed csv", "html saved as xls", "cut-off upload"],
)
def test_what_is_no_xlsx_is_refused_by_its_content(content, code):
    assert refusal(content) == code


def test_a_file_that_was_cut_in_the_middle_is_refused():
    content = book().content()
    assert refusal(content[: len(content) // 2]) == "damaged"


def test_another_office_document_is_refused():
    content = repacked(book().content(), lambda parts: parts.pop(guard.WORKBOOK))
    assert refusal(content) == "not_xlsx"


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "macro"),
        ("xl/externalLinks/externalLink1.xml", "external_link"),
        ("xl/embeddings/oleObject1.bin", "embedded"),
    ],
)
def test_a_macro_a_link_or_an_embedded_object_is_refused_and_named(part, code):
    assert refusal(repacked(book().content(), lambda parts: parts.update({part: b"x"}))) == code


def test_a_file_that_expands_beyond_measure_is_refused_before_it_is_parsed():
    bomb = b"<worksheet>" + b" " * (40 * 1024 * 1024)
    assert refusal(repacked(book().content(), lambda parts: parts.update({"xl/worksheets/sheet9.xml": bomb}))) == "bomb"


def test_entity_declarations_are_refused():
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    assert refusal(repacked(book().content(), lambda parts: parts.update({guard.WORKBOOK: evil}))) == "strange"


def test_a_path_that_climbs_out_of_the_container_is_refused():
    assert refusal(repacked(book().content(), lambda parts: parts.update({"xl/../../evil": b"x"}))) == "strange"


def test_a_missing_sheet_is_named():
    made = book()
    made.sheets.remove("年度收入")
    with pytest.raises(Refused, match="年度收入"):
        reading.read(made.content())


def test_a_hidden_sheet_is_not_read_silently():
    workbook = openpyxl.load_workbook(BytesIO(book().content()))
    workbook["情况核查"].sheet_state = "hidden"
    target = BytesIO()
    workbook.save(target)
    assert refusal(target.getvalue()) == "hidden"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda headings: headings.remove("证件号码"), "证件号码"),
        (lambda headings: headings.append("备注信息"), "备注信息"),
        (lambda headings: headings.append("姓名"), "姓名"),
    ],
    ids=["missing", "unknown", "twice"],
)
def test_columns_that_are_missing_unknown_or_double_are_named(change, named):
    made = book()
    made.rows["家庭成员"] = []
    change(made.headings["家庭成员"])
    with pytest.raises(Refused, match=named) as caught:
        reading.read(made.content())
    assert caught.value.code == "columns"


def test_headings_may_stand_below_a_title_carry_a_star_and_have_another_order():
    workbook = openpyxl.load_workbook(BytesIO(book().content()))
    page = workbook["户信息"]
    page.insert_rows(1)
    page["A1"] = "武进区低收入农户花名册"
    page["A2"] = "户编号 *"
    target = BytesIO()
    workbook.save(target)
    rows = reading.read(target.getvalue())["户信息"]
    assert rows.heading_row == 2
    assert rows.rows[0][0] == 3
    assert rows.rows[0][1]["number"] == "H1"


def test_a_sheet_without_headings_is_refused():
    made = book()
    made.headings["情况核查"] = []
    assert refusal(made.content()) == "headings"


def test_a_workbook_without_households_is_refused():
    assert refusal(Book().content()) == "no_rows"


def test_merged_cells_in_the_data_are_refused():
    workbook = openpyxl.load_workbook(BytesIO(book().content()))
    workbook["家庭成员"].merge_cells("A2:A3")
    target = BytesIO()
    workbook.save(target)
    assert refusal(target.getvalue()) == "merged"


def test_more_rows_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    made = book()
    for _row in range(12):
        made.add(MEMBERS, 户编号="H1")
    assert refusal(made.content()) == "rows"


def test_a_value_in_the_last_row_of_the_sheet_does_not_make_a_million_rows():
    workbook = openpyxl.load_workbook(BytesIO(book().content()))
    workbook["情况核查"]["A1048576"] = "x"
    target = BytesIO()
    workbook.save(target)
    assert refusal(target.getvalue()) == "rows"
