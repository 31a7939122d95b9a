"""Every page that a menu leads to: it opens, fits the screen, and axe finds nothing serious."""

import pytest

from assistance.demo.accounts import ACCOUNTS
from tests.browser.conftest import DESKTOP, PHONE, assert_accessible

pytestmark = pytest.mark.browser

ONE_A_ROLE = [account.username for account in ACCOUNTS if not account.username.endswith("2")]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("username", ONE_A_ROLE)
def test_every_page_of_the_menu_is_accessible_and_fits_the_screen(open_page, username, viewport):
    page = open_page(username, viewport)
    assert_accessible(page)
    links = page.locator("nav a, .menu a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    own = {link for link in links if link and link.startswith("/") and "logout" not in link}
    assert own or username == "cadre"
    for link in sorted(own):
        assert page.goto(link).status == 200, link
        assert_accessible(page)
