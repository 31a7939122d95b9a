"""Standards, assessments and recalculations in the API: the shapes of the contract, and who may do what."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from eligibility.choices import VersionState
from eligibility.models import Determination, Recalculation
from fupin import jobs
from fupin.models import Job, JobState
from tests.api.conftest import client_of
from tests.eligibility.makers import make_version
from tests.factories import DISTRICT, make_fact, make_household, make_income, make_user, make_village

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"
RUNS = f"{ROOT}recalculations/"


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def household(village, version):
    household = make_household(village, members=2)
    make_income(household, 2015, wages="12000.50")
    return household


@pytest.fixture
def district_api(db):
    return client_of(make_user("district"))


def pointers(answer) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


class TestStandards:
    def test_a_standard_shows_what_each_version_says(self, api, version):
        (row,) = api.get(f"{ROOT}standards/").json()["results"]
        assert row == {"code": "demo-2015", "title": "示例标准", "subject": "household"}
        (shown,) = api.get(f"{ROOT}standards/demo-2015/").json()["versions"]
        assert shown["line"] == "9000.00"
        assert shown["reference_date"] == "2015-12-31"
        assert {"effect": "exclude", "fact_kind": "vehicle"}.items() <= shown["criteria"][0].items()

    def test_cadres_do_not_read_them(self, version):
        assert client_of(make_user("cadre")).get(f"{ROOT}standards/").status_code == 403


class TestAssessment:
    def test_it_has_the_shape_of_the_contract(self, api, household):
        body = api.get(f"{ROOT}households/{household.number}/assessment/?standard=demo-2015").json()
        contract = {
            "household": household.number,
            "standard": "demo-2015",
            "reference_date": "2015-12-31",
            "outcome": "eligible",
            "headcount": 2,
            "net_income": "12000.50",
            "deductions": "0.00",
            "per_head": "6000.25",
            "line": "9000.00",
            "reasons": [],
        }
        assert contract.items() <= body.items()

    def test_a_criterion_that_hits_is_named_with_its_effect(self, api, household):
        make_fact(household, "vehicle", date(2015, 3, 1))
        body = api.get(f"{ROOT}households/{household.number}/assessment/?standard=demo-2015").json()
        assert body["outcome"] == "not_eligible"
        (reason,) = body["reasons"]
        assert (reason["code"], reason["effect"]) == ("vehicle", "exclude")
        assert reason["text"]

    def test_a_reason_speaks_the_language_of_the_client_and_its_code_stays(self, api, household):
        make_fact(household, "vehicle", date(2015, 3, 1))
        address = f"{ROOT}households/{household.number}/assessment/?standard=demo-2015"
        asked = [api.get(address, headers={"Accept-Language": language}).json() for language in ("zh-Hans", "en")]
        (chinese,), (english,) = (body.pop("reasons") for body in asked)
        assert "机动车" in chinese["text"]
        assert english["text"].isascii()
        assert chinese["code"] == english["code"]
        assert [body["outcome"] for body in asked] == ["not_eligible", "not_eligible"]

    def test_amounts_that_are_not_known_are_null(self, api, village, version):
        household = make_household(village)
        body = api.get(f"{ROOT}households/{household.number}/assessment/?standard=demo-2015").json()
        assert (body["outcome"], body["net_income"], body["per_head"]) == ("insufficient_data", None, None)

    @pytest.mark.parametrize("query", ["", "?standard=", "?standard=unknown", "?standard=of-villages"])
    def test_only_a_standard_for_households_in_force_is_one(self, api, household, query):
        make_version(code="of-villages", subject="village")
        answer = api.get(f"{ROOT}households/{household.number}/assessment/{query}")
        assert answer.status_code == 400
        assert pointers(answer) == ["/standard"]

    def test_a_household_out_of_scope_is_not_assessed(self, other_api, household):
        answer = other_api.get(f"{ROOT}households/{household.number}/assessment/?standard=demo-2015")
        assert answer.status_code == 404


class TestRecalculation:
    def start(self, client, **values):
        return client.post(RUNS, {"standard": "demo-2015", "division": DISTRICT, **values}, format="json")

    def test_it_is_accepted_followed_and_done(self, district_api, household):
        answer = self.start(district_api)
        assert answer.status_code == 202, answer.json()
        assert answer["Location"] == answer.json()["url"]
        url = answer.json()["url"]
        assert district_api.get(url).json()["status"] == "queued"

        jobs.run(UUID(answer.json()["id"]))

        body = district_api.get(url).json()
        assert body["status"] == "done"
        assert body["progress"] == {"done": 1, "total": 1}
        assert body["counts"] == {
            "eligible": 1,
            "not_eligible": 0,
            "insufficient_data": 0,
            "newly_eligible": 1,
            "no_longer_eligible": 0,
        }
        (change,) = district_api.get(f"{url}changes/").json()["results"]
        assert change == {
            "household": household.number,
            "village": household.village_id,
            "outcome": "eligible",
            "previous_outcome": "",
            "headcount": 2,
            "net_income": "12000.50",
            "deductions": "0.00",
            "per_head": "6000.25",
            "total": None,
            "line": "9000.00",
        }

    def test_a_simulation_tries_another_line_and_leaves_no_determination(self, district_api, household):
        answer = self.start(district_api, simulate={"line": "6000.00"})
        assert answer.status_code == 202, answer.json()
        jobs.run(UUID(answer.json()["id"]))
        body = district_api.get(answer.json()["url"]).json()
        assert (body["is_simulation"], body["line"]) == (True, "6000.00")
        assert body["counts"]["eligible"] == 0
        assert not Determination.objects.exists()

    def test_a_draft_is_recalculated_as_a_simulation_only(self, district_api, household, version):
        version.standard.versions.create(
            number=2,
            state=VersionState.DRAFT,
            reference_date=version.reference_date,
            income_year=2015,
            line=Decimal("5000.00"),
            items=version.items,
        )
        assert pointers(self.start(district_api, version=2)) == ["/standard"]
        assert self.start(district_api, version=2, simulate={}).json()["line"] == "5000.00"
        assert pointers(self.start(district_api, version=3)) == ["/version"]

    def test_a_second_run_beside_an_unfinished_one_is_answered_with_the_first(self, district_api, household):
        first = self.start(district_api).json()
        answer = self.start(district_api)
        assert answer.status_code == 409
        assert answer.json()["current"] == {"url": first["url"]}
        assert Recalculation.objects.count() == 1

    @pytest.mark.parametrize(
        ("values", "pointer"),
        [
            ({"standard": "unknown"}, "/standard"),
            ({"division": "320413"}, "/division"),
            ({"division": "nowhere"}, "/division"),
            ({"simulate": {"line": "9000.001"}}, "/simulate/line"),
            ({"simulate": {"line": 9000.0}}, "/simulate/line"),
            ({"simulate": {"line": "-1.00"}}, "/simulate/line"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(self, district_api, household, values, pointer):
        make_village("320413100201")
        answer = self.start(district_api, **values)
        assert answer.status_code == 400
        assert pointers(answer) == [pointer]

    @pytest.mark.parametrize("role", ["village", "township", "cadre", "contact", "auditor"])
    def test_who_may_not_recalculate_is_refused(self, household, role):
        assert self.start(client_of(make_user(role))).status_code == 403
        assert not Job.objects.exists()

    def test_one_who_started_a_run_may_stop_it_and_another_may_not(self, district_api, household):
        url = self.start(district_api).json()["url"]
        assert client_of(make_user("district")).post(f"{url}cancel/").status_code == 403
        answer = district_api.post(f"{url}cancel/")
        assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")

    def test_a_run_that_was_given_up_on_has_failed(self, district_api, household):
        url = self.start(district_api).json()["url"]
        Job.objects.update(state=JobState.NEEDS_ATTENTION)
        assert district_api.get(url).json()["status"] == "failed"

    def test_changes_hold_only_what_lies_in_the_persons_scope(self, district_api, household, api, other_api):
        url = self.start(district_api, division=household.village_id[:9]).json()["url"]
        jobs.run(UUID(url.rstrip("/").rpartition("/")[2]))
        assert len(api.get(f"{url}changes/").json()["results"]) == 1
        assert other_api.get(url).status_code == 404
        assert other_api.get(f"{url}changes/").status_code == 404

    def test_a_run_for_villages_changes_villages(self, district_api, household):
        make_version(code="village-2015", subject="village")
        answer = district_api.post(RUNS, {"standard": "village-2015", "division": DISTRICT}, format="json")
        assert answer.status_code == 202
        jobs.run(UUID(answer.json()["id"]))
        (change,) = district_api.get(f"{answer.json()['url']}changes/").json()["results"]
        assert (change["household"], change["village"]) == (None, household.village_id)
        assert change["outcome"] == "insufficient_data"
        counts = district_api.get(answer.json()["url"]).json()["counts"]
        assert (counts["insufficient_data"], counts["weak"]) == (1, 0)

    def test_the_list_takes_the_same_few_queries_whatever_its_length(
        self, district_api, household, django_assert_max_num_queries
    ):
        for _n in range(5):
            self.start(district_api, simulate={})
        with django_assert_max_num_queries(3):
            rows = district_api.get(RUNS).json()["results"]
        assert len(rows) == 5
        assert rows == sorted(rows, key=lambda row: row["created_at"], reverse=True)
