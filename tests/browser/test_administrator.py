"""The administrator's journey: a recalculation seen on its way and explained, and a standard that two people make."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible

pytestmark = pytest.mark.browser


def progress_seen(page: Page, let_work: Callable[[], None], steps: int = 2000) -> list[int]:
    """The shares, in percent, that the page's bar moves to while the run is on its way.

    The worker is let on only when the page shows how far the run is.
    """
    run = page.request.get(f"/api/v1{page.url.split('/desk')[-1]}")
    assert run.ok
    bar, shown = page.locator("progress"), []
    for _step in range(steps):
        let_work()
        state = page.request.get(run.url).json()
        done, total = state["progress"]["done"], state["progress"]["total"]
        if state["status"] == "done" or done == total > 0:
            return shown
        if total and done * 100 // total not in (0, *shown):
            shown.append(done * 100 // total)
            expect(bar).to_have_attribute("value", str(shown[-1]), timeout=15_000)
    raise AssertionError(f"The run did not end in {steps} steps; the bar was at {shown}.")


def test_an_administrator_recalculates_and_sees_it_move(open_page, site):
    page = open_page("admin")
    page.get_by_role("link", name="重新核算").first.click()
    page.get_by_role("link", name="新建核算").click()
    page.get_by_label("识别标准").select_option(label=standard_of_households(page))
    assert_accessible(page)
    with site.worker_in_steps() as let_work:
        page.get_by_role("button", name="开始").click()
        expect(page).to_have_url(re.compile(r"/desk/recalculations/[0-9a-f-]{36}/"))
        seen = progress_seen(page, let_work)
    assert len(seen) >= 2, f"The bar was seen at {seen} only."
    assert seen == sorted(seen)
    expect(page.locator("main")).to_contain_text("已完成", timeout=15_000)
    assert_accessible(page)

    page.get_by_role("link", name=re.compile("全部有变化的结果")).click()
    assert_accessible(page)
    page.go_back()
    # Every figure leads to its households, and each household's page says why.
    page.locator(".stat", has_text="不符合").locator("a").first.click()
    page.locator("#list tbody a").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("不符合：.*元的收入线|不符合：.*不予识别"))
    assert_accessible(page)


def standard_of_households(page: Page) -> str:
    """The label of the household standard in force among those to choose from."""
    options = page.get_by_label("识别标准").locator("option").all_inner_texts()
    return next(option for option in options if "低收入农户" in option)


def test_a_second_person_puts_a_standard_into_force(open_page):
    proposer, approver = open_page("district"), open_page("district2")
    proposer.goto("/desk/standards/demo-2015/")
    proposer.get_by_role("button", name="新版本").click()
    proposer.locator("[name=line]").fill("9500.00")
    proposer.locator("[name=basis]").fill("示例〔2016〕2号")
    proposer.get_by_role("button", name="保存草稿").click()
    expect(proposer.locator("main")).to_contain_text("9,500.00")
    proposer.on("dialog", lambda question: question.accept())
    proposer.get_by_role("button", name="提交批准").click()
    proposer.get_by_role("link", name="核对并批准").click()
    expect(proposer.locator("main")).to_contain_text("须由另一人批准")
    expect(proposer.get_by_role("button", name="批准并启用")).to_have_count(0)

    approver.goto("/desk/standards/demo-2015/")
    approver.get_by_role("link", name="核对并批准").click()
    assert_accessible(approver)
    basis = approver.locator("[name=basis]")
    if basis.count():
        basis.fill("示例〔2016〕2号")
    approver.on("dialog", lambda question: question.accept())
    approver.get_by_role("button", name="批准并启用").click()
    expect(approver.locator("main")).to_contain_text("该版本已生效")
    proposer.goto("/desk/standards/demo-2015/")
    expect(proposer.locator("main")).to_contain_text("沈志强")
