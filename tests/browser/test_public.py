"""The public's journey: anybody looks a household up, and learns no more than the public record."""

import re

import pytest

from tests.browser.conftest import DESKTOP, PHONE, assert_accessible

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def known(site) -> dict[str, str]:
    """A household of the public register: number, village and name of the head; and the ID number of the head."""
    told = site.manage(
        "shell", "--no-imports", "-c",
        "from casework.models import PublicRecord as P; from households.models import Household as H;"
        "number = P.objects.order_by('pk').values_list('number', flat=True)[0]; h = H.objects.get(number=number);"
        "m = h.members.get(relationship='01', left_on=None);"
        "print('|'.join([h.number, h.village.name, h.head_name, m.id_number, h.phone]))",
    )  # fmt: skip
    number, village, name, id_number, phone = told.strip().splitlines()[-1].split("|")
    return {"number": number, "village": village, "name": name, "id_number": id_number, "phone": phone}


def look_up(page, number: str, name: str) -> str:
    """What the page answers to a number and a name."""
    page.goto("/lookup/")
    form = page.locator("form").filter(has=page.get_by_label("户编号"))
    form.get_by_label("户编号").fill(number)
    form.get_by_label("户主姓名").fill(name)
    form.get_by_role("button", name="查询").click()
    page.wait_for_load_state()
    return page.locator("main").inner_text()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_anybody_finds_a_household_and_learns_nothing_private(open_page, known, viewport):
    page = open_page(viewport=viewport)
    page.goto("/")
    assert_accessible(page)
    answer = look_up(page, known["number"], known["name"])
    assert_accessible(page)
    masked = known["name"][0] + "*" * (len(known["name"]) - 1 if len(known["name"]) == 2 else len(known["name"]) - 2)
    assert masked in answer
    assert known["village"] in answer
    for private in (known["id_number"], known["phone"]):
        assert private not in page.content()
    assert known["name"] not in page.url
    assert known["number"] not in page.url


def test_not_found_and_not_public_are_the_same_answer(open_page, site, known):
    told = site.manage(
        "shell", "--no-imports", "-c",
        "from households.models import Household as H; h = H.objects.filter(status='unidentified').first() or "
        "H.objects.exclude(status__in=['registered', 'supported']).first(); print(h.number + '|' + h.head_name)",
    )  # fmt: skip
    number, name = told.strip().splitlines()[-1].split("|")
    page = open_page()
    unknown = look_up(page, "32041299999999999", "赵无此")
    not_public = look_up(page, number, name)
    wrong_name = look_up(page, known["number"], "赵无此")
    assert unknown == not_public == wrong_name


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/", "/lookup/", "/notices/", "/villages/", "/statistics/", "/login/"])
def test_every_public_page_is_accessible_and_fits_the_screen(open_page, viewport, path):
    page = open_page(viewport=viewport)
    assert page.goto(path).status == 200
    assert_accessible(page)


def test_the_site_speaks_english_at_a_click_and_chinese_at_the_next(open_page):
    page = open_page()
    page.goto("/statistics/")
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url.endswith("/statistics/")
    assert not re.search("[\u4e00-\u9fff]", page.locator("h1").inner_text())
    page.get_by_role("button", name="中文").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang").lower().startswith("zh")
