"""The pages and routes of monitoring: what people see of alarms, and what they do about them."""

import html
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eligibility.models import Alarm, AlarmEvent, MonitoringTerm
from fupin.models import Job, JobKind
from tests.assistance.makers import make_cadre, make_pairing
from tests.eligibility.makers import make_version
from tests.factories import make_household, make_user, make_village

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
LIST, OVERVIEW, TERMS = (reverse(f"eligibility:{name}") for name in ("alarms", "monitoring", "monitoring-terms"))


def make_alarm(village: str = "320412100201", *, household=None, days: int = 0, **values) -> Alarm:
    household = household or make_household(
        make_village(village), status="registered", registered_on=date(2016, 1, 1), head_name="周大"
    )
    return Alarm.objects.create(
        **{
            "household": household,
            "kind": "low_income",
            "level": 2,
            "fingerprint": f"{TODAY.year - 1}",
            "facts": {"year": TODAY.year - 1, "per_head": "8000.00", "line": "9000.00"},
            "since": TODAY,
            "raised_on": TODAY - timedelta(days=days),
        }
        | values
    )


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def sign_in(client, role: str, place: str = "320412"):
    user = make_user(role, place)
    client.force_login(user)
    return user


def test_a_cadre_finds_the_alarm_on_the_phone_reports_and_the_township_closes_it(client):
    alarm, cadre = make_alarm(), make_cadre()
    make_pairing(alarm.household, cadre)
    client.force_login(cadre.user)
    page = reverse("my:alarm", args=[alarm.pk])
    assert page in text(client.get(reverse("my:home")))
    assert "8,000.00" in text(client.get(page))
    answer = client.post(page, {"done_on": TODAY + timedelta(days=1), "text": "已上门"})
    assert (answer.status_code, "已上门" in text(answer), Alarm.objects.get().state) == (200, True, "open")
    client.post(page, {"done_on": TODAY, "text": "已上门核实"})
    assert Alarm.objects.get().state == "reported"
    sign_in(client, "township", "320412100")
    close = reverse("eligibility:alarm-close", args=[alarm.pk])
    assert "已上门核实" in text(client.get(close))
    answer = client.post(close, {"done_on": TODAY, "text": "同意销号"}, follow=True)
    assert "同意销号" in text(answer)
    assert Alarm.objects.get().state == "closed"


def test_a_report_is_sent_back_with_what_is_still_to_be_done(client):
    alarm = make_alarm(state="reported")
    sign_in(client, "township", "320412100")
    page = reverse("eligibility:alarm-send-back", args=[alarm.pk])
    assert client.post(page, {"text": ""}).status_code == 200
    client.post(page, {"text": "请附协议"})
    assert (Alarm.objects.get().state, AlarmEvent.objects.get().text) == ("open", "请附协议")


@pytest.mark.parametrize(("query", "found"), [
    ("", {"red", "amber"}), ("level=2", {"red"}), ("age=older", {"amber"}), ("age=week", {"red"}),
    ("state=closed", {"closed"}), ("state=all", {"red", "amber", "closed"}), ("kind=aid_ended", set()),
    ("q=周", {"red", "amber"}), ("township=320412101", {"amber"}), ("status=exited", set()),
])  # fmt: skip
def test_the_list_shows_what_waits_unless_other_alarms_are_asked_for(client, query, found):
    alarms = {
        "red": make_alarm(),
        "amber": make_alarm("320412101201", level=1, days=31),
        "closed": make_alarm(state="closed", closed_at=timezone.now()),
    }
    sign_in(client, "district")
    rows = client.get(f"{LIST}?{query}").context["page"].rows
    assert {name for name, alarm in alarms.items() if alarm in rows} == found


def test_the_list_leaves_as_a_file_and_on_paper_with_the_reason(client):
    make_alarm()
    sign_in(client, "township", "320412100")
    for url in (f"{LIST}?format=csv", reverse("eligibility:alarms-print")):
        assert "8,000.00" in text(client.get(url))


