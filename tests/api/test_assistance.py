"""Helpers and help in the API: each write is the service's, each correction a new entry."""

from uuid import uuid4

import pytest
from django.utils import timezone

from assistance.models import Delivery, Pairing, Visit
from tests.api.conftest import client_of
from tests.assistance.makers import (
    ago,
    make_cadre,
    make_delivery,
    make_grant,
    make_measure,
    make_pairing,
    make_visit,
)
from tests.factories import make_household, make_village

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"


@pytest.fixture
def household(village):
    return make_household(village)


@pytest.fixture
def far_household():
    return make_household(make_village("320412101201"))


def ids(answer) -> list[int]:
    return [row["id"] for row in answer.json()["results"]]


def pointers(answer) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


class TestLists:
    @pytest.mark.parametrize(
        ("name", "make"),
        [
            ("pairings", make_pairing),
            ("grants", make_grant),
            ("deliveries", lambda household: make_delivery(make_grant(household))),
            ("visits", lambda household: make_visit(make_pairing(household))),
        ],
    )
    def test_a_list_holds_what_lies_in_scope_filters_by_household_and_costs_no_query_a_row(
        self, api, village, household, far_household, name, make, django_assert_max_num_queries
    ):
        mine, other, far = make(household), make(make_household(village)), make(far_household)
        with django_assert_max_num_queries(3):
            assert set(ids(api.get(f"{ROOT}{name}/"))) == {mine.pk, other.pk}
        assert ids(api.get(f"{ROOT}{name}/?household={household.number}")) == [mine.pk]
        assert api.get(f"{ROOT}{name}/{mine.pk}/").json()["household"] == household.number
        assert api.get(f"{ROOT}{name}/{far.pk}/").status_code == 404

    def test_the_catalogue_is_filtered_by_pillar(self, api, db):
        make_measure(code="A-1", pillar="education")
        make_measure(code="B-1", pillar="income")
        answer = api.get(f"{ROOT}measures/?pillar=income")
        assert [row["code"] for row in answer.json()["results"]] == ["B-1"]
        assert api.get(f"{ROOT}measures/A-1/").json()["pillar"] == "education"

    def test_pairings_in_force_are_told_from_the_others(self, api, household):
        ended = make_pairing(household, ended_on=ago(3))
        current = make_pairing(household)
        assert ids(api.get(f"{ROOT}pairings/?current=true")) == [current.pk]
        assert ids(api.get(f"{ROOT}pairings/?current=false")) == [ended.pk]


class TestPairing:
    def body(self, household, cadre, **values) -> dict:
        return {"household": household.number, "cadre": cadre.code, "started_on": ago(5).isoformat(), **values}

    def test_staff_pair_a_household_with_a_cadre(self, api, household):
        cadre = make_cadre()
        answer = api.post(f"{ROOT}pairings/", self.body(household, cadre), format="json")
        assert answer.status_code == 201, answer.json()
        assert answer.json()["cadre_name"] == cadre.name
        assert Pairing.objects.get().household == household

    def test_a_second_main_cadre_is_refused_at_its_field(self, api, household):
        make_pairing(household)
        answer = api.post(f"{ROOT}pairings/", self.body(household, make_cadre()), format="json")
        assert answer.status_code == 400
        assert pointers(answer) == ["/is_main"]

    def test_a_household_out_of_scope_is_no_household(self, api, far_household):
        answer = api.post(f"{ROOT}pairings/", self.body(far_household, make_cadre()), format="json")
        assert answer.status_code == 400
        assert pointers(answer) == ["/household"]

    def test_a_pairing_is_ended_with_a_reason(self, api, household):
        pairing = make_pairing(household)
        url = f"{ROOT}pairings/{pairing.pk}/end/"
        assert pointers(api.post(url, {"ended_on": ago(1).isoformat(), "reason": ""}, format="json")) == ["/reason"]
        answer = api.post(url, {"ended_on": ago(1).isoformat(), "reason": "调离"}, format="json")
        assert answer.status_code == 200
        assert answer.json()["ended_on"] == ago(1).isoformat()

    def test_another_townships_pairing_cannot_be_ended(self, other_api, household):
        pairing = make_pairing(household)
        answer = other_api.post(f"{ROOT}pairings/{pairing.pk}/end/", {"ended_on": "2020-01-01", "reason": "x"})
        assert answer.status_code in (404, 415)
        pairing.refresh_from_db()
        assert pairing.ended_on is None

    def test_a_cadre_cannot_pair(self, household):
        cadre = make_cadre()
        answer = client_of(cadre.user).post(f"{ROOT}pairings/", self.body(household, cadre), format="json")
        assert answer.status_code == 403


