"""Cases, notices and objections in the API: the rules of the pages, within the reach of the person."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from casework import receipts
from casework.models import Case, Objection, Paper
from casework.services import object_to
from casework.statements import Statement
from tests.api.conftest import client_of
from tests.factories import make_case, make_household, make_notice, make_user
from tests.worlds import PICTURE

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
PAGE = {"name": "签名页.png", "content": b64encode(PICTURE).decode()}


@pytest.fixture
def household(village):
    return make_household(village, head_name="张大山")


@pytest.fixture
def worker(village):
    return client_of(make_user("village", village.pk))


@pytest.fixture
def opened(worker, household):
    values = {"kind": "identification", "household": household.number, "ground": "家庭困难"}
    answer = worker.post("/api/v1/cases/", values, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def step(client, case, code="apply", **values):
    record = {"on": TODAY().isoformat(), "applicant": "张大山"}
    sent = {"step": code, "version": case["version"], "record": record, "papers": [PAGE]} | values
    return client.post(f"/api/v1/cases/{case['id']}/steps/", sent, format="json")


# --- Cases ----------------------------------------------------------------------------------------------------------
def test_a_case_is_opened_and_read(opened, worker, household):
    assert (opened["stage"], opened["steps"]) == ("application", ["apply", "withdraw"])
    (listed,) = worker.get("/api/v1/cases/", {"household": household.number}).json()["results"]
    assert listed["id"] == opened["id"]
    assert worker.get("/api/v1/cases/", {"stage": "completed"}).json()["results"] == []


def test_a_second_one_is_refused_while_the_first_runs(opened, worker, household):
    values = {"kind": "identification", "household": household.number, "ground": "再次申请"}
    assert worker.post("/api/v1/cases/", values, format="json").status_code == 400
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"kind": "member_change"}, {"kind": "carry_over"}, {"household": "0"}, {"ground": " "}]
)
def test_what_cannot_be_opened_is_said(worker, household, wrong):
    values = {"kind": "identification", "household": household.number, "ground": "家庭困难"} | wrong
    answer = worker.post("/api/v1/cases/", values, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"


def test_nobody_opens_one_out_of_reach(other_api, household):
    values = {"kind": "identification", "household": household.number, "ground": "家庭困难"}
    assert other_api.post("/api/v1/cases/", values, format="json").status_code == 400
    assert not Case.objects.exists()


def test_a_step_is_taken_with_its_record_and_paper(opened, worker):
    moved = step(worker, opened)
    assert moved.status_code == 200
    assert (moved.json()["stage"], moved.json()["version"]) == ("appraisal", 2)
    event = moved.json()["events"][-1]
    assert (event["step"], event["details"]["applicant"]) == ("apply", "张大山")
    assert Paper.objects.get().name == "签名页.png"


def test_the_same_step_from_an_old_version_is_in_conflict_and_shows_what_is_there(opened, worker):
    step(worker, opened)
    late = step(worker, opened)
    assert late.status_code == 409
    assert late.json()["current"]["stage"] == "appraisal"


@pytest.mark.parametrize(("wrong", "pointer"), [
    ({"record": {"on": "2016-13-01", "applicant": "张"}}, "/record/on"),
    ({"record": {"on": {"a": 1}, "applicant": "张"}}, "/record/on"),
    ({"record": {"on": "2999-01-01", "applicant": "张"}}, "/record/on"),
    ({"papers": []}, "/papers"),
    ({"papers": [{"name": "a.png", "content": "###"}]}, "/papers/0/content"),
    ({"papers": [{"name": "a.exe", "content": PAGE["content"]}]}, "/papers"),
    ({"step": "decide"}, "/"),
    ({"step": "nothing"}, "/step"),
    ({"version": 0}, "/version"),
])  # fmt: skip
def test_what_is_wrong_is_pointed_at_and_nothing_is_written(opened, worker, wrong, pointer):
    answer = step(worker, opened, **wrong)
    assert answer.status_code in (400, 403)
    if answer.status_code == 400:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert Case.objects.get().version == 1
    assert not Paper.objects.filter(events__isnull=False).exists()


def test_a_role_that_may_not_take_a_step_is_not_offered_it(opened, api):
    shown = api.get(f"/api/v1/cases/{opened['id']}/").json()
    assert "decide" not in shown["steps"]


# --- Notices and objections -----------------------------------------------------------------------------------------
@pytest.fixture
def notice(household):
    return make_notice(make_case(household, "village_publicity"))


def test_a_notice_is_read_with_the_households_on_it(api, notice):
    (listed,) = api.get("/api/v1/notices/", {"running": "true"}).json()["results"]
    assert (listed["id"], listed["households"]) == (notice.pk, 1)
    assert api.get("/api/v1/notices/", {"running": "false"}).json()["results"] == []
    (entry,) = api.get(f"/api/v1/notices/{notice.pk}/").json()["entries"]
    assert entry["head_name"] == "张大山"


def paper_objection(listed, **values):
    return {
        "notice": listed.pk,
        "ground": "listed",
        "position": 1,
        "text": "他家有车",
        "name": "王五",
        "received_on": TODAY().isoformat(),
    } | values


def test_an_objection_on_paper_is_entered_and_closed(api, notice):
    taken = api.post("/api/v1/objections/", paper_objection(notice), format="json").json()
    assert taken["code"] == receipts.code_of(taken["receipt"])
    values = {"version": 1, "state": "not_upheld", "findings": "走访", "answer": "不属实"}
    url = f"/api/v1/objections/{taken['id']}/answer/"
    assert api.post(url, values, format="json").json()["state"] == "not_upheld"
    late = api.post(url, values, format="json")
    assert late.status_code == 409
    assert late.json()["current"]["state"] == "not_upheld"


@pytest.mark.parametrize(("wrong", "pointer"), [
    ({"position": 2}, "/position"),
    ({"position": None}, "/position"),
    ({"ground": "omitted"}, "/omitted"),
    ({"text": " "}, "/text"),
    ({"received_on": "2016-01-01"}, "/received_on"),
    ({"notice": 10**12}, "/notice"),
])  # fmt: skip
def test_a_wrong_objection_is_refused(api, notice, wrong, pointer):
    answer = api.post("/api/v1/objections/", paper_objection(notice, **wrong), format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not Objection.objects.exists()


def test_only_the_handler_reads_who_objects_one_at_a_time_and_that_is_kept(api, clerk, notice):
    objection = object_to(notice, Statement("listed", "他家有车", notice.entries.get(), name="王五"))
    assert "王五" not in api.get("/api/v1/objections/").content.decode()
    url = f"/api/v1/objections/{objection.pk}/"
    assert api.get(url).json()["name"] == "王五"
    assert AuditEvent.objects.filter(actor=clerk, reference=objection.receipt).count() == 1
    for role in ("district", "auditor", "village"):
        read = client_of(make_user(role, notice.village_id if role == "village" else "320412")).get(url).json()
        assert [read[name] for name in ("name", "phone", "text", "findings", "omitted")] == [None] * 5


def test_objections_are_narrowed(api, notice):
    object_to(notice, Statement("omitted", "漏评", omitted="赵六"))
    for asked, count in (({"state": "open"}, 1), ({"state": "upheld"}, 0), ({"level": "district"}, 0)):
        assert len(api.get("/api/v1/objections/", asked).json()["results"]) == count
    assert timedelta(days=10) == Objection.objects.get().due_on - TODAY()
