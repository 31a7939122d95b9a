"""Households in the API: read within one's scope, entered by the rules, changed from a version."""

from datetime import date

import pytest

from households.models import Household, Member
from tests.api.conftest import client_of
from tests.factories import id_number, make_fact, make_household, make_income, make_member, make_user, make_village

pytestmark = pytest.mark.django_db
URL = "/api/v1/households/"
ACCOUNT = "62220000111122"


@pytest.fixture
def household(village):
    household = make_household(
        village, head_name="周大川", members=2, phone="13800001234", bank_account="62220000111122"
    )
    make_income(household, 2015, wages="12000.50", production_expense="0.60")
    make_income(household, 2014, wages="9000")
    make_fact(household, "vehicle", date(2015, 3, 1))
    return household


def url_of(household) -> str:
    return f"{URL}{household.number}/"


def entry(village: str, **values) -> dict:
    born_on = date(1970, 6, 15)
    head = {
        "name": "周大川",
        "id_number": id_number(born_on),
        "relationship": "01",
        "sex": "1",
        "born_on": born_on.isoformat(),
        "health": ["01"],
    }
    return {"village": village, "group": "第3组", "members": [head], **values}


def pointers(answer) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


class TestReading:
    def test_a_list_row_names_household_village_and_township(self, api, household):
        (row,) = api.get(URL).json()["results"]
        assert row["number"] == household.number
        assert row["village"] == household.village_id
        assert row["village_name"] == "蒲庄村"
        assert row["head_name"] == "周大川"
        assert row["status"] == "unregistered"
        assert "id_number" not in row

    def test_the_list_holds_only_what_lies_in_the_persons_scope(self, other_api, household):
        assert other_api.get(URL).json()["results"] == []

    def test_a_household_out_of_scope_does_not_exist(self, other_api, household):
        answer = other_api.get(url_of(household))
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert household.number not in answer.content.decode()

    def test_details_are_masked_where_they_are_personal(self, api, household):
        body = api.get(url_of(household)).json()
        text = str(body)
        for member in household.members.all():
            assert member.id_number not in text
        assert "13800001234" not in text
        assert ACCOUNT not in text
        assert body["phone"] == "138****1234"
        assert body["members"][0]["id_number"][1:-1] == "*" * 16

    def test_incomes_are_exact_text_and_the_newest_comes_first(self, api, household):
        incomes = api.get(url_of(household)).json()["incomes"]
        assert [income["year"] for income in incomes] == [2015, 2014]
        assert incomes[0]["wages"] == "12000.50"
        assert incomes[0]["net"] == "11999.90"

    def test_filters_narrow_by_village_township_and_status(self, village, household):
        far = make_household(make_village("320412101201"), status="registered", registered_on=date(2016, 1, 1))
        district = client_of(make_user("district"))

        def numbers(query: str) -> list[str]:
            return [row["number"] for row in district.get(URL + query).json()["results"]]

        assert numbers("") == [household.number, far.number]
        assert numbers(f"?village={village.code}") == [household.number]
        assert numbers("?township=320412101") == [far.number]
        assert numbers("?status=registered") == [far.number]

    @pytest.mark.parametrize("query", ["?status=rich", "?township=3204", "?page_size=201", "?page_size=0", "?cursor=x"])
    def test_a_filter_that_cannot_be_is_refused_by_name(self, api, query):
        answer = api.get(URL + query)
        assert answer.status_code == 400
        assert pointers(answer) == [f"/{query[1:].partition('=')[0]}"]

    def test_the_list_takes_the_same_few_queries_whatever_its_length(self, api, village, django_assert_max_num_queries):
        for _n in range(20):
            make_household(village)
        with django_assert_max_num_queries(3):
            assert len(api.get(URL).json()["results"]) == 20

    def test_a_household_with_many_members_takes_no_query_a_member(self, api, village, django_assert_max_num_queries):
        household = make_household(village, members=8)
        with django_assert_max_num_queries(6):
            assert len(api.get(url_of(household)).json()["members"]) == 8


class TestPages:
    def test_pages_follow_one_another_and_stay_stable_while_rows_are_added(self, api, village):
        for serial in (10, 20, 30, 40):
            make_household(village, number=f"{village.code}{serial:05d}")
        first = api.get(f"{URL}?page_size=2").json()
        make_household(village, number=f"{village.code}00005")
        make_household(village, number=f"{village.code}00035")

        second = api.get(first["next"]).json()
        back = api.get(second["previous"]).json()

        def serials(page):
            return [int(row["number"][-5:]) for row in page["results"]]

        assert serials(first) == [10, 20]
        assert serials(second) == [30, 35]
        assert serials(back) == [10, 20]
        assert serials(api.get(second["first"]).json()) == [5, 10]

    def test_the_last_page_has_no_next(self, api, household):
        body = api.get(URL).json()
        assert (body["first"], body["next"], body["previous"]) == (None, None, None)

    def test_a_cursor_of_another_list_is_refused(self, api, village):
        for serial in range(202, 205):
            make_village(f"{village.code[:9]}{serial}")
        cursor = api.get("/api/v1/villages/?page_size=2").json()["next"].partition("cursor=")[2].partition("&")[0]
        assert api.get(f"{URL}?cursor={cursor}").status_code == 400


