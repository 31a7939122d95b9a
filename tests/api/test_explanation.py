"""Why, what would change it, and two standards or dates side by side, in the API."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from eligibility import recalculation
from fupin import jobs
from tests.api.conftest import client_of
from tests.eligibility.makers import make_version
from tests.factories import DISTRICT, make_fact, make_household, make_income, make_user
from villages.models import VillageIncome

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def household(village, version):
    household = make_household(village, members=2)
    make_income(household, 2015, wages="12000.50")
    return household


def address(household) -> str:
    return f"{ROOT}households/{household.number}/assessment/"


def run_of(version, **values):
    run = recalculation.start(version, DISTRICT, None, **values)
    jobs.run(run.pk)
    return run


class TestHousehold:
    def test_every_criterion_is_told_and_what_would_change_the_result(self, api, household):
        make_fact(household, "vehicle", date(2015, 3, 1), note="苏D")
        body = api.get(address(household), {"standard": "demo-2015"}).json()
        assert [(row["code"], row["hit"]) for row in body["criteria"]][:2] == [("vehicle", True), ("housing", False)]
        (fact,) = body["criteria"][0]["facts"]
        assert (fact["fact_date"], fact["verification"], fact["note"]) == ("2015-03-01", "true", "苏D")
        distance = body["distance"]
        assert (distance["decided_by"], distance["without"]) == ("exclusion", "eligible")
        assert distance["must_go"] == [{"code": "vehicle", "effect": "exclude"}]
        assert (distance["limit"], distance["gap"], distance["change"]) == ("18000.00", "-5999.50", "5999.50")
        assert [row["counts"] for row in body["members"]] == [True, True]
        assert body["income"]["items"][0] == {"code": "wages", "amount": "12000.50", "counts": True}

    def test_another_date_and_year(self, api, household):
        make_income(household, 2016, wages="18000.00")
        body = api.get(address(household), {"standard": "demo-2015@1", "date": "2016-12-31"}).json()
        assert (body["reference_date"], body["income_year"]) == ("2016-12-31", 2016)
        assert body["outcome"] == "not_eligible"
        body = api.get(address(household), {"standard": "demo-2015", "date": "2016-12-31", "year": 2015}).json()
        assert (body["income_year"], body["outcome"]) == (2015, "eligible")

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"standard": "demo-2015@2"}, "/standard"),
            ({"standard": "demo-2015@x"}, "/standard"),
            ({"standard": "demo-2015@"}, "/standard"),
            ({"standard": "@1"}, "/standard"),
            ({"standard": f"demo-2015@{'9' * 30}"}, "/standard"),
            ({"standard": "demo-2015", "date": "2016-02-30"}, "/date"),
            ({"standard": "demo-2015", "date": "0001-01-01"}, "/date"),
            ({"standard": "demo-2015", "year": "-1"}, "/year"),
            ({"standard": "demo-2015", "year": "99999999999"}, "/year"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, api, household, query, pointer):
        answer = api.get(address(household), query)
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    def test_a_draft_is_tried_by_who_reads_standards(self, api, household):
        make_version(code="new", state="draft")
        assert api.get(address(household), {"standard": "new"}).status_code == 400
        assert api.get(address(household), {"standard": "new@1"}).json()["outcome"] == "eligible"


class TestComparison:
    def test_two_dates_of_one_standard(self, api, household):
        make_income(household, 2016, wages="18000.00")
        query = {"standard": "demo-2015", "with_date": "2016-12-31"}
        body = api.get(f"{address(household)}comparison/", query).json()
        assert body["outcome_differs"] is True
        assert {"reference_date", "income_year", "wages", "outcome"} <= set(body["differing"])
        assert "line" not in body["differing"]
        assert (body["left"]["outcome"], body["right"]["outcome"]) == ("eligible", "not_eligible")
        assert (body["left"]["is_trial"], body["right"]["is_trial"]) == (False, True)

    def test_two_standards(self, api, household):
        make_version(code="lower", line=Decimal("6000.00"))
        query = {"standard": "demo-2015", "with_standard": "lower"}
        body = api.get(f"{address(household)}comparison/", query).json()
        assert body["differing"] == ["standard", "line", "limit", "gap", "outcome"]

    def test_the_second_is_named_where_it_is_wrong(self, api, household):
        answer = api.get(f"{address(household)}comparison/", {"standard": "demo-2015", "with_standard": "none"})
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/with_standard"]


class TestInARun:
    def test_what_was_stored_and_what_the_data_of_today_give(self, api, household, version):
        run = run_of(version)
        url = f"{ROOT}recalculations/{run.pk}/households/{household.number}/"
        assert api.get(url).json()["changed_since"] is False
        household.incomes.update(wages=Decimal("18000.00"))
        body = api.get(url).json()
        assert (body["outcome"], body["today"]["outcome"], body["changed_since"]) == ("eligible", "not_eligible", True)
        assert (body["net_income"], body["today"]["net_income"]) == ("12000.50", "18000.00")
        assert body["distance"]["change"] == "5999.50"

    def test_of_another_run_or_another_township_there_is_nothing(self, api, other_api, household, version):
        run = run_of(version)
        assert other_api.get(f"{ROOT}recalculations/{run.pk}/households/{household.number}/").status_code == 404
        assert api.get(f"{ROOT}recalculations/{uuid4()}/households/{household.number}/").status_code == 404

    def test_a_cadre_is_told_of_their_household_but_not_of_simulations(self, household, version):
        from tests.eligibility.test_why_pages import cadre_of

        api = client_of(cadre_of(household))
        run, tried = run_of(version), run_of(version, changes={"line": "1.00"}, simulate=True)
        assert api.get(address(household), {"standard": "demo-2015"}).json()["outcome"] == "eligible"
        assert api.get(f"{ROOT}recalculations/{run.pk}/households/{household.number}/").status_code == 200
        assert api.get(f"{ROOT}recalculations/{tried.pk}/households/{household.number}/").status_code == 404
        make_version(code="new", state="draft")
        assert api.get(address(household), {"standard": "new@1"}).status_code == 400

    @pytest.mark.parametrize("role", ["contact", "cadre"])
    def test_other_helpers_are_not(self, household, role):
        assert client_of(make_user(role)).get(address(household), {"standard": "demo-2015"}).status_code in (403, 404)


class TestVillage:
    def test_today_and_in_a_run(self, api, village):
        version = make_version(code="village-2015", subject="village")
        row = VillageIncome.objects.create(village=village, year=2015, operating=Decimal("900000.00"))
        run = run_of(version)
        row.operating = Decimal("1500000.00")
        row.save()
        today = api.get(f"{ROOT}villages/{village.pk}/assessment/", {"standard": "village-2015"}).json()
        assert (today["outcome"], today["total"], today["distance"]["change"]) == ("not_weak", "1500000.00", "-0.01")
        stored = api.get(f"{ROOT}recalculations/{run.pk}/villages/{village.pk}/").json()
        assert (stored["outcome"], stored["total"], stored["changed_since"]) == ("weak", "900000.00", True)
        assert stored["today"]["outcome"] == "not_weak"

    def test_a_standard_for_households_is_none(self, api, village, version):
        answer = api.get(f"{ROOT}villages/{village.pk}/assessment/", {"standard": "demo-2015"})
        assert answer.status_code == 400
