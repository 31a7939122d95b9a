"""Villages in the API."""

from decimal import Decimal

import pytest

from tests.api.conftest import client_of
from tests.factories import make_user, make_village
from villages.models import VillageIncome, VillageProfile

pytestmark = pytest.mark.django_db
URL = "/api/v1/villages/"


def test_a_list_holds_the_villages_of_ones_own_jurisdiction_only(api, village):
    make_village("320412101201", "别村")
    answer = api.get(URL)
    assert [row["code"] for row in answer.json()["results"]] == [village.code]


def test_a_village_says_where_it_lies_and_what_it_earned(api, village):
    VillageProfile.objects.create(village=village, standing="weak", population=2100)
    VillageIncome.objects.create(village=village, year=2014, operating=Decimal("1.50"))
    VillageIncome.objects.create(village=village, year=2015, operating=Decimal("800000"), other=Decimal("0.01"))

    body = api.get(f"{URL}{village.code}/").json()

    assert body["township"] == "320412100"
    assert body["standing"] == "weak"
    assert body["profile"]["population"] == 2100
    assert [(income["year"], income["total"]) for income in body["incomes"]] == [(2015, "800000.01"), (2014, "1.50")]


def test_a_village_without_a_profile_is_an_ordinary_one(api, village):
    body = api.get(f"{URL}{village.code}/").json()
    assert (body["standing"], body["profile"], body["incomes"]) == ("ordinary", None, [])


def test_villages_are_filtered_by_township_and_standing(village):
    VillageProfile.objects.create(village=village, standing="weak")
    other = make_village("320412101201")
    district = client_of(make_user("district"))

    def codes(query: str) -> list[str]:
        return [row["code"] for row in district.get(URL + query).json()["results"]]

    assert codes("") == [village.code, other.code]
    assert codes("?township=320412101") == [other.code]
    assert codes("?standing=weak") == [village.code]


def test_the_list_takes_the_same_few_queries_whatever_its_length(api, django_assert_max_num_queries):
    for serial in range(201, 221):
        make_village(f"320412100{serial}")
    with django_assert_max_num_queries(3):
        assert len(api.get(URL).json()["results"]) == 20
