"""A public register of invented households, and nothing remembered from the test before."""

from datetime import date

import pytest

from casework.publication import publish
from portal import caching, limits
from tests.factories import make_household, make_village


@pytest.fixture(autouse=True)
def _nothing_remembered(settings, monkeypatch):
    """Counts and figures start anew; the counts stand in the process unless a test asks for Redis."""
    settings.REDIS_URL = ""
    monkeypatch.setattr(limits, "_memory", limits._Memory())
    caching.forget()
    yield
    caching.forget()


@pytest.fixture
def village(db):
    return make_village("320412100201", "大成村")


@pytest.fixture
def registered(village):
    """A household on the public register: its head is 王小明."""
    household = make_household(
        village,
        head_name="王小明",
        members=3,
        status="registered",
        registered_on=date(2016, 4, 20),
        group="3组",
        address="大成村3组8号",
        phone="13812345678",
        bank_account="6222021234567890",
        main_cause="01",
        note="秘密备注",
    )
    publish([household.pk])
    return household


@pytest.fixture
def by_name(client):
    """Ask by village and name; returns the response."""

    def ask(village: str, name: str, **extra):
        return client.post("/lookup/", {"by": "name", "name-village": village, "name-name": name}, **extra)

    return ask


@pytest.fixture
def by_number(client):
    """Ask by household number and name; returns the response."""

    def ask(number: str, name: str, **extra):
        return client.post("/lookup/", {"by": "number", "number-number": number, "number-name": name}, **extra)

    return ask