class TestDelivery:
    def body(self, grant, **values) -> dict:
        return {
            "grant": grant.pk,
            "delivered_on": ago(1).isoformat(),
            "form": "money",
            "amount": "350.50",
            "payer": "区民政局",
            "evidence": "发放表7号",
            **values,
        }

    def test_a_delivery_sent_twice_with_one_key_is_logged_once(self, api, household):
        body = self.body(make_grant(household), key=str(uuid4()))
        first = api.post(f"{ROOT}deliveries/", body, format="json")
        second = api.post(f"{ROOT}deliveries/", body, format="json")
        assert (first.status_code, second.status_code) == (201, 200), first.json()
        assert first.json() == second.json()
        assert first.json()["amount"] == "350.50"
        assert Delivery.objects.count() == 1

    def test_an_amount_that_is_no_text_is_refused(self, api, household):
        answer = api.post(f"{ROOT}deliveries/", self.body(make_grant(household), amount=350.5), format="json")
        assert pointers(answer) == ["/amount"]

    def test_money_without_an_amount_is_refused_by_the_service(self, api, household):
        answer = api.post(f"{ROOT}deliveries/", self.body(make_grant(household), amount=None), format="json")
        assert pointers(answer) == ["/amount"]

    def test_a_correction_is_a_new_entry_that_points_at_the_wrong_one(self, api, household):
        wrong = make_delivery(make_grant(household), "99.00")
        body = self.body(wrong.grant, reason="金额录错")
        del body["grant"]
        answer = api.post(f"{ROOT}deliveries/{wrong.pk}/correct/", body, format="json")
        assert answer.status_code == 201, answer.json()
        assert answer.json()["corrects"] == wrong.pk
        assert api.get(f"{ROOT}deliveries/{wrong.pk}/").json()["corrected_by"] == answer.json()["id"]

    def test_a_withdrawal_leaves_the_wrong_entry(self, api, household):
        wrong = make_delivery(make_grant(household))
        answer = api.post(f"{ROOT}deliveries/{wrong.pk}/withdraw/", {"reason": "重复登记"}, format="json")
        assert answer.status_code == 201
        assert answer.json()["is_withdrawal"] is True
        assert Delivery.objects.count() == 2

    def test_a_measure_given_out_of_scope_is_none(self, api, far_household):
        answer = api.post(f"{ROOT}deliveries/", self.body(make_grant(far_household)), format="json")
        assert pointers(answer) == ["/grant"]


class TestGiving:
    def test_a_measure_is_given_once_at_a_time(self, api, household):
        body = {"household": household.number, "measure": make_measure().code, "started_on": ago(2).isoformat()}
        assert api.post(f"{ROOT}grants/", body, format="json").status_code == 201
        assert pointers(api.post(f"{ROOT}grants/", body, format="json")) == ["/measure"]


class TestVisit:
    def body(self, household, **values) -> dict:
        day = timezone.localdate().isoformat()
        return {
            "key": str(uuid4()),
            "household": household.number,
            "visited_on": day,
            "kind": "home",
            "situation": "一切平稳",
            **values,
        }

    def test_a_visit_sent_twice_is_logged_once_even_when_the_pairing_ended_between(self, household):
        pairing = make_pairing(household)
        cadre_api, body = client_of(pairing.cadre.user), self.body(household)
        first = cadre_api.post(f"{ROOT}visits/", body, format="json")
        Pairing.objects.update(ended_on=timezone.localdate())
        second = cadre_api.post(f"{ROOT}visits/", body, format="json")
        assert (first.status_code, second.status_code) == (201, 200), second.json()
        assert Visit.objects.count() == 1

    def test_a_household_that_the_cadre_is_not_paired_with_is_none(self, household, far_household):
        cadre = make_pairing(household).cadre
        answer = client_of(cadre.user).post(f"{ROOT}visits/", self.body(far_household), format="json")
        assert answer.status_code == 400
        assert pointers(answer) == ["/household"]

    def test_staff_log_no_visits(self, api, household):
        assert api.post(f"{ROOT}visits/", self.body(household), format="json").status_code == 403
