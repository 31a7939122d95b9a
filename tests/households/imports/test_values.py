"""What a cell says, whatever Excel made of it (reliability BAD-20 to BAD-34)."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from households.imports import columns as layout
from households.imports.values import Unreadable, read


def cell(sheet, heading, raw):
    return read(raw, next(column for column in sheet.columns if column.heading == heading))


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("32041219800101132x", "32041219800101132X"),
        ("３２０４１２19800101132Ｘ", "32041219800101132X"),
        (" 320412 19800101-132X\u200b", "32041219800101132X"),
        ("'32041219800101132X", "32041219800101132X"),
    ],
)
def test_an_id_number_is_read_whatever_width_case_or_spaces_it_was_typed_in(raw, number):
    assert cell(layout.MEMBERS, "证件号码", raw) == number


@pytest.mark.parametrize("raw", [320412198001011328.0, 3.20412198001011e17, "3.20412E+17", 320412198001011])
def test_an_id_number_that_excel_made_a_number_is_refused_and_never_repaired(raw):
    with pytest.raises(Unreadable):
        cell(layout.MEMBERS, "证件号码", raw)


@pytest.mark.parametrize(("raw", "code"), [(320412100201.0, "320412100201"), ("320412100201", "320412100201")])
def test_a_village_code_is_short_enough_to_survive_as_a_number(raw, code):
    assert cell(layout.HOUSEHOLDS, "村代码", raw) == code


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        (date(2015, 12, 31), date(2015, 12, 31)),
        (datetime(2015, 12, 31, 8, 30), date(2015, 12, 31)),
        ("2015-12-31", date(2015, 12, 31)),
        ("2015/1/5", date(2015, 1, 5)),
        ("2015.12.31", date(2015, 12, 31)),
        ("2015年12月31日", date(2015, 12, 31)),
        ("２０１５-12-31", date(2015, 12, 31)),
        (20151231.0, date(2015, 12, 31)),
        ("", None),
        ("2016-02-29", date(2016, 2, 29)),
    ],
)
def test_a_date_is_read_in_the_forms_that_say_one_thing_only(raw, day):
    assert cell(layout.FACTS, "事实日期", raw) == day


@pytest.mark.parametrize("raw", ["2015-02-30", "2015-02-29", "15/12/31", "2015年12月", 42369.0, "去年底", "31-12-2015"])
def test_a_date_that_does_not_exist_or_may_mean_two_things_is_refused(raw):
    with pytest.raises(Unreadable):
        cell(layout.FACTS, "事实日期", raw)


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        (1234.5, "1234.50"),
        (0.1 + 0.2, "0.30"),
        ("1,234.50", "1234.50"),
        ("１２３４", "1234.00"),
        ("￥100", "100.00"),
        (0.0, "0.00"),
        ("-5", "-5.00"),
    ],
)
def test_an_amount_is_exact(raw, amount):
    assert cell(layout.INCOMES, "工资性收入", raw) == Decimal(amount)


def test_an_empty_amount_says_nothing():
    assert cell(layout.INCOMES, "工资性收入", "") is None


@pytest.mark.parametrize(
    "raw", ["1.2万", "12,34", "1e9", "NaN", "Infinity", "12.345", 12.345, "无", "/", "-", "约5000", True]
)
def test_an_amount_with_text_or_fractions_of_a_fen_is_refused(raw):
    with pytest.raises(Unreadable):
        cell(layout.INCOMES, "工资性收入", raw)


@pytest.mark.parametrize(("raw", "code"), [("因病", "01"), ("01", "01"), ("1", "01"), (1.0, "01"), ("其他", "99")])
def test_a_code_is_given_by_label_or_code(raw, code):
    assert cell(layout.HOUSEHOLDS, "主要致贫原因", raw) == code


def test_an_unknown_label_is_refused_with_the_list_of_what_would_be_right():
    with pytest.raises(Unreadable) as caught:
        cell(layout.HOUSEHOLDS, "主要致贫原因", "因懒")
    assert "因病" in caught.value.wanted


def test_several_illnesses_stand_in_one_cell():
    assert cell(layout.MEMBERS, "健康状况", "长期慢性病、残疾") == ["02", "04"]


@pytest.mark.parametrize(
    ("raw", "value"), [("是", True), ("否", False), (True, True), (0.0, False), ("√", True), ("", None)]
)
def test_yes_and_no_have_many_spellings(raw, value):
    assert cell(layout.MEMBERS, "共同生活", raw) is value


@pytest.mark.parametrize("raw", ["#REF!", "#N/A", "#VALUE!"])
def test_the_error_of_a_formula_is_no_value(raw):
    with pytest.raises(Unreadable):
        cell(layout.HOUSEHOLDS, "户主姓名", raw)


def test_a_text_beyond_measure_is_refused():
    with pytest.raises(Unreadable):
        cell(layout.FACTS, "说明", "长" * 33_000)
