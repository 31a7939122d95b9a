"""Anyone may ask after one household, and learns no more than the public register says."""

import re

import pytest
from django.test import Client

from casework.publication import publish
from households.models import Household
from tests.factories import make_household, make_village

pytestmark = pytest.mark.django_db


def body(response) -> str:
    """The page without what differs from one visitor to the next: the token against forged requests."""
    text = re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken"): ?"?[^"]+', r"\1", response.content.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def statements(queries) -> list[str]:
    return [query["sql"].split("WHERE")[0] for query in queries]


def test_a_registered_household_is_found_by_village_and_name(registered, by_name):
    page = by_name(registered.village_id, "王小明").content.decode()
    for shown in ("王*明", registered.number, "大成村", "township100", "3组", "3人", "2016", "在册"):
        assert shown in page


def test_a_registered_household_is_found_by_number_and_name(registered, by_number):
    assert "王*明" in by_number(registered.number, "王小明").content.decode()


@pytest.mark.parametrize("name", [" 王小明 ", "王 小明", "王\u3000小明"])
def test_spaces_in_the_name_do_not_matter(registered, by_name, name):
    assert "王*明" in by_name(registered.village_id, name).content.decode()


def test_the_answer_holds_no_private_data(registered, by_name, by_number):
    member = registered.members.first()
    for response in (by_name(registered.village_id, "王小明"), by_number(registered.number, "王小明")):
        page = response.content.decode()
        for private in ("王小明", "王小", member.id_number, "13812345678", "6222021234567890", "8号", "秘密", "因病"):
            assert private not in page


def test_two_heads_of_the_same_name_are_both_shown(registered, by_name):
    other = make_household(
        registered.village, head_name="王小明", status="registered", registered_on=registered.registered_on
    )
    publish([other.pk])
    page = by_name(registered.village_id, "王小明").content.decode()
    assert registered.number in page
    assert other.number in page


def test_the_same_name_in_another_village_is_not_found(registered, by_name):
    assert registered.number not in by_name(make_village("320412100202").pk, "王小明").content.decode()


@pytest.mark.parametrize("name", ["王", "王*明", "王%明", "王_明", "%", "小明", "王小"])
def test_there_are_no_wildcards_and_no_parts_of_names(registered, by_name, name):
    assert registered.number not in by_name(registered.village_id, name).content.decode()


def test_not_found_and_not_public_are_the_same_answer_with_the_same_statements(
    registered, by_name, by_number, django_assert_num_queries
):
    village = registered.village_id
    hidden = {
        status: make_household(registered.village, head_name=f"李{name}", status=status, registered_on="2016-04-20")
        for name, status in zip("甲乙丙丁", ["unregistered", "exited", "removed", "closed"], strict=True)
    }
    publish([household.pk for household in hidden.values()])
    asked = [
        lambda: by_name(village, "无此人"),
        lambda: by_name("320412999999", "王小明"),
        *[lambda one=one: by_name(village, one.head_name) for one in hidden.values()],
        lambda: by_number("32041210020199999", "王小明"),
        lambda: by_number(registered.number, "无此人"),
        *[lambda one=one: by_number(one.number, one.head_name) for one in hidden.values()],
    ]
    answers = []
    for ask in asked:
        with django_assert_num_queries(1) as captured:
            response = ask()
        answers.append((response.status_code, body(response), len(captured)))
        assert statements(captured.captured_queries)[0].endswith('FROM "casework_publicrecord" ')
    assert len(set(answers)) == 1
    assert answers[0][0] == 200


def test_a_found_household_takes_as_many_statements(registered, by_name, by_number, django_assert_num_queries):
    for ask in (lambda: by_name(registered.village_id, "王小明"), lambda: by_number(registered.number, "王小明")):
        with django_assert_num_queries(1):
            assert "王*明" in ask().content.decode()


@pytest.mark.parametrize(
    ("status", "label"), [("exited_supported", "已脱贫"), ("exited", None), ("removed", None), ("closed", None)]
)
def test_the_answer_follows_the_status(registered, by_name, status, label):
    Household.objects.filter(pk=registered.pk).update(status=status)
    publish([registered.pk])
    page = by_name(registered.village_id, "王小明").content.decode()
    assert (registered.number in page) == bool(label)
    assert not label or label in page


def test_a_name_never_stands_in_an_address(registered, client):
    page = client.get("/lookup/", {"by": "name", "name-village": registered.village_id, "name-name": "王小明"})
    assert registered.number not in page.content.decode()
    assert "王小明" not in page.content.decode()
    assert 'method="post"' in page.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"by": "name", "name-village": "", "name-name": "王小明"},
        {"by": "name", "name-village": "320412", "name-name": "王小明"},
        {"by": "name", "name-village": "320412100201", "name-name": ""},
        {"by": "name", "name-village": "320412100201", "name-name": "王" * 61},
        {"by": "name", "name-village": "320412100201", "name-name": "王\x00明"},
        {"by": "number", "number-number": "' OR 1=1", "number-name": "王小明"},
        {"by": "number", "number-number": "1" * 25, "number-name": "王小明"},
        {"by": "what", "name": "王小明"},
    ],
)
def test_a_question_that_cannot_be_meant_is_shown_again_with_its_errors(registered, client, data):
    response = client.post("/lookup/", data)
    assert response.status_code == 200
    assert 'aria-invalid="true"' in response.content.decode()
    assert registered.number not in response.content.decode()


def test_typed_values_are_kept_beside_their_errors(village, client):
    page = client.post("/lookup/", {"by": "name", "name-village": village.pk, "name-name": ""}).content.decode()
    assert f'<option value="{village.pk}" selected>' in page


def test_a_village_of_the_list_may_be_chosen_beforehand(village, client):
    assert f'<option value="{village.pk}" selected>' in client.get(f"/lookup/?village={village.pk}").content.decode()


def test_a_forged_form_is_refused(registered):
    answer = Client(enforce_csrf_checks=True).post("/lookup/", {"by": "name"})
    assert answer.status_code == 403


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(db, client, method):
    assert getattr(client, method)("/lookup/").status_code == 405


def test_neither_question_nor_answer_is_kept_or_indexed(registered, client, by_name):
    for response in (client.get("/lookup/"), by_name(registered.village_id, "王小明"), client.get("/notices/")):
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex' in response.content.decode()


def test_the_question_is_not_logged(registered, by_name, caplog, capsys):
    with caplog.at_level("DEBUG"):
        by_name(registered.village_id, "王小明")
    written = caplog.text + "".join(capsys.readouterr())
    assert "/lookup/" in written
    assert "王小明" not in written
