"""The empty workbook: four sheets with drop-downs, text columns for numbers, and a sheet that explains."""

from typing import BinaryIO

import xlsxwriter

from households.choices import chinese_labels
from households.imports.columns import SHEETS, Column, Sheet

FORMATTED_ROWS = 5_000
TEXT_KINDS = {"number", "id_number", "phone", "text", "code", "codes"}
EXPLANATION = (
    "填写说明",
    "一、每户在“户信息”中占一行，“家庭成员”中每人一行，“年度收入”中每户每年一行，“情况核查”中每项事实一行；同一户使用相同的户编号。",
    "二、带 * 的列必须填写。有下拉列表的列请从列表中选择，也可以填写代码。",
    "三、证件号码、户编号、村代码、电话各列已设为文本格式，请不要改为数值，否则末几位会丢失。",
    "四、日期按 2015-12-31 的格式填写；金额以元为单位，最多两位小数。",
    "五、每户必须有且只有一名户主，户主姓名、证件号码应与“家庭成员”中的户主一致。",
    "六、请不要合并单元格、增减列或修改工作表名称。整个文件要么全部导入，要么全部不导入。",
    "七、登记状态、认定日期、认定文号三列仅供区级工作人员办理历史结转，其他人员请留空。",
)


def write_template(target: str | BinaryIO) -> None:
    """Write the empty workbook to a path or an open file."""
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        for sheet in SHEETS:
            _write_sheet(workbook, sheet)
        _write_explanation(workbook)


def _write_sheet(workbook: xlsxwriter.Workbook, sheet: Sheet) -> None:
    page = workbook.add_worksheet(sheet.name)
    heading = workbook.add_format(
        {"bold": True, "bg_color": "#123A6B", "font_color": "#FFFFFF", "align": "center", "border": 1}
    )
    formats = {
        "text": workbook.add_format({"num_format": "@"}),
        "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "amount": workbook.add_format({"num_format": "0.00"}),
    }
    page.freeze_panes(1, 1)
    for position, column in enumerate(sheet.columns):
        name = "text" if column.kind in TEXT_KINDS else column.kind
        page.set_column(position, position, column.width, formats.get(name))
        page.write_string(0, position, column.heading + ("*" if column.required else ""), heading)
        if column.hint:
            page.write_comment(0, position, column.hint)
        _restrict(page, position, column)


def _restrict(page, position: int, column: Column) -> None:
    """Let Excel itself offer the choices and refuse what cannot be."""
    rules = {
        "code": lambda: {"validate": "list", "source": list(chinese_labels(column.choices))},
        "yes_no": lambda: {"validate": "list", "source": ["是", "否"]},
        "amount": lambda: {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_message": "请填写不小于 0 的金额（元）",
        },
        "year": lambda: {"validate": "integer", "criteria": "between", "minimum": 2000, "maximum": 2100},
    }
    if column.kind not in rules:
        return
    page.data_validation(1, position, FORMATTED_ROWS, position, {"ignore_blank": True} | rules[column.kind]())


def _write_explanation(workbook: xlsxwriter.Workbook) -> None:
    page = workbook.add_worksheet("填写说明")
    page.set_column(0, 0, 110, workbook.add_format({"text_wrap": True, "valign": "top"}))
    title, *lines = EXPLANATION
    page.write_string(0, 0, title, workbook.add_format({"bold": True, "font_size": 14}))
    for row, line in enumerate(lines, 2):
        page.write_string(row, 0, line)
