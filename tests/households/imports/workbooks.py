"""Workbooks for tests: made here row by row, never kept as files."""

import zipfile
from datetime import date
from io import BytesIO

import xlsxwriter

from households.imports.columns import FACTS, HOUSEHOLDS, INCOMES, MEMBERS, SHEETS, Sheet
from tests.factories import id_number

VILLAGE = "320412100201"


class Book:
    """Rows by sheet, each a dict from heading to cell; `content()` is the workbook."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict]] = {sheet.name: [] for sheet in SHEETS}
        self.headings = {sheet.name: [column.heading for column in sheet.columns] for sheet in SHEETS}
        self.sheets = [sheet.name for sheet in SHEETS]

    def add(self, sheet: Sheet, **cells) -> dict:
        self.rows[sheet.name].append(cells)
        return cells

    def household(self, number: str = "H1", *, members: int = 2, income: str | None = "12000.50", **cells) -> dict:
        """A household with a head, further members, an income of 2015 and no facts."""
        head_number = id_number(sex="1")
        self.add(MEMBERS, 户编号=number, 姓名="张建国", 证件号码=head_number, 与户主关系="户主", 健康状况="长期慢性病")
        for position in range(members - 1):
            self.add(
                MEMBERS,
                户编号=number,
                姓名=f"张小{position + 1}",
                证件号码=id_number(date(1970, 6, 15) if position == 0 else date(1998, 3, 1), sex="2"),
                与户主关系="配偶" if position == 0 else "之女",
                健康状况="健康",
            )
        if income is not None:
            self.add(INCOMES, 户编号=number, 年度=2015, 工资性收入=income)
        return self.add(
            HOUSEHOLDS,
            **{
                "户编号": number,
                "村代码": VILLAGE,
                "村民小组": "3组",
                "户主姓名": "张建国",
                "户主证件号码": head_number,
                "联系电话": "13800000000",
                "户属性": "一般低收入农户",
                "主要致贫原因": "因病",
            }
            | cells,
        )

    def fact(self, number: str = "H1", **cells) -> dict:
        return self.add(
            FACTS, 户编号=number, **{"类别": "机动车", "事实日期": "2015-06-01", "核查结果": "属实"} | cells
        )

    def content(self) -> bytes:
        target = BytesIO()
        with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
            day = workbook.add_format({"num_format": "yyyy-mm-dd"})
            for name in self.sheets:
                page = workbook.add_worksheet(name)
                page.write_row(0, 0, self.headings.get(name, []))
                for number, cells in enumerate(self.rows.get(name, []), 1):
                    for heading, value in cells.items():
                        column = self.headings[name].index(heading)
                        if hasattr(value, "isoformat"):
                            page.write_datetime(number, column, value, day)
                        elif isinstance(value, bool):
                            page.write_boolean(number, column, value)
                        elif isinstance(value, int | float):
                            page.write_number(number, column, value)
                        else:
                            page.write_string(number, column, value)
        return target.getvalue()


def repacked(content: bytes, change) -> bytes:
    """The container written anew; `change(parts)` may alter the dict from name to bytes."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()
