"""How often the public may ask is limited by address and by what is asked after."""

import os

import pytest
import redis
import time_machine

from portal import limits
from portal.limits import WINDOW, Limit, seconds_to_wait

START = 1_700_000_000 // WINDOW * WINDOW


@pytest.fixture
def asked(registered, by_name):
    """Ask once after a name from an address; returns the status."""
    return lambda name="无此人", address="192.0.2.1": (
        by_name(registered.village_id, name, REMOTE_ADDR=address).status_code
    )


@time_machine.travel(START, tick=False)
def test_an_address_may_ask_so_many_times_and_not_once_more(asked, settings):
    settings.FUPIN_LOOKUPS_BY_ADDRESS, settings.FUPIN_LOOKUPS_BY_SUBJECT = 3, 0
    assert [asked(f"王{number}") for number in range(4)] == [200, 200, 200, 429]
    assert asked(address="192.0.2.2") == 200


@time_machine.travel(START, tick=False)
def test_one_name_may_be_asked_after_so_many_times_from_anywhere(asked, settings):
    settings.FUPIN_LOOKUPS_BY_ADDRESS, settings.FUPIN_LOOKUPS_BY_SUBJECT = 0, 2
    assert [asked("王小明", f"192.0.2.{number}") for number in range(3)] == [200, 200, 429]
    assert asked("李小明") == 200


@time_machine.travel(START, tick=False)
def test_guessing_names_for_one_number_is_limited_by_the_number(registered, by_number, settings):
    settings.FUPIN_LOOKUPS_BY_ADDRESS, settings.FUPIN_LOOKUPS_BY_SUBJECT = 0, 2
    statuses = [
        by_number(registered.number, f"王{number}", REMOTE_ADDR=f"192.0.2.{number}").status_code for number in range(3)
    ]
    assert statuses == [200, 200, 429]


def test_the_next_window_starts_at_nothing(asked, settings):
    settings.FUPIN_LOOKUPS_BY_ADDRESS = 1
    with time_machine.travel(START, tick=False) as clock:
        assert [asked("甲"), asked("乙")] == [200, 429]
        clock.move_to(START + WINDOW - 1)
        assert asked("丙") == 429
        clock.move_to(START + WINDOW)
        assert asked("丁") == 200


def test_the_refusal_says_how_long_to_wait(registered, by_name, settings):
    settings.FUPIN_LOOKUPS_BY_ADDRESS = 1
    with time_machine.travel(START + 61, tick=False):
        by_name(registered.village_id, "王小明")
        refused = by_name(registered.village_id, "王小明")
    assert refused["Retry-After"] == str(WINDOW - 61)
    assert "9 分钟" in refused.content.decode()
    assert registered.number not in refused.content.decode()


@time_machine.travel(START, tick=False)
def test_a_question_with_errors_does_not_count(client, asked, settings):
    settings.FUPIN_LOOKUPS_BY_ADDRESS = 1
    for _time in range(3):
        client.post("/lookup/", {"by": "name"}, REMOTE_ADDR="192.0.2.1")
    assert asked() == 200


def test_no_limit_counts_nothing(monkeypatch):
    monkeypatch.setattr(limits, "_count", lambda *_: pytest.fail("counted"))
    assert seconds_to_wait(Limit("a", "b", 0)) == 0


@time_machine.travel(START, tick=False)
def test_while_redis_is_away_the_process_counts_for_itself(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limit = Limit("away", "somebody", 1)
    assert [seconds_to_wait(limit), seconds_to_wait(limit)] == [0, WINDOW]


@pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="needs Redis")
@time_machine.travel(START, tick=False)
def test_redis_holds_counts_that_pass_and_no_names(settings):
    settings.REDIS_URL = os.environ["REDIS_URL"]
    kept = redis.Redis.from_url(settings.REDIS_URL)
    before = set(kept.keys("fupin:limit:test:*"))
    if before:
        kept.delete(*before)
    limit = Limit("test", "王小明", 1)
    assert [seconds_to_wait(limit), seconds_to_wait(limit)] == [0, WINDOW]
    (key,) = kept.keys("fupin:limit:test:*")
    assert "王小明" not in key.decode()
    assert 0 < kept.ttl(key) <= WINDOW
    kept.delete(key)
