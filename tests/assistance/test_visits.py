"""Logging visits: only by a cadre paired now, never in the future, once however often sent."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from assistance import services
from assistance.models import Visit
from households.models import Household
from tests.assistance.makers import ago, make_cadre, make_pairing, make_visit, today

pytestmark = pytest.mark.django_db


def log(pairing, **values):
    values = {"key": uuid4(), "visited_on": today(), "kind": "home", "situation": "生活平稳"} | values
    return services.log_visit(pairing.cadre.user, pairing.household, **values)


def test_a_visit_is_logged():
    pairing = make_pairing()
    visit, created = log(pairing, needs="想学电商")
    assert created
    assert (visit.household, visit.cadre, visit.visited_on, visit.needs) == (
        pairing.household,
        pairing.cadre,
        today(),
        "想学电商",
    )


def test_sent_twice_it_is_logged_once_and_the_first_stands():
    pairing, key = make_pairing(), uuid4()
    first, _ = log(pairing, key=key)
    again, created = log(pairing, key=key, situation="另一段文字")
    assert (again.pk, created, Visit.objects.count()) == (first.pk, False, 1)
    assert again.situation == "生活平稳"


def test_sent_again_after_the_pairing_ended_it_is_known_as_logged():
    pairing, key = make_pairing(), uuid4()
    log(pairing, key=key)
    pairing.ended_on = today()
    pairing.save()
    assert log(pairing, key=key)[1] is False


def test_a_key_of_another_cadres_visit_is_refused():
    pairing, key = make_pairing(), uuid4()
    log(pairing, key=key)
    with pytest.raises(ValidationError):
        log(make_pairing(), key=key)
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(("day", "allowed"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_visit_lies_between_the_start_of_the_pairing_and_today(day, allowed):
    pairing = make_pairing(started_on=ago(30))
    if allowed:
        assert log(pairing, visited_on=ago(day))[1]
    else:
        with pytest.raises(ValidationError) as error:
            log(pairing, visited_on=ago(day))
        assert "visited_on" in error.value.message_dict


def test_only_a_cadre_paired_now_logs_a_visit():
    pairing = make_pairing(ended_on=today())
    with pytest.raises(Household.DoesNotExist):
        log(pairing)
    future = make_pairing(started_on=today() + timedelta(days=1))
    with pytest.raises(Household.DoesNotExist):
        log(future)


def test_a_correction_is_a_new_entry_and_the_wrong_one_no_longer_counts():
    pairing = make_pairing()
    wrong = make_visit(pairing, ago(3))
    values = {"visited_on": ago(4), "kind": "phone", "situation": "电话了解"}
    right, _ = services.correct_visit(pairing.cadre.user, wrong, key=uuid4(), reason="日期有误", **values)
    assert right.corrects == wrong
    assert list(Visit.objects.counting()) == [right]
    assert Visit.objects.count() == 2
    with pytest.raises(ValidationError):
        services.correct_visit(pairing.cadre.user, wrong, key=uuid4(), reason="再改", **values)


def test_a_cadre_corrects_only_their_own_visits():
    pairing = make_pairing()
    second = make_pairing(household=pairing.household, cadre=make_cadre(), is_main=False)
    visit = make_visit(pairing)
    with pytest.raises(ValidationError):
        services.correct_visit(
            second.cadre.user,
            visit,
            key=uuid4(),
            visited_on=today(),
            kind="home",
            situation="改",
            reason="有误",
        )
