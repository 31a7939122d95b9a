"""What no well-meant program sends is refused as the client's mistake, never a failure of the server's."""

import pytest

from tests.api.conftest import client_of
from tests.factories import make_household

LONG_NUMBER = "9" * 5000
DEEP = b"[" * 100_000
PROBLEM = "application/problem+json"
LISTS = (
    "households", "villages", "standards", "recalculations", "pairings", "measures", "grants", "deliveries", "visits",
    "alarms",
)  # fmt: skip


@pytest.fixture
def address(village) -> str:
    return f"/api/v1/households/{make_household(village).number}/"


def send(client, method: str, address: str, body: bytes, **headers):
    return client.generic(method, address, body, content_type="application/json", headers=headers)


def assert_refused(answer, status: int = 400) -> None:
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)


@pytest.mark.parametrize("size", [LONG_NUMBER, "-1", "0", "201", "1.5", "１"])
def test_a_page_of_an_impossible_size_is_refused_by_name(api, size):
    answer = api.get(f"/api/v1/households/?page_size={size}")
    assert_refused(answer)
    assert answer.json()["errors"][0]["pointer"] == "/page_size"


@pytest.mark.parametrize("tag", [LONG_NUMBER, f'"{LONG_NUMBER}"', "*", "-1", '"1", "2"', "²"])
def test_a_version_that_is_none_is_refused_by_name(api, address, tag):
    answer = send(api, "PATCH", address, b'{"note": "x"}', **{"If-Match": tag})
    assert_refused(answer)
    assert answer.json()["errors"][0]["pointer"] == "/version"


UNREADABLE = {
    "too deep": DEEP,
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a number too long": f'{{"version": {LONG_NUMBER}}}'.encode(),
    "not a number": b'{"version": NaN}',
    "NUL": b'{"name": "\\u0000", "number": "\\u0000", "note": "\\u0000", "version": 1}',
    "half a character": b'{"name": "\\ud800", "number": "\\ud800", "note": "\\ud800", "version": 1}',
    "an impossible day": b'{"version": 1, "members": [{"born_on": "0000-00-00"}]}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused(api, address, body):
    assert_refused(send(api, "PATCH", address, body))
    assert_refused(send(api, "POST", "/api/v1/households/", body))


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_stranger_cannot_make_the_lookup_fail(db, body):
    assert_refused(send(client_of(), "POST", "/api/v1/public/lookup/", body))


@pytest.mark.parametrize("depth", [100, 500, 900, 940, 980])
def test_what_is_deep_but_readable_is_refused_as_well(api, address, depth):
    body = b'{"version": 1, "members": ' + b"[" * depth + b"]" * depth + b"}"
    assert_refused(send(api, "PATCH", address, body))


@pytest.mark.parametrize("name", LISTS)
def test_options_is_a_method_that_no_list_has(api, name):
    answer = api.options(f"/api/v1/{name}/")
    assert_refused(answer, 405)
    assert "OPTIONS" not in answer["Allow"]


def test_the_lookup_allows_only_what_it_answers(db):
    answer = client_of().options("/api/v1/public/lookup/")
    assert_refused(answer, 405)
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("name", LISTS)
def test_head_answers_as_get_without_a_body(api, name):
    answer = api.head(f"/api/v1/{name}/")
    expected = api.get(f"/api/v1/{name}/")
    assert (answer.status_code, answer["Content-Type"]) == (expected.status_code, expected["Content-Type"])
    assert answer.status_code == 200
    assert not answer.content
