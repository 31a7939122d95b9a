"""The journeys of cases: a village's list from the application to the register, an exit, an objection with a receipt.

Everybody works through the pages. Only time cannot be waited for: what is posted is moved back by as many days as pass.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site, assert_accessible, assert_large_enough
from tests.casework.steps import PICTURE

pytestmark = pytest.mark.browser

VILLAGE = "320412113206"
CONTACT = "礼嘉镇人民政府扶贫办 0519-00000000"
VOTES = {
    "place": "村委会会议室", "chaired_by": "周建芬", "entitled": "30", "attending": "25", "in_favour": "23",
    "against": "1", "abstained": "1", "opinion": "同意上报",
}  # fmt: skip
SECURED = ("is_income_stable", "has_food_and_clothing", "has_schooling", "has_medical_care", "has_safe_housing",
           "has_safe_water")  # fmt: skip


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> Path:
    """A photograph of a paper."""
    path = tmp_path_factory.mktemp("papers") / "签名页.png"
    path.write_bytes(PICTURE)
    return path


def ask(site: Site, expression: str) -> list[str]:
    """What an expression of households comes to on the site's data, as texts."""
    code = (
        "from households.models import Household as H; from casework.models import Case;"
        f"print('|'.join(str(one) for one in {expression}))"
    )
    return site.manage("shell", "--no-imports", "-c", code).strip().splitlines()[-1].split("|")


def free(site: Site, status: str, count: int) -> list[str]:
    """Numbers of households of the demo's village that are in no case, the last ones of the village first."""
    rows = f"H.objects.filter(village='{VILLAGE}', status='{status}').exclude(cases__in=Case.objects.unfinished())"
    return ask(site, f"{rows}.order_by('-number').values_list('number', flat=True)[:{count}]")


def days_pass(site: Site, days: int = 7) -> None:
    """What is posted was posted so many days earlier, and the sweep comes round."""
    site.manage(
        "shell", "--no-imports", "-c",
        "from datetime import timedelta; from django.db.models import F; from casework.models import Notice;"
        f"from casework.services import close_finished; past = timedelta({days});"
        "Notice.objects.update(starts_on=F('starts_on') - past, ends_on=F('ends_on') - past); close_finished()",
    )  # fmt: skip


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)


def add_paper(page: Page, paper: Path) -> None:
    page.locator("main input[type=file]").set_input_files(paper)


def send(page: Page, button: str | re.Pattern) -> None:
    """Send the form, and see that it was taken."""
    page.locator("main").get_by_role("button", name=button).click()
    expect(page.locator("#messages .notice--ok")).to_be_visible()


def open_case(page: Page, number: str, kind: str, ground: str) -> None:
    page.goto(f"/desk/households/{number}/")
    page.get_by_role("link", name="发起办件").first.click()
    page.get_by_role("link", name=kind, exact=True).click()
    fill(page, ground=ground)
    send(page, "发起办件")


def case_of(site: Site, number: str) -> str:
    return ask(
        site, f"Case.objects.filter(household__number='{number}').order_by('-pk').values_list('pk', flat=True)[:1]"
    )[0]


def take(page: Page, case: str, step: str, paper: Path | None = None, **values: str) -> None:
    """Take a step on the case's page, by the button that offers it."""
    page.goto(f"/desk/cases/{case}/")
    page.locator("main").get_by_role("link", name=step, exact=True).click()
    fill(page, **values)
    if paper:
        add_paper(page, paper)
    send(page, step)


def open_list(page: Page, step: str, numbers: list[str]) -> None:
    """Open the list of the village that waits for a step, and leave only these households ticked."""
    page.goto("/desk/cases/lists/")
    page.locator(f"tbody a[href*='/identification/'][href*='/{VILLAGE}/']").filter(has_text=step).click()
    for line in page.locator("main tbody tr").all():
        line.get_by_role("checkbox").set_checked(any(number in line.inner_text() for number in numbers))


