"""Measures given and delivered: sums exact to the fen, corrections as new entries, nothing deleted."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from assistance import services
from assistance.models import Delivery, Grant
from households.models import Household
from tests.assistance.makers import ago, make_delivery, make_grant, make_measure, make_pairing, today
from tests.factories import make_household, make_member, make_user

pytestmark = pytest.mark.django_db

MONEY = {"form": "money", "payer": "区民政局", "evidence": "发放表1号"}


@pytest.fixture
def staff():
    return make_user("village", "320412100201")


def test_a_household_is_given_a_measure_once_at_a_time(staff):
    household, measure = make_household(), make_measure()
    grant = services.grant_measure(staff, household, measure, ago(10))
    assert (grant.household, grant.measure, grant.state, grant.created_by) == (household, measure, "active", staff)
    with pytest.raises(ValidationError):
        services.grant_measure(staff, household, measure, today())
    services.end_grant(staff, grant, today())
    services.grant_measure(staff, household, measure, today())
    assert Grant.objects.count() == 2


def test_a_measure_for_a_person_needs_a_member_of_the_household_today(staff):
    household, measure = make_household(), make_measure(target="member")
    gone = make_member(household, left_on=today())
    stranger = make_household().members.get()
    for member in (None, gone, stranger):
        with pytest.raises(ValidationError) as error:
            services.grant_measure(staff, household, measure, today(), member=member)
        assert "member" in error.value.message_dict
    member = household.members.get(relationship="01")
    assert services.grant_measure(staff, household, measure, today(), member=member).member == member


def test_a_measure_for_the_whole_household_takes_no_member(staff):
    household = make_household()
    with pytest.raises(ValidationError) as error:
        services.grant_measure(staff, household, make_measure(), today(), member=household.members.get())
    assert "member" in error.value.message_dict
    assert not Grant.objects.exists()


def test_village_measures_and_ended_measures_are_not_given(staff):
    for values in ({"target": "village"}, {"is_active": False}):
        with pytest.raises(ValidationError):
            services.grant_measure(staff, make_household(), make_measure(**values), today())


@pytest.mark.parametrize(("day", "allowed"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_delivery_lies_within_the_measures_time_and_not_in_the_future(staff, day, allowed):
    grant = make_grant(started_on=ago(30))
    values = MONEY | {"amount": Decimal("10.00"), "delivered_on": ago(day)}
    if allowed:
        assert services.log_delivery(staff, grant, **values)[1]
    else:
        with pytest.raises(ValidationError) as error:
            services.log_delivery(staff, grant, **values)
        assert "delivered_on" in error.value.message_dict


def test_money_needs_an_amount_goods_need_a_name_and_all_need_payer_and_evidence(staff):
    grant = make_grant()
    with pytest.raises(ValidationError) as error:
        services.log_delivery(staff, grant, delivered_on=today(), form="money", payer=" ", evidence="")
    assert set(error.value.message_dict) == {"amount", "payer", "evidence"}
    with pytest.raises(ValidationError) as error:
        services.log_delivery(staff, grant, delivered_on=today(), form="goods", payer="村委会", evidence="签收单")
    assert set(error.value.message_dict) == {"what"}


def test_a_delivery_sent_twice_is_logged_once(staff):
    grant, key = make_grant(), uuid4()
    values = MONEY | {"amount": Decimal("10.00"), "delivered_on": today(), "key": key}
    assert services.log_delivery(staff, grant, **values)[1]
    assert services.log_delivery(staff, grant, **values)[1] is False
    assert Delivery.objects.count() == 1


def test_a_correction_replaces_the_wrong_amount_in_every_sum_and_deletes_nothing(staff):
    grant = make_grant()
    wrong, other = make_delivery(grant, "1000.10"), make_delivery(grant, "0.01")
    right = services.correct_delivery(
        staff, wrong, reason="多写一个零", delivered_on=wrong.delivered_on, amount=Decimal("100.10"), **MONEY
    )
    assert right.corrects == wrong
    assert Delivery.objects.total() == Decimal("100.11")
    assert Grant.objects.with_sums().get().delivered == Decimal("100.11")
    assert Grant.objects.with_sums().get().delivery_count == 2
    assert set(Delivery.objects.counting()) == {right, other}
    assert Delivery.objects.count() == 3


def test_a_correction_can_be_corrected_but_the_same_entry_only_once(staff):
    wrong = make_delivery(make_grant(), "3.00")
    values = MONEY | {"delivered_on": wrong.delivered_on, "reason": "有误"}
    second = services.correct_delivery(staff, wrong, amount=Decimal("2.00"), **values)
    with pytest.raises(ValidationError):
        services.correct_delivery(staff, wrong, amount=Decimal("9.00"), **values)
    services.correct_delivery(staff, second, amount=Decimal("1.00"), **values)
    assert Delivery.objects.total() == Decimal("1.00")


def test_a_delivery_that_never_happened_is_withdrawn(staff):
    grant = make_grant()
    wrong = make_delivery(grant, "55.55")
    with pytest.raises(ValidationError):
        services.withdraw_delivery(staff, wrong, reason=" ")
    entry = services.withdraw_delivery(staff, wrong, reason="重复登记")
    assert Delivery.objects.total() == Decimal("0.00")
    assert Grant.objects.with_sums().get().delivery_count == 0
    assert Delivery.objects.count() == 2
    with pytest.raises(ValidationError):
        services.withdraw_delivery(staff, entry, reason="再撤")


def test_a_measure_does_not_end_before_its_deliveries(staff):
    grant = make_grant()
    make_delivery(grant, delivered_on=ago(2))
    with pytest.raises(ValidationError):
        services.end_grant(staff, grant, ago(3))
    assert services.end_grant(staff, grant, ago(2)).state == "ended"


def test_a_cadre_delivers_only_to_households_paired_now():
    pairing = make_pairing()
    values = MONEY | {"amount": Decimal("10.00"), "delivered_on": today()}
    assert services.log_delivery(pairing.cadre.user, make_grant(pairing.household), **values)[1]
    with pytest.raises(Household.DoesNotExist):
        services.log_delivery(pairing.cadre.user, make_grant(), **values)


def test_another_villages_household_is_out_of_reach(staff):
    elsewhere = make_user("village", "320412999999")
    with pytest.raises(Household.DoesNotExist):
        services.grant_measure(elsewhere, make_household(), make_measure(), today())
    with pytest.raises(Household.DoesNotExist):
        services.withdraw_delivery(elsewhere, make_delivery(make_grant()), reason="重复")


class TestSums(TestCase):
    @given(st.lists(st.integers(min_value=0, max_value=10**13), max_size=12))
    def test_sums_are_exact_to_the_fen(self, fen):
        grant = make_grant()
        Delivery.objects.bulk_create(
            Delivery(
                grant=grant,
                delivered_on=ago(1),
                form="money",
                amount=Decimal(one).scaleb(-2),
                payer="区",
                evidence="表",
            )
            for one in fen
        )
        assert Delivery.objects.total() == Decimal(sum(fen)).scaleb(-2)
        assert Grant.objects.with_sums().get(pk=grant.pk).delivered == Decimal(sum(fen)).scaleb(-2)
