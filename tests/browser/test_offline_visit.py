"""The cadre's journey through a dead spot: nothing typed is lost, and what was kept is sent once, by its writer."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, assert_accessible, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page) -> Page:
    """The cadre's phone."""
    return open_page("cadre", PHONE)


def household(page: Page, position: int) -> str:
    """The address of one of the cadre's households."""
    return page.locator(".round__household").nth(position).get_attribute("href")


def write_visit(page: Page, address: str, situation: str, **values: str) -> None:
    page.goto(f"{address}visit/")
    for name, value in {"situation": situation, **values}.items():
        page.locator(f"[name={name}]").fill(value)


def save(page: Page) -> None:
    page.get_by_role("button", name="保存").click()


def kept(page: Page) -> dict:
    return json.loads(page.evaluate("JSON.stringify(localStorage)"))


def lose_session(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def visits_with(page: Page, address: str, situation: str) -> int:
    page.goto(address)
    return page.get_by_text(situation, exact=True).count()


def test_the_phone_pages_are_accessible_and_as_wide_as_the_phone(page):
    address = household(page, 0)
    for path in ("/my/", address, f"{address}visit/"):
        page.goto(path)
        assert_accessible(page)


def test_what_was_typed_is_put_back_after_the_page_was_left(page):
    address = household(page, 0)
    write_visit(page, address, "屋顶有一处漏雨")
    page.goto("/my/")
    page.goto(f"{address}visit/")
    expect(page.locator("[name=situation]")).to_have_value("屋顶有一处漏雨")
    page.get_by_role("button", name="重新填写").click()
    expect(page.locator("[name=situation]")).to_have_value("")
    assert kept(page) == {}


def test_a_visit_without_connection_waits_on_the_phone_and_is_sent_once(page):
    address = household(page, 1)
    name = page.locator(".round__household h2").nth(1).inner_text()
    write_visit(page, address, "断网时所见")
    page.context.set_offline(True)
    save(page)
    outbox = page.locator("#outbox")
    expect(outbox).to_contain_text("断网时所见")
    assert_accessible(page)
    assert name not in json.dumps(kept(page), ensure_ascii=False)
    page.context.set_offline(False)
    expect(outbox).to_contain_text(re.compile(r"刚刚已上传：\s*1"))
    assert kept(page) == {}
    assert visits_with(page, address, "断网时所见") == 1


def test_a_visit_whose_answer_was_lost_is_not_logged_twice(page):
    address = household(page, 2)
    write_visit(page, address, "应答丢失时所见")
    page.route("**/visit/", lambda route: (route.fetch(), route.abort("internetdisconnected")))
    save(page)
    expect(page.locator("#outbox")).to_contain_text("应答丢失时所见")
    page.get_by_role("button", name="立即上传").click()
    expect(page.locator("#outbox")).to_contain_text("刚刚已上传")
    assert visits_with(page, address, "应答丢失时所见") == 1


def test_a_visit_outlives_the_session(page):
    address = household(page, 3)
    write_visit(page, address, "登录失效时所见")
    lose_session(page)
    save(page)
    expect(page.locator("#outbox")).to_contain_text("登录已失效")
    sign_in(page, "cadre")
    expect(page.locator("#outbox")).to_contain_text("刚刚已上传")
    assert visits_with(page, address, "登录失效时所见") == 1


def test_a_refused_visit_stays_with_its_message_until_it_is_corrected(page):
    address = household(page, 4)
    tomorrow = timezone.localdate() + timedelta(days=1)
    write_visit(page, address, "日期写错", visited_on=tomorrow.isoformat())
    page.context.set_offline(True)
    save(page)
    page.context.set_offline(False)
    outbox = page.locator("#outbox")
    expect(outbox).to_contain_text("日期不能晚于今天")
    page.goto("/my/")
    expect(outbox).to_contain_text("日期不能晚于今天")
    outbox.get_by_role("button", name="编辑").click()
    expect(page.locator("[name=situation]")).to_have_value("日期写错")
    page.locator("[name=visited_on]").fill(timezone.localdate().isoformat())
    save(page)
    page.wait_for_url(f"**{address}")
    expect(outbox).to_be_hidden()
    assert visits_with(page, address, "日期写错") == 1


def test_signing_out_asks_and_leaves_nothing_for_the_next_person(page):
    write_visit(page, household(page, 0), "没有保存")
    asked = []

    def sign_out(answer: str) -> None:
        page.once("dialog", lambda dialog: (asked.append(dialog.message), getattr(dialog, answer)()))
        page.locator("details.menu").evaluate("menu => menu.open = true")
        page.get_by_role("button", name="退出").click()

    sign_out("dismiss")
    assert kept(page) != {}
    sign_out("accept")
    page.wait_for_url("**/login/")
    assert len(asked) == 2
    assert kept(page) == {}


def test_what_one_person_kept_is_neither_shown_to_nor_sent_by_another(page):
    write_visit(page, household(page, 1), "甲的走访")
    lose_session(page)
    save(page)
    expect(page.locator("#outbox")).to_contain_text("登录已失效")
    sign_in(page, "district")
    page.goto("/account/password/")
    assert "甲的走访" not in page.content()
    assert "甲的走访" in json.dumps(kept(page), ensure_ascii=False)
