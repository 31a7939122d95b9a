"""A workbook's journey: the template, a mistake that is told, the preview, and the register."""

import re

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from assistance.demo.accounts import VILLAGE
from tests.browser.conftest import assert_accessible
from tests.households.imports.workbooks import Book

pytestmark = pytest.mark.browser


def workbook(path, **cells) -> str:
    book = Book()
    for number in ("T20160001", "T20160002"):
        book.household(number, members=3, **{"村代码": VILLAGE, "户主姓名": "张建国"} | cells)
    path.write_bytes(book.content())
    return str(path)


def upload(page: Page, path: str) -> None:
    page.goto("/desk/households/import/")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="上传并检查").click()


def test_the_template_keeps_numbers_as_text(open_page, tmp_path):
    page = open_page("township")
    page.goto("/desk/households/import/")
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    path = tmp_path / "template.xlsx"
    download.value.save_as(path)
    sheets = openpyxl.load_workbook(path)
    assert {"户信息", "家庭成员", "年度收入", "情况核查"} <= set(sheets.sheetnames)


def test_a_mistake_keeps_the_file_out_and_the_report_marks_it(open_page, tmp_path):
    page = open_page("township")
    upload(page, workbook(tmp_path / "错误.xlsx", 村代码="123"))
    expect(page.locator("main")).to_contain_text("您的辖区内没有这个村", timeout=30_000)
    expect(page.locator("main")).to_contain_text("没有导入任何内容")
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载报告").click()
    path = tmp_path / "report.xlsx"
    download.value.save_as(path)
    report = openpyxl.load_workbook(path)
    assert report.sheetnames[0] == "检查结果"


def test_a_workbook_is_previewed_applied_and_found_in_the_list(open_page, tmp_path):
    page = open_page("township")
    path = workbook(tmp_path / "三月.xlsx")
    upload(page, path)
    expect(page.locator("main")).to_contain_text("导入后将有以下变化", timeout=30_000)
    assert_accessible(page)
    page.goto("/desk/households/?q=T2016")
    expect(page.locator("#list")).not_to_contain_text("T20160001")
    page.go_back()
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator("main")).to_contain_text(re.compile("已于.*导入"), timeout=30_000)
    page.goto("/desk/households/?village=" + VILLAGE)
    page.locator("[name=q]").fill("T20160001")
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_contain_text("T20160001")

    upload(page, path)
    expect(page.locator("main")).to_contain_text("没有变化", timeout=30_000)