def add_photo(page: Page, case: str, paper: Path) -> None:
    page.goto(f"/desk/cases/{case}/")
    page.locator("main a[href*='/desk/notices/']").first.click()
    page.get_by_role("link", name="补传照片").click()
    add_paper(page, paper)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("link", name="更换照片")).to_be_visible()


def public_page(page: Page, case: str) -> str:
    """The address of the public page of the list that a case stands on."""
    page.goto(f"/desk/cases/{case}/")
    page.locator("main a[href*='/desk/notices/']").first.click()
    return page.locator("main a[href^='/notices/']").first.get_attribute("href")


def test_a_village_takes_a_list_from_the_application_to_the_register(open_page, site, paper):
    numbers = free(site, "unregistered", 3)
    heads = [ask(site, f"H.objects.filter(number='{n}').values_list('head_name', flat=True)")[0] for n in numbers]
    worker = open_page("village")
    for number, head in zip(numbers, heads, strict=True):
        open_case(worker, number, "认定", "户主患病，人均纯收入低于标准。")
        fill(worker, applicant=head)
        add_paper(worker, paper)
        send(worker, "登记申请")
    cases = [case_of(site, number) for number in numbers]

    # The whole list is appraised and posted at once.
    open_list(worker, "记录民主评议", numbers)
    assert_accessible(worker)
    fill(worker, **VOTES)
    add_paper(worker, paper)
    send(worker, re.compile("记录民主评议"))
    open_list(worker, "开始村级公示", numbers)
    fill(worker, contact=CONTACT)
    send(worker, re.compile("开始村级公示"))
    add_photo(worker, cases[0], paper)
    address = public_page(worker, cases[0])

    # The list is public while it runs; somebody objects to the first household, on a phone.
    stranger = open_page(viewport=PHONE)
    stranger.goto(address)
    assert_accessible(stranger)
    for head in heads:
        expect(stranger.locator("main")).to_contain_text(head)
    stranger.get_by_role("link", name="提出异议").first.click()
    assert_accessible(stranger)
    assert_large_enough(stranger)
    stranger.get_by_label("名单中的农户不应列入").check()
    stranger.locator("[name=entry]").select_option(index=1)
    fill(stranger, text="该户有一辆小汽车。", name="王先生")
    stranger.get_by_role("button", name="提交异议").click()
    expect(stranger.get_by_role("heading", name="已收到您的异议")).to_be_visible()
    assert_accessible(stranger)
    receipt, code = stranger.locator(".receipt__number").all_inner_texts()

    # Until it is answered, the clock keeps the household where it is; the others go on.
    days_pass(site)
    stages = ask(site, f"[Case.objects.get(pk=pk).stage for pk in ({','.join(cases)})]")
    assert sorted(stages) == ["township_review", "township_review", "village_publicity"]
    objected = cases[stages.index("village_publicity")]
    clerk = open_page("township2")
    clerk.goto("/desk/")
    clerk.get_by_role("link", name="异议", exact=True).first.click()
    clerk.locator("tbody").get_by_role("link", name=re.compile(receipt.replace("-", "")[8:12])).first.click()
    clerk.get_by_label("异议不成立").check()
    fill(clerk, findings="车辆属于邻居，行驶证已核对。", answer="经核查，该户名下无机动车，异议不成立。")
    send(clerk, "办结异议")

    # The objector reads the answer with the receipt.
    stranger.get_by_role("link", name="异议查询").first.click()
    fill(stranger, receipt=receipt, code=code)
    stranger.get_by_role("button", name="查看").click()
    expect(stranger.locator("main")).to_contain_text("名下无机动车")
    assert receipt not in stranger.url
    assert_accessible(stranger)

    # The township reviews the list and draws the third household out; it is returned with a reason.
    days_pass(site, 0)
    rest = [case for case in cases if case != objected]
    onward, drawn_out = [objected, rest[0]], rest[1]
    kept = [number for number, case in zip(numbers, cases, strict=True) if case != drawn_out]
    open_list(clerk, "镇级审核", kept)
    fill(clerk, opinion="材料齐全，同意。")
    send(clerk, re.compile("镇级审核"))
    take(clerk, drawn_out, "退回", reason="缺少病历，请补充后再报。")
    worker.goto("/desk/")
    expect(worker.locator("main")).to_contain_text("缺少病历")

    open_list(clerk, "开始镇级公示", kept)
    fill(clerk, contact=CONTACT)
    send(clerk, re.compile("开始镇级公示"))
    add_photo(clerk, onward[0], paper)
    days_pass(site)

    # The district reviews, announces and concludes.
    officer = open_page("district2")
    open_list(officer, "区级复审", kept)
    officer.get_by_label("无疑点").check()
    fill(officer, opinion="符合标准，同意认定。")
    send(officer, re.compile("区级复审"))
    open_list(officer, "发布公告", kept)
    fill(officer, document="武扶公告〔2016〕1号", contact="武进区扶贫办 0519-00000000")
    send(officer, re.compile("发布公告"))
    add_photo(officer, onward[0], paper)
    days_pass(site)
    open_list(officer, "办结", kept)
    send(officer, re.compile("办结"))
    for case in onward:
        officer.goto(f"/desk/cases/{case}/")
        expect(officer.locator("main")).to_contain_text("已办结")
    assert_accessible(officer)

    # Nobody reads the list any more, and everybody can look the household up.
    stranger.goto(address)
    expect(stranger.locator("body")).not_to_contain_text(heads[0])
    stranger.goto("/lookup/")
    form = stranger.locator("form").filter(has=stranger.get_by_label("户编号"))
    number = kept[0]
    form.get_by_label("户编号").fill(number)
    form.get_by_label("户主姓名").fill(heads[numbers.index(number)])
    form.get_by_role("button", name="查询").click()
    expect(stranger.locator("main")).to_contain_text("在册")


