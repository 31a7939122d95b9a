"""The public lookup in the API: anonymous, masked, one refusal for everything that is not there, limited."""

from datetime import date

import pytest

from casework.publication import publish
from portal import limits
from tests.api.conftest import client_of
from tests.factories import make_household

URL = "/api/v1/public/lookup/"


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch, settings):
    settings.REDIS_URL = ""
    monkeypatch.setattr(limits, "_memory", limits._Memory())


@pytest.fixture
def household(village):
    household = make_household(
        village, head_name="周大川", members=3, status="registered", registered_on=date(2016, 3, 1), phone="13800001234"
    )
    publish([household.pk])
    return household


def ask(**body):
    return client_of().post(URL, body, format="json")


def test_a_household_is_found_by_village_and_exact_name(household):
    body = ask(village=household.village_id, name="周大川").json()
    assert body == {
        "number": household.number,
        "village": household.village_id,
        "village_name": "蒲庄村",
        "township_name": body["township_name"],
        "group": household.group,
        "masked_name": "周*川",
        "size": 3,
        "status": "registered",
        "year": 2016,
        "namesakes": [],
    }


def test_a_household_is_found_by_number_and_exact_name(household):
    assert ask(number=household.number, name="周大川").json()["number"] == household.number


def test_heads_of_one_name_in_one_village_are_all_told(household, village):
    other = make_household(village, head_name="周大川", status="registered", registered_on=date(2016, 3, 1))
    publish([other.pk])
    body = ask(village=village.code, name="周大川").json()
    assert {body["number"], *(record["number"] for record in body["namesakes"])} == {household.number, other.number}


def test_not_found_and_not_public_are_the_same_answer(household, village):
    secret = make_household(village, head_name="吴小山")
    publish([secret.pk])
    answers = [
        ask(village=village.code, name="吴小山"),
        ask(number=secret.number, name="吴小山"),
        ask(village=village.code, name="周大"),
        ask(village="999999999999", name="周大川"),
        ask(number=household.number, name="周大"),
        ask(number="NONE", name="周大川"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "周大川"},
        {"village": "320412100201"},
        {"village": "3204", "name": "周大川"},
        {"village": "320412100201", "number": "1", "name": "周大川"},
        {"number": "%", "name": "周大川"},
    ],
)
def test_a_question_without_village_or_number_and_name_is_refused(body):
    assert ask(**body).status_code == 400


def test_the_limit_by_address_answers_with_a_problem_that_says_how_long(household, settings):
    settings.FUPIN_LOOKUPS_BY_ADDRESS = 2
    answers = [ask(village=household.village_id, name=f"周大{n}") for n in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert 0 < int(answers[2]["Retry-After"]) <= 600


def test_the_page_and_the_api_count_together(household, settings, client):
    settings.FUPIN_LOOKUPS_BY_SUBJECT = 1
    client.post("/lookup/", {"by": "name", "name-village": household.village_id, "name-name": "周大川"})
    assert ask(village=household.village_id, name="周大川").status_code == 429


@pytest.mark.django_db
def test_nothing_is_asked_in_an_address():
    answer = client_of().get(f"{URL}?village=320412100201&name=周大川")
    assert answer.status_code == 405
    assert answer.json()["status"] == 405
