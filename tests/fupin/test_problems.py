"""Every refusal under /api/ is a problem document of RFC 9457, whoever raised it; elsewhere it is a page."""

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.test import Client, RequestFactory
from rest_framework import exceptions, serializers
from rest_framework.test import APIClient
from rest_framework.views import APIView

from fupin import problems
from tests.factories import make_user

URL = "/api/v1/households/"


def assert_is_problem(answer, status: int) -> dict:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    return body


def answer_to(error: Exception):
    """What a view of the API answers when it raises the error."""

    class Raising(APIView):
        authentication_classes: list = []
        permission_classes: list = []

        def post(self, request):
            raise error

    return Raising.as_view()(RequestFactory().post("/api/v1/x/", {})).render()


def body_of(answer) -> dict:
    return answer.data


class TestWhatTheServicesRaise:
    def test_errors_of_fields_stand_at_their_pointers(self):
        answer = answer_to(ValidationError({"cadre": ["gone"], "is_main": ["taken", "twice"]}))
        assert answer.status_code == 400
        assert body_of(answer)["errors"] == [
            {"pointer": "/cadre", "detail": "gone"},
            {"pointer": "/is_main", "detail": "taken"},
            {"pointer": "/is_main", "detail": "twice"},
        ]

    def test_an_error_of_the_whole_stands_at_the_root(self):
        assert body_of(answer_to(ValidationError("ended")))["errors"] == [{"pointer": "/", "detail": "ended"}]

    def test_what_is_out_of_reach_does_not_exist(self):
        answer = answer_to(ObjectDoesNotExist("household 3204 is not yours"))
        assert answer.status_code == 404
        assert "3204" not in answer.content.decode()

    def test_problems_of_the_rules_keep_path_and_what_is_wanted(self):
        answer = answer_to(problems.Invalid([("members.2.id_number", "wrong", "18 characters"), ("village", "no", "")]))
        assert body_of(answer)["errors"] == [
            {"pointer": "/members/2/id_number", "detail": "wrong", "wanted": "18 characters"},
            {"pointer": "/village", "detail": "no"},
        ]

    def test_a_conflict_carries_the_current_values(self):
        answer = answer_to(problems.InConflict({"version": 7}))
        assert (answer.status_code, body_of(answer)["current"]) == (409, {"version": 7})

    def test_a_limit_says_when_one_may_ask_again(self):
        answer = answer_to(problems.TooManyRequests(90))
        assert (answer.status_code, answer["Retry-After"]) == (429, "90")


def test_nested_errors_of_a_serializer_have_a_pointer_each():
    class Row(serializers.Serializer):
        amount = serializers.IntegerField()

    class Body(serializers.Serializer):
        rows = Row(many=True)

    body = Body(data={"rows": [{"amount": 1}, {"amount": "x"}, {}]})
    with pytest.raises(exceptions.ValidationError) as caught:
        body.is_valid(raise_exception=True)
    assert [error["pointer"] for error in problems.field_errors(caught.value.detail)] == [
        "/rows/1/amount",
        "/rows/2/amount",
    ]


@pytest.mark.django_db
class TestWhatTheClientGetsWrong:
    @pytest.fixture
    def api(self):
        client = APIClient(raise_request_exception=False)
        client.force_login(make_user("district"))
        return client

    def test_a_stranger_is_asked_to_sign_in(self):
        answer = APIClient().get(URL)
        assert_is_problem(answer, 401)
        assert answer["WWW-Authenticate"] == "Token"

    def test_a_wrong_token_is_not_let_in(self):
        assert_is_problem(APIClient().get(URL, headers={"Authorization": "Token nonsense"}), 401)

    def test_a_change_by_session_needs_the_csrf_token(self):
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(make_user("district"))
        assert_is_problem(client.post(URL, {}, format="json"), 403)

    def test_a_method_that_is_not_there(self, api):
        answer = api.delete(URL)
        assert_is_problem(answer, 405)
        assert answer["Allow"] == "GET, POST, HEAD"

    def test_text_that_is_no_json(self, api):
        assert_is_problem(api.post(URL, "{", content_type="application/json"), 400)

    def test_a_body_that_is_no_object(self, api):
        body = assert_is_problem(api.post(URL, [1], format="json"), 400)
        assert body["errors"][0]["pointer"] == "/"

    def test_a_content_type_that_is_not_read(self, api):
        assert_is_problem(api.post(URL, "<x/>", content_type="application/xml"), 415)

    def test_a_format_that_is_not_written(self, api):
        assert_is_problem(api.get(URL, headers={"Accept": "text/csv"}), 406)

    def test_an_address_that_no_route_knows(self, api):
        assert_is_problem(api.get("/api/v1/nowhere/"), 404)
        assert_is_problem(api.get("/api/nowhere/"), 404)

    def test_the_same_address_outside_the_api_is_a_page(self, api):
        answer = api.get("/nowhere/")
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/html")

    def test_a_failure_of_ours_says_nothing_of_its_inside(self, api, monkeypatch):
        def fail(*args):
            raise RuntimeError("secret inside")

        monkeypatch.setattr("households.api.HouseholdViewSet.get_queryset", fail)
        assert_is_problem(api.get(URL), 500)
        assert "secret" not in api.get(URL).content.decode()

    def test_problems_speak_the_language_of_the_client(self, api):
        english = api.get("/api/v1/villages/320412999999/", headers={"Accept-Language": "en"}).json()
        chinese = api.get("/api/v1/villages/320412999999/", headers={"Accept-Language": "zh-Hans"}).json()
        assert english["title"] == "Not found"
        assert english["title"] != chinese["title"]

    def test_somebody_who_must_change_the_password_does_that_first(self):
        client = Client()
        client.force_login(make_user("district", must_change_password=True))
        assert_is_problem(client.get(URL), 403)