def test_a_household_leaves_the_register_with_its_signature_and_keeps_its_support(open_page, site, paper):
    (number,) = free(site, "registered", 1)
    worker, clerk = open_page("village"), open_page("township2")
    open_case(worker, number, "退出", "子女稳定就业，人均纯收入稳定超过标准。")
    case = case_of(site, number)
    take(worker, case, "记录民主评议", paper, **VOTES)
    worker.goto(f"/desk/cases/{case}/steps/verify/")
    fill(worker, verified_by="周建芬、徐海波")
    # Without the signature nothing goes on, and nothing typed is lost.
    for name in SECURED:
        worker.locator(f"[name={name}]").check()
    worker.locator("main").get_by_role("button", name="登记核实签字").click()
    expect(worker.locator("[name=verified_by]")).to_have_value("周建芬、徐海波")
    add_paper(worker, paper)
    send(worker, "登记核实签字")
    take(worker, case, "开始村级公示", contact=CONTACT)
    add_photo(worker, case, paper)
    worker.goto(f"/desk/cases/{case}/")
    expect(worker.locator("main")).to_contain_text("此前不能结束公示")
    days_pass(site)
    take(clerk, case, "镇级审核", opinion="同意退出。")
    take(clerk, case, "发布公告", document="礼扶公告〔2016〕2号", contact=CONTACT)
    add_photo(clerk, case, paper)
    days_pass(site)
    take(clerk, case, "办结")
    clerk.goto(f"/desk/households/{number}/")
    expect(clerk.locator("main")).to_contain_text("已脱贫")
    clerk.goto(f"/desk/cases/{case}/")
    expect(clerk.locator("main")).to_contain_text("享受政策至")
    assert_accessible(clerk)


@pytest.mark.parametrize("account", ["village", "township2", "district", "auditor"])
def test_the_pages_of_cases_are_readable_for_everybody(open_page: Callable[..., Page], account):
    page = open_page(account)
    for path in ("/desk/", "/desk/work/", "/desk/cases/", "/desk/cases/lists/", "/desk/cases/villages/",
                 "/desk/notices/", "/desk/objections/", "/desk/proposals/"):  # fmt: skip
        page.goto(path)
        assert_accessible(page)
