"""The cadre's journey on a phone: the round, a call, a visit, and the visit as the last one of the household."""

import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, assert_accessible, assert_large_enough

pytestmark = pytest.mark.browser

SEEN = "老人已出院，下周复查"


def test_a_cadre_calls_visits_and_finds_it_as_the_last_visit(open_page):
    page = open_page("cadre", PHONE)
    expect(page).to_have_url(re.compile("/my/$"))
    assert_accessible(page)
    assert_large_enough(page)
    call = page.locator("a[href^='tel:']")
    page.locator(".round").filter(has=call).locator(".round__household").first.click()
    address = page.url
    expect(call).to_have_attribute("href", re.compile(r"^tel:\d{7,}$"))
    assert_accessible(page)
    assert_large_enough(page)

    page.get_by_role("link", name="登记走访").click()
    assert_accessible(page)
    assert_large_enough(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("[name=situation]")).to_have_attribute("aria-invalid", "true")
    page.locator("[name=situation]").fill(SEEN)
    page.get_by_role("button", name="保存").click()

    expect(page).to_have_url(address)
    newest = page.locator(".rows > li").filter(has_text=SEEN)
    today = timezone.localdate().isoformat()
    expect(newest).to_have_count(1)
    expect(newest).to_contain_text(today)
    page.goto("/my/")
    card = page.locator(f".round__household[href='{urlsplit(address).path}']")
    expect(card).to_contain_text(f"{today} 今天")


def test_a_cadre_logs_what_arrived_of_a_measure(open_page):
    page = open_page("cadre", PHONE)
    giving = page.locator(".round").filter(has_not_text="暂无帮扶措施").locator(".round__household")
    giving.first.click()
    address = page.url
    page.get_by_role("link", name="登记帮扶落实").first.click()
    assert_accessible(page)
    assert_large_enough(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("资金").check()
    page.get_by_label("金额（元）").fill("1,200")
    page.get_by_label("出资单位").fill("镇财政")
    page.get_by_label("凭证").fill("发放表8号")
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url(address)
    expect(page.get_by_text("帮扶落实已登记。")).to_be_visible()