class TestEntering:
    def test_a_household_is_entered_and_found_at_its_location(self, api, village):
        answer = api.post(URL, entry(village.code, incomes=[{"year": 2015, "wages": "9000.00"}]), format="json")
        assert answer.status_code == 201, answer.json()
        body = api.get(answer["Location"]).json()
        assert body == answer.json()
        assert body["head_name"] == "周大川"
        assert body["incomes"][0]["wages"] == "9000.00"
        assert body["status"] == "unregistered"

    def test_the_rules_errors_stand_at_their_fields(self, api, village):
        wrong = entry(village.code)
        wrong["members"][0] |= {"id_number": "320412197006150011"}
        del wrong["members"][0]["sex"]
        answer = api.post(URL, wrong, format="json")
        assert answer.status_code == 400
        assert {"/members/0/id_number", "/members/0/sex"} <= set(pointers(answer))
        assert not Household.objects.exists()

    def test_a_type_error_stands_at_its_field_too(self, api, village):
        wrong = entry(village.code, incomes=[{"year": 2015, "wages": 12.5}], attribute="77")
        answer = api.post(URL, wrong, format="json")
        assert set(pointers(answer)) == {"/attribute", "/incomes/0/wages"}

    def test_a_village_outside_the_scope_is_no_village(self, other_api, village):
        answer = other_api.post(URL, entry(village.code), format="json")
        assert answer.status_code == 400
        assert pointers(answer) == ["/village"]

    @pytest.mark.parametrize("role", ["auditor", "administrator", "cadre", "contact"])
    def test_who_may_not_enter_is_refused_before_anything_is_read(self, village, role):
        answer = client_of(make_user(role)).post(URL, {}, format="json")
        assert answer.status_code == 403
        assert answer.json()["status"] == 403


class TestChanging:
    def test_what_is_left_out_stays(self, api, household):
        before = {member.pk: member.id_number for member in household.members.all()}
        answer = api.patch(url_of(household), {"version": 1, "group": "第9组"}, format="json")
        assert answer.status_code == 200, answer.json()
        household.refresh_from_db()
        assert (household.group, household.version, household.phone) == ("第9组", 2, "13800001234")
        assert {member.pk: member.id_number for member in household.members.all()} == before

    def test_a_kept_member_is_changed_by_its_id_without_its_id_number(self, api, household):
        head, other = household.members.order_by("relationship")
        answer = api.patch(
            url_of(household),
            {"members": [{"id": head.pk}, {"id": other.pk, "education": "03"}]},
            format="json",
            headers={"If-Match": '"1"'},
        )
        assert answer.status_code == 200, answer.json()
        other.refresh_from_db()
        assert other.education == "03"

    def test_the_version_may_come_as_the_tag_that_was_read(self, api, household):
        tag = api.get(url_of(household))["ETag"]
        answer = api.patch(url_of(household), {"group": "第9组"}, format="json", headers={"If-Match": tag})
        assert answer.status_code == 200
        assert answer["ETag"] == '"2"'

    def test_a_change_without_a_version_is_refused(self, api, household):
        answer = api.patch(url_of(household), {"group": "第9组"}, format="json")
        assert answer.status_code == 400
        assert pointers(answer) == ["/version"]

    def test_a_change_from_an_old_version_is_answered_with_the_current_values(self, api, household):
        api.patch(url_of(household), {"version": 1, "group": "第5组"}, format="json")
        answer = api.patch(url_of(household), {"version": 1, "group": "第9组"}, format="json")
        assert answer.status_code == 409
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["current"]["group"] == "第5组"
        assert answer.json()["current"]["version"] == 2
        household.refresh_from_db()
        assert household.group == "第5组"

    def test_a_member_of_another_household_cannot_be_named(self, api, household, village):
        stranger = make_member(make_household(village))
        answer = api.patch(
            url_of(household), {"version": 1, "members": [{"id": stranger.pk, "name": "甲"}]}, format="json"
        )
        assert answer.status_code == 400
        assert pointers(answer) == ["/members/0/id"]
        assert Member.objects.get(pk=stranger.pk).name != "甲"

    def test_a_household_out_of_scope_cannot_be_changed(self, other_api, household):
        assert other_api.patch(url_of(household), {"version": 1, "group": "x"}, format="json").status_code == 404

    def test_a_status_is_not_changed_by_an_entry(self, api, household):
        api.patch(url_of(household), {"version": 1, "status": "registered", "group": "第9组"}, format="json")
        household.refresh_from_db()
        assert household.status == "unregistered"
