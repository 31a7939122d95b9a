"""What every page owes its readers: its headers, no other host, no page kept, no foreign markup, no forged request."""

import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse

from accounts.models import User
from households.models import Household
from tests.factories import make_household, make_user, make_village
from tests.worlds import make_shared, make_world

pytestmark = pytest.mark.django_db
PUBLIC = ("/", "/lookup/", "/notices/", "/villages/", "/statistics/", "/login/", "/api/docs/")
DESK = (
    "/desk/", "/desk/households/", "/desk/households/new/", "/desk/households/import/", "/desk/villages/",
    "/desk/recalculations/", "/desk/proposals/", "/desk/standards/", "/desk/cases/", "/desk/jobs/",
    "/desk/assistance/pairings/", "/desk/assistance/measures/", "/desk/assistance/units/", "/account/password/",
)  # fmt: skip
MARKUP = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def district(client):
    client.force_login(make_user("district"))
    return client


def directives(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _blank, value in parts}


def assert_guarded(answer) -> None:
    policy = directives(answer)
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == policy["base-uri"] == "'self'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def assert_own(page: str) -> None:
    """Nothing in the page comes from another host, and nothing runs that is not a file of ours."""
    assert not re.findall(r"(?:src|href|action|poster)=\"(?:https?:)?//[^\"]*", page)
    assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    assert not re.findall(r"<[^>]+\s(?:on\w+|style)=", page)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_guarded_and_come_from_here(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert_guarded(answer)
    assert_own(answer.content.decode())


@pytest.mark.parametrize("path", DESK)
def test_pages_of_the_desk_are_guarded_and_come_from_here(district, path):
    answer = district.get(path)
    assert answer.status_code == 200
    assert_guarded(answer)
    assert_own(answer.content.decode())


@pytest.mark.parametrize("path", ["/nowhere/", "/desk/households/1/", "/api/v1/nowhere/"])
def test_what_is_not_there_is_guarded_too(district, path):
    answer = district.get(path)
    assert answer.status_code == 404
    assert_guarded(answer)


def test_no_style_or_script_of_ours_names_another_host():
    for path in Path(project.BASE_DIR, "static").rglob("*"):
        if path.suffix in {".css", ".js", ".svg"}:
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            assert not re.findall(r"(?:https?:)?//[\w-]+\.\w+", text), path.name


# --- What must not be kept ----------------------------------------------------------------------------------------
def test_pages_about_people_are_kept_by_nobody(client):
    world = make_world("320412100201", "甲", "13800000001", make_shared())
    paths = [f"{name}/" for name in ("", "history", "edit")]
    client.force_login(world.clerk)
    for path in (f"/desk/households/{world.household.number}/{path}".replace("//", "/") for path in paths):
        assert "no-store" in client.get(path)["Cache-Control"], path
    client.force_login(world.cadre)
    for path in ("/my/", f"/my/households/{world.household.number}/"):
        assert "no-store" in client.get(path)["Cache-Control"], path
    answer = Client().post("/lookup/", {"by": "number", "number-number": world.household.number, "number-name": "甲"})
    assert "no-store" in answer["Cache-Control"]


# --- What people type is text -------------------------------------------------------------------------------------
def test_markup_in_what_people_typed_is_shown_as_text(district):
    household = make_household(make_village(), head_name=MARKUP, address=MARKUP, note=MARKUP, members=2)
    User.objects.update(name=MARKUP)
    for path in (
        "/desk/",
        "/desk/households/",
        f"/desk/households/?q={MARKUP}&village={MARKUP}",
        f"/desk/households/{household.number}/",
        f"/desk/households/{household.number}/edit/",
        f"/desk/households/{household.number}/history/",
        f"/desk/assistance/pairings/new/?household={household.number}",
    ):
        page = district.get(path).content.decode()
        assert "<img src=x" not in page, path


def test_markup_in_a_message_and_in_an_address_is_shown_as_text(client):
    assert "<img src=x" not in client.get(f"/{MARKUP}/").content.decode()
    page = client.post("/login/", {"username": MARKUP, "password": "x", "next": f"/{MARKUP}"}).content.decode()
    assert "<img src=x" not in page


# --- Who asks -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/login/", "/logout/", "/lookup/", "/i18n/setlang/", "/desk/households/new/", "/desk/households/find/"]
)
def test_a_request_that_another_site_made_is_refused_in_words(path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("district"))
    answer = client.post(path, {"name": "张三"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert_guarded(answer)
    assert "张三" not in page
    assert 'lang="zh-hans"' in page


def test_a_session_that_another_site_uses_changes_nothing_through_the_api():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("township"))
    assert client.post("/api/v1/households/", {}, content_type="application/json").status_code == 403
    assert not Household.objects.exists()


def test_the_language_is_switched_without_leaving_the_site(client):
    for elsewhere in ("https://evil.example/", "//evil.example/"):
        answer = client.post(reverse("set_language"), {"language": "en", "next": elsewhere})
        assert answer["Location"] == "/"
    assert client.post(reverse("set_language"), {"language": "en", "next": "/lookup/"})["Location"] == "/lookup/"
    assert 'lang="en"' in client.get("/").content.decode()


def test_only_a_session_cookie_that_scripts_cannot_read_is_set(client):
    user = make_user("district")
    client.post("/login/", {"username": user.username, "password": "a-long-passphrase"})
    session = client.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


@pytest.mark.parametrize(
    "path",
    [
        "/desk/households/?q=%00",
        "/desk/assistance/pairings/?q=a%00b",
        "/desk/cases/?household=%00",
        "/api/v1/households/?village=%00",
        "/api/v1/households/?page_size=%00",
        "/desk/holidays/?year=%00",
    ],
)
def test_a_null_character_asked_for_is_the_clients_mistake(district, path):
    assert district.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/desk/households/%00/", "/desk/cases/open/%00/", "/api/v1/households/%00/"])
def test_nothing_is_named_with_a_null_character(district, path):
    assert district.get(path).status_code == 404
