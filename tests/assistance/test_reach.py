"""A cadre sees the households paired with them now, a contact those of the unit's cadres and its villages."""

from datetime import timedelta

import pytest

from households.models import Household, Member
from tests.assistance.makers import ago, make_cadre, make_linkage, make_pairing, make_unit, today
from tests.factories import make_household, make_user, make_village
from villages.models import Division, Village

pytestmark = pytest.mark.django_db


def sees(user, household) -> bool:
    return Household.objects.visible_to(user).filter(pk=household.pk).exists()


@pytest.mark.parametrize(
    ("started", "ended", "seen"),
    [
        (0, None, True),
        (-1, None, False),
        (30, None, True),
        (30, 0, False),
        (30, 1, False),
        (30, -1, True),
        (0, 0, False),
    ],
    ids=["from today", "from tomorrow", "running", "ended today", "ended before", "ends tomorrow", "never held"],
)
def test_a_pairing_opens_a_household_from_its_first_day_to_the_day_before_its_end(started, ended, seen):
    pairing = make_pairing(started_on=ago(started), ended_on=None if ended is None else ago(ended))
    assert sees(pairing.cadre.user, pairing.household) is seen


def test_a_cadre_sees_members_and_villages_of_paired_households_and_no_others():
    pairing = make_pairing()
    other = make_household(make_village("320412101201"), members=2)
    user = pairing.cadre.user
    assert set(Household.objects.visible_to(user)) == {pairing.household}
    assert set(Member.objects.visible_to(user)) == set(pairing.household.members.all())
    assert set(Village.objects.visible_to(user)) == {pairing.household.village}
    assert not Division.objects.visible_to(user).filter(pk=other.village_id).exists()


def test_an_inactive_cadre_sees_nothing():
    pairing = make_pairing()
    pairing.cadre.is_active = False
    pairing.cadre.save()
    assert not sees(pairing.cadre.user, pairing.household)


def test_a_contact_sees_households_of_the_units_cadres_and_linked_villages():
    contact = make_user("contact")
    unit = make_unit(contacts=[contact])
    pairing = make_pairing(cadre=make_cadre(unit))
    stranger = make_pairing(household=make_household(make_village("320412101201")))
    linked, once_linked = make_village("320412102201"), make_village("320412103201")
    make_linkage(linked, unit)
    make_linkage(once_linked, unit, ended_on=today())
    neighbour = make_household(linked)
    assert set(Household.objects.visible_to(contact)) == {pairing.household}
    assert set(Village.objects.visible_to(contact)) == {pairing.household.village, linked}
    assert not sees(contact, stranger.household)
    assert not sees(contact, neighbour)


def test_a_contact_loses_the_household_with_the_pairing():
    contact = make_user("contact")
    pairing = make_pairing(cadre=make_cadre(make_unit(contacts=[contact])))
    assert sees(contact, pairing.household)
    pairing.ended_on = today()
    pairing.save()
    assert not sees(contact, pairing.household)


def test_the_reach_is_one_query(django_assert_num_queries):
    pairing = make_pairing()
    user = pairing.cadre.user
    with django_assert_num_queries(1):
        assert list(Household.objects.visible_to(user)) == [pairing.household]


def test_a_pairing_that_starts_tomorrow_opens_tomorrow(time_machine):
    time_machine.move_to("2026-03-01 12:00+08:00")
    pairing = make_pairing(started_on=today() + timedelta(days=1))
    assert not sees(pairing.cadre.user, pairing.household)
    time_machine.shift(timedelta(days=1))
    assert sees(pairing.cadre.user, pairing.household)