def test_the_overview_counts_by_place_level_and_age(client):
    make_alarm()
    make_alarm(level=1, days=8, state="reported")
    make_alarm("320412101201", days=31)
    make_alarm(state="closed", closed_at=timezone.now())
    make_alarm(state="lapsed", gone_on=TODAY)
    sign_in(client, "district")
    answer = client.get(OVERVIEW)
    here, there = answer.context["places"]
    assert (here.red, here.amber, here.reported, here.week, here.month, here.older) == (1, 1, 1, 1, 1, 0)
    assert (here.closed, here.lapsed, here.days, there.older, there.days) == (1, 1, 8, 1, 31)
    assert answer.context["total"].waiting == 3
    inside = client.get(reverse("eligibility:monitoring-place", args=["320412100"]))
    assert [place.code for place in inside.context["places"]] == ["320412100201"]


def test_who_has_no_territory_sees_the_alarms_of_their_own_households(client):
    alarm, cadre = make_alarm(), make_cadre()
    make_alarm("320412101201")
    make_pairing(alarm.household, cadre)
    client.force_login(cadre.user)
    assert client.get(OVERVIEW).context["total"].red == 1


def test_the_district_sets_a_term_and_a_wrong_one_is_shown_with_what_was_typed(client):
    version = make_version(code="demo-2015")
    sign_in(client, "district")
    wrong = {"term": "line_factor:demo-2015", "value": "0.5", "valid_from": TODAY, "basis": "武扶办〔2026〕1号"}
    answer = client.post(TERMS, wrong)
    assert (answer.status_code, "武扶办〔2026〕1号" in text(answer), MonitoringTerm.objects.count()) == (200, True, 0)
    assert "18,000.00" in text(client.post(TERMS, wrong | {"value": "2"}, follow=True))
    row = MonitoringTerm.objects.get()
    assert (row.standard, row.value) == (version.standard, Decimal("2.00"))


def test_the_district_has_alarms_computed_and_is_told_when_they_already_are(client):
    make_village()
    sign_in(client, "district")
    page = reverse("eligibility:monitoring-compute")
    answer = client.post(page, {"division": "320412100"})
    job = Job.objects.get(kind=JobKind.MONITORING)
    assert answer["Location"] == reverse("jobs:detail", args=[job.pk])
    assert client.post(page, {"division": "320412100"}).status_code == 200
    assert Job.objects.filter(kind=JobKind.MONITORING).count() == 1


def test_a_program_reports_and_closes(client):
    alarm = make_alarm()
    sign_in(client, "township", "320412100")
    url = reverse("api:alarm-detail", args=[alarm.pk])

    def send(act: str, **values):
        return client.post(f"{url}{act}/", values, content_type="application/json")

    assert {"level": "red", "state": "open"}.items() <= client.get(url).json().items()
    assert send("report", done_on="3000-01-01", text="x").json()["errors"][0]["pointer"] == "/done_on"
    send("report", done_on=f"{TODAY}", text="已核实")
    send("send-back", text="请补充")
    answer = send("close", done_on=f"{TODAY}", text="已落实").json()
    assert (answer["state"], [event["act"] for event in answer["events"]]) == ("closed", ["report", "return", "close"])
    assert send("close", done_on=f"{TODAY}", text="再次").status_code == 400
    listed = client.get(reverse("api:alarm-list"), {"waiting": "false", "level": "red", "state": "closed"}).json()
    assert [row["id"] for row in listed["results"]] == [alarm.pk]


def test_the_page_of_a_household_shows_its_alarms(client):
    alarm = make_alarm()
    make_alarm(household=alarm.household, kind="aid_ended", state="lapsed", gone_on=TODAY, fingerprint="1")
    sign_in(client, "village", "320412100201")
    shown = text(client.get(reverse("households:detail", args=[alarm.household.number])))
    assert "8,000.00" in shown
    assert shown.count("/desk/monitoring/alarms/") == 2


@pytest.mark.parametrize("url", [LIST, OVERVIEW, reverse("eligibility:alarms-print"), reverse("my:home")])
def test_more_alarms_ask_no_more(client, url):
    cadre = make_cadre()
    make_pairing(make_alarm().household, cadre)
    client.force_login(cadre.user)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _number in range(6):
        make_pairing(make_alarm().household, cadre)
    with CaptureQueriesContext(connection) as many:
        assert client.get(url).status_code == 200
    assert len(many) == len(few)
