"""Pairing, ending, handing over: dates in order, one mainly responsible cadre, nothing overwritten."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from assistance import services
from assistance.models import Linkage, Pairing
from households.models import Household
from tests.assistance.makers import ago, make_cadre, make_pairing, make_unit, make_visit, today
from tests.factories import make_household, make_user, make_village
from villages.models import Village

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return make_user("township")


def test_staff_pair_a_household_with_a_cadre(staff):
    household, cadre = make_household(), make_cadre()
    pairing = services.pair(staff, household, cadre, today())
    assert (pairing.household, pairing.cadre, pairing.is_main, pairing.created_by) == (household, cadre, True, staff)


def test_a_household_has_one_main_cadre_at_a_time(staff):
    pairing = make_pairing()
    with pytest.raises(ValidationError) as error:
        services.pair(staff, pairing.household, make_cadre(), today())
    assert "is_main" in error.value.message_dict
    second = services.pair(staff, pairing.household, make_cadre(), today(), is_main=False)
    assert second.is_main is False


@pytest.mark.parametrize(("start", "allowed"), [(11, False), (10, True), (9, True)])
def test_a_new_main_cadre_may_start_on_the_day_the_old_one_ends_and_no_sooner(staff, start, allowed):
    old = make_pairing(started_on=ago(30), ended_on=ago(10))
    if allowed:
        services.pair(staff, old.household, make_cadre(), ago(start))
    else:
        with pytest.raises(ValidationError):
            services.pair(staff, old.household, make_cadre(), ago(start))
    assert Pairing.objects.count() == (2 if allowed else 1)


def test_the_same_cadre_is_not_paired_twice_at_once(staff):
    pairing = make_pairing()
    with pytest.raises(ValidationError) as error:
        services.pair(staff, pairing.household, pairing.cadre, today(), is_main=False)
    assert "cadre" in error.value.message_dict


def test_inactive_cadres_and_dissolved_households_are_not_paired(staff):
    with pytest.raises(ValidationError):
        services.pair(staff, make_household(), make_cadre(is_active=False), today())
    gone = make_household(status="closed", registered_on=ago(400))
    with pytest.raises(ValidationError):
        services.pair(staff, gone, make_cadre(), today())


def test_ending_keeps_the_row_with_day_reason_and_person(staff):
    pairing = services.end_pairing(staff, make_pairing(), today(), "调离")
    assert (pairing.ended_on, pairing.end_reason, pairing.ended_by) == (today(), "调离", staff)
    with pytest.raises(ValidationError):
        services.end_pairing(staff, pairing, today(), "再次")


def test_an_end_cannot_lie_before_the_start_nor_before_a_visit(staff):
    pairing = make_pairing(started_on=ago(30))
    with pytest.raises(ValidationError):
        services.end_pairing(staff, pairing, ago(31), "调离")
    make_visit(pairing, ago(5))
    with pytest.raises(ValidationError):
        services.end_pairing(staff, pairing, ago(6), "调离")
    assert services.end_pairing(staff, pairing, ago(5), "调离").ended_on == ago(5)


def test_an_end_still_to_come_can_be_moved(staff):
    pairing = make_pairing(ended_on=today() + timedelta(days=20))
    assert services.end_pairing(staff, pairing, today(), "提前调离").ended_on == today()


def test_a_reason_is_needed(staff):
    with pytest.raises(ValidationError):
        services.end_pairing(staff, make_pairing(), today(), "  ")


def test_handing_over_ends_one_and_starts_the_other_without_a_gap(staff):
    old, cadre = make_pairing(), make_cadre()
    new = services.hand_over(staff, old, cadre, today(), "岗位调整")
    old.refresh_from_db()
    assert (old.ended_on, new.started_on, new.cadre, new.is_main) == (today(), today(), cadre, True)
    assert not Household.objects.visible_to(old.cadre.user).exists()
    assert Household.objects.visible_to(cadre.user).count() == 1


def test_a_hand_over_that_cannot_start_ends_nothing(staff):
    old = make_pairing()
    with pytest.raises(ValidationError):
        services.hand_over(staff, old, make_cadre(is_active=False), today(), "岗位调整")
    old.refresh_from_db()
    assert old.ended_on is None


def test_out_of_the_actors_jurisdiction_nothing_is_paired_or_ended():
    elsewhere = make_user("township", "320412999")
    pairing = make_pairing()
    with pytest.raises(Household.DoesNotExist):
        services.pair(elsewhere, pairing.household, make_cadre(), today())
    with pytest.raises(Household.DoesNotExist):
        services.end_pairing(elsewhere, pairing, today(), "调离")


def test_a_unit_is_linked_with_a_village_once_at_a_time():
    district, village, unit = make_user("district"), make_village(), make_unit()
    linkage = services.link(district, village, unit, ago(10))
    with pytest.raises(ValidationError):
        services.link(district, village, unit, today())
    services.end_linkage(district, linkage, today())
    services.link(district, village, unit, today())
    assert Linkage.objects.count() == 2
    with pytest.raises(Village.DoesNotExist):
        services.link(make_user("district", "320411"), village, make_unit(), today())


def test_the_load_of_a_cadre_counts_households_paired_today():
    cadre = make_cadre()
    make_pairing(cadre=cadre)
    make_pairing(cadre=cadre, ended_on=today())
    make_pairing(cadre=cadre, started_on=today() + timedelta(days=1))
    assert type(cadre).objects.with_load().get(pk=cadre.pk).load == 1


def test_overdue_is_measured_from_the_last_visit_or_the_start(settings):
    settings.FUPIN_VISIT_INTERVAL_DAYS = 90
    at_limit = make_pairing(started_on=ago(200))
    make_visit(at_limit, ago(90))
    late = make_pairing(started_on=ago(200))
    make_visit(late, ago(91))
    never = make_pairing(started_on=ago(91))
    make_pairing(started_on=ago(90))
    ended = make_pairing(started_on=ago(200), ended_on=today())
    assert set(Pairing.objects.overdue()) == {late, never}
    assert ended not in Pairing.objects.overdue()
    rows = {row.pk: row for row in Pairing.objects.with_last_visit()}
    assert (rows[late.pk].last_visit, rows[late.pk].due_since) == (ago(91), ago(91))
    assert (rows[never.pk].last_visit, rows[never.pk].due_since) == (None, ago(91))
