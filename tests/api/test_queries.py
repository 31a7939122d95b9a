"""A list of the API asks the database as often for many rows as for few."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import client_of
from tests.factories import make_fact, make_income, make_member, make_user
from tests.worlds import make_shared, make_world

pytestmark = pytest.mark.django_db
LISTS = (
    "households", "villages", "standards", "recalculations", "cases", "notices", "objections", "pairings", "measures",
    "grants", "deliveries", "visits", "alarms", "doubts", "simulations",
)  # fmt: skip
ONE_OF_ALL = frozenset({"standards", "measures"})


@pytest.fixture
def district():
    return client_of(make_user("district"))


def asked(client, url: str) -> tuple[int, int]:
    """How many queries the list made, and how many rows it showed."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    return len(queries), len(answer.json()["results"])


@pytest.mark.parametrize("name", LISTS)
def test_more_rows_ask_no_more(district, name):
    shared, url = make_shared(), f"/api/v1/{name}/"
    make_world("320412100201", "甲", "13800000001", shared)
    few, rows = asked(district, url)
    for number in range(2, 6):
        make_world(f"32041210020{number}", f"乙{number}", f"1380000000{number}", shared)
    many, more_rows = asked(district, url)
    assert more_rows > rows or name in ONE_OF_ALL
    assert many == few


def test_a_household_with_many_members_asks_no_more(district):
    world = make_world("320412100201", "甲", "13800000001", make_shared())
    url = f"/api/v1/households/{world.household.number}/"
    with CaptureQueriesContext(connection) as few:
        district.get(url)
    for position in range(6):
        make_member(world.household, name=f"成员{position}")
        make_fact(world.household, "vehicle", date(2014, 1, 1 + position))
        make_income(world.household, 2000 + position)
    with CaptureQueriesContext(connection) as many:
        assert len(district.get(url).json()["members"]) > 6
    assert len(many) == len(few)
