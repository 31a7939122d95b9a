"""The clerk's journey: a household entered by the keyboard alone, and two people who save the same one."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, assert_accessible
from tests.factories import id_number

pytestmark = pytest.mark.browser

HEAD = id_number(date(1958, 3, 4), "1", area="320483", sequence=401)
WIFE = id_number(date(1961, 7, 8), "2", area="320483", sequence=402)
SON = id_number(date(1988, 9, 10), "1", area="320483", sequence=403)


class Keyboard:
    """Somebody who fills the entry page without a mouse: Enter goes on, Tab passes a button."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")

    def go_to(self, field: str) -> None:
        """Go on until the field (or button) with this end of its name has the focus."""
        for _step in range(80):
            if self.focused().endswith(field):
                return
            self.page.keyboard.press("Tab" if self.focused() in ("add", "") else "Enter")
        raise AssertionError(f"{field} was not reached; the focus is on {self.focused()}")

    def fill(self, **values: str) -> None:
        for field, value in values.items():
            self.go_to(field)
            self.page.keyboard.insert_text(value)

    def choose(self, field: str, label: str) -> None:
        """Choose an option of a list by the arrow keys."""
        self.go_to(field)
        for _step in range(80):
            if self.page.evaluate("document.activeElement.selectedOptions[0].text.trim()") == label:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{field} has no {label}")

    def press(self, button: str) -> None:
        self.go_to(button)
        self.page.keyboard.press("Enter")


def member(page: Page, position: int):
    return page.locator("[data-row=members]").nth(position)


def test_a_clerk_enters_a_household_with_the_keyboard_alone(open_page):
    page = open_page("village")
    expect(page).to_have_url(re.compile("/desk/$"))
    page.get_by_role("link", name="录入农户").press("Enter")
    keys = Keyboard(page)
    keys.fill(group="6组", address="东庄6号", phone="13800001234")
    keys.choose("main_cause", "因病")
    keys.fill(name="周根福", id_number=HEAD)
    expect(member(page, 0).locator("[data-derived]")).to_contain_text("男 1958-03-04")

    keys.press("add")
    keys.fill(name="王秀英", id_number=WIFE[:-1] + ("1" if WIFE[-1] != "1" else "2"))
    expect(member(page, 1).locator("[data-derived]")).to_have_class(re.compile("is-wrong"))
    keys.choose("relationship", "配偶")

    keys.press("add")
    keys.fill(name="周明")
    page.once("dialog", lambda question: question.accept())
    member(page, 2).locator("[data-remove]").press("Enter")
    expect(page.locator("[data-row=members]")).to_have_count(2)

    keys.page.locator("[data-row=members]").nth(1).locator("[name$=-phone]").focus()
    keys.choose("year", "2015")
    keys.fill(wages="9000", pension="2400.50", production_expense="1000")
    expect(page.locator("[data-sum=net]")).to_have_text("10,400.50")

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    wrong = member(page, 1).locator(".field--error")
    expect(wrong).to_contain_text("证件号码")
    expect(page.locator("[name=address]")).to_have_value("东庄6号")
    expect(member(page, 1).locator("[name$=-name]")).to_have_value("王秀英")
    assert_accessible(page)

    member(page, 1).locator("[name$=-id_number]").fill(WIFE)
    # Under the standard in force, two people with 10,400.50 yuan: 5,200.25 a head, below the line.
    preview = page.locator(".entry")
    expect(preview).to_contain_text("5,200.25")
    expect(preview).to_contain_text("符合")
    page.keyboard.press("Control+Enter")

    # The cause is illness and nobody is ill: asked, with the cursor in the answer, and saved by the keyboard.
    expect(page.locator(".entry-asks")).to_contain_text("H-204")
    expect(page.locator(".entry-asks input").first).to_be_focused()
    assert_accessible(page)
    for answer in page.locator(".entry-asks input").all():
        answer.focus()
        page.keyboard.insert_text("妻子正在住院，诊断书后补")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("周根福")
    body = page.locator("main").inner_text()
    assert "王秀英" in body
    assert HEAD not in page.content()
    assert "10,400.50" in body
    assert_accessible(page)

    page.goto("/desk/households/?q=zgf")
    expect(page.locator("#list")).to_contain_text("周根福")


def open_for_editing(page: Page, site) -> str:
    """Open a household of the village for editing; its address."""
    page.goto("/desk/households/")
    page.locator("#list tbody a").first.click()
    address = page.url.removeprefix(site.base)
    page.get_by_role("link", name="编辑").click()
    return address


def test_two_people_who_save_the_same_household_see_both_and_lose_neither(open_page, site):
    mine, theirs = open_page("village"), open_page("township")
    address = open_for_editing(mine, site)
    theirs.goto(f"{address}edit/")
    theirs.locator("[name=address]").fill("西庄9号")
    theirs.get_by_role("button", name="保存").first.click()
    expect(theirs).to_have_url(re.compile(f"{address}$"))

    mine.locator("[name=group]").fill("88组")
    mine.locator("[name=address]").fill("南庄8号")
    mine.get_by_role("button", name="保存").first.click()
    table = mine.locator("main")
    expect(table).to_contain_text("蒋国平")
    for text in ("88组", "南庄8号", "西庄9号"):
        expect(table).to_contain_text(text)
    assert_accessible(mine)
    mine.get_by_role("radio", name="西庄9号").check()
    mine.get_by_role("button", name="保存所选内容").click()
    expect(mine).to_have_url(re.compile(f"{address}$"))
    expect(mine.locator("main")).to_contain_text("88组")
    expect(mine.locator("main")).to_contain_text("西庄9号")
    mine.get_by_role("link", name="变更历史").click()
    expect(mine.locator("main")).to_contain_text("蒋国平")


def test_the_entry_page_fits_a_phone(open_page):
    page = open_page("village", PHONE)
    page.goto("/desk/households/new/")
    assert_accessible(page)
