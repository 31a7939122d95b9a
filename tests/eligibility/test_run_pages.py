"""Runs as people start, resume and hear of them: over lists, by night, and when they have ended."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from eligibility import determinations, nightly, recalculation
from eligibility.choices import ChunkState, ScopeKind
from eligibility.models import Determination, Recalculation
from fupin import ended, jobs
from fupin.models import Job, JobKind, JobState
from tests.eligibility.makers import make_version
from tests.eligibility.test_recalculation import VILLAGES, disturbed, do, make_district, undisturbed_checksum
from tests.factories import DISTRICT, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(determinations, "HOUSEHOLDS_A_CHUNK", 4)


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def households(version):
    return make_district()


@pytest.fixture
def district(client):
    user = make_user("district", email="district@fupin.example")
    client.force_login(user)
    return user


def start(client, version, **values) -> Recalculation:
    answer = client.post(reverse("eligibility:run-new"), {"version": version.pk} | values)
    assert answer.status_code == 302, answer.context["form"].errors
    return Recalculation.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])


# --- Started from the page --------------------------------------------------------------------------------------


def test_over_chosen_villages(client, district, version, households):
    run = start(client, version, scope="villages", villages=[VILLAGES[0], VILLAGES[3]])
    assert (run.scope, run.villages, run.division_code) == (ScopeKind.VILLAGES, [VILLAGES[0], VILLAGES[3]], DISTRICT)


def test_over_pasted_numbers(client, district, version, households):
    run = start(client, version, scope="households", numbers=f"{households[0].number}\n{households[4].number}")
    assert set(run.listed.values_list("household", flat=True)) == {households[0].pk, households[4].pk}


def test_over_what_the_list_of_households_shows(client, district, version, households):
    page = client.get(reverse("households:list"), {"village": VILLAGES[1]}).content.decode()
    address = f"{reverse('eligibility:run-new')}?listed=village%3D{VILLAGES[1]}"
    assert address in page
    form = client.get(address).context["form"]
    assert form["scope"].value() == ScopeKind.HOUSEHOLDS
    run = start(client, version, scope="households", listed=form["listed"].value())
    assert set(run.listed.values_list("household__village", flat=True)) == {VILLAGES[1]}
    assert run.listed.count() == 4


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scope": "division"}, "division"),
        ({"scope": "villages"}, "villages"),
        ({"scope": "households"}, "numbers"),
        ({"scope": "households", "numbers": "32041210020199999"}, "numbers"),
        ({"scope": "households", "listed": "village=320413100201"}, "numbers"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(client, district, version, households, values, field):
    answer = client.post(reverse("eligibility:run-new"), {"version": version.pk} | values)
    assert field in answer.context["form"].errors
    assert not Recalculation.objects.exists()


def test_incremental_from_the_page(client, district, version, households):
    first = do(version)
    run = start(client, version, division=DISTRICT, incremental="on")
    assert run.base == first
    page = client.get(reverse("eligibility:run", args=[run.pk])).content.decode()
    assert reverse("eligibility:run", args=[first.pk]) in page


def test_figures_lead_to_the_rows_that_they_count_or_nowhere(client, district, version, households):
    listed = reverse("eligibility:determinations")

    def linked(**scope) -> str:
        run = start(client, version, **scope)
        jobs.run(run.pk)
        page = client.get(reverse("eligibility:run", args=[run.pk]))
        assert (listed in page.content.decode()) == bool(page.context["results_url"])
        return page.context["results_url"]

    assert linked(division=DISTRICT) == f"{listed}?standard={version.standard_id}&"
    assert linked(division="320412100") == f"{listed}?standard={version.standard_id}&township=320412100&"
    assert linked(division=VILLAGES[0]) == f"{listed}?standard={version.standard_id}&village={VILLAGES[0]}&"
    assert not linked(scope="villages", villages=[VILLAGES[0], VILLAGES[3]])
    assert not linked(scope="households", numbers=households[0].number)
    assert not linked(division=DISTRICT, incremental="on")


# --- Resumed ----------------------------------------------------------------------------------------------------


def test_a_cancelled_run_goes_on_with_what_is_left(client, district, version, households, monkeypatch):
    expected = undisturbed_checksum(version)
    run = recalculation.start(version, DISTRICT, district)
    with disturbed(monkeypatch, 1, lambda run: jobs.cancel(run.job)):
        jobs.run(run.pk)
    done = dict(run.chunks.filter(state=ChunkState.DONE).values_list("position", "done_at"))
    assert len(done) == 2
    page = reverse("eligibility:run", args=[run.pk])
    resume = reverse("eligibility:run-resume", args=[run.pk])
    assert resume in client.get(page).content.decode()
    assert client.post(resume).url == page
    jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.job.state, run.checksum) == (JobState.DONE, expected)
    assert done.items() <= dict(run.chunks.values_list("position", "done_at")).items(), "none was done again"
    assert Determination.objects.filter(run=run).count() == 16
    assert resume not in client.get(page).content.decode()


def test_a_run_that_needs_attention_goes_on(district, version, households, monkeypatch):
    def fail(_run):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(determinations.Writer, "write", lambda *_arguments: fail(None))
        run = recalculation.start(version, DISTRICT, None)
        jobs.run(run.pk)
    run.job.refresh_from_db()
    assert run.job.state == JobState.NEEDS_ATTENTION
    recalculation.resume(run, district)
    jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.job.state, run.counts["eligible"]) == (JobState.DONE, 8)


def test_what_cannot_be_resumed_is_refused(district, version, households):
    finished = do(version)
    with pytest.raises(ValidationError):
        recalculation.resume(finished, district)
    stopped = recalculation.start(version, DISTRICT, None)
    jobs.cancel(stopped.job)
    with pytest.raises(PermissionDenied):
        recalculation.resume(stopped, make_user("township"))
    running = recalculation.start(version, VILLAGES[0], None)
    with pytest.raises(recalculation.AlreadyRunning) as refusal:
        recalculation.resume(stopped, district)
    assert refusal.value.run == running
    jobs.run(running.pk)
    with pytest.raises(ValidationError):
        recalculation.resume(stopped, district)


# --- By night ---------------------------------------------------------------------------------------------------


def test_by_night_every_standard_in_force_judges_what_was_touched_once(version, households):
    make_version(code="superseded", state="superseded")
    village = make_version(code="village-2015", subject="village")
    do(version)
    assert nightly.start() == 2
    runs = Recalculation.objects.filter(is_nightly=True)
    assert {run.version for run in runs} == {version, village}
    assert runs.get(version=version).is_incremental
    assert nightly.start() == 0, "told twice, it starts once"
    for run in runs:
        jobs.run(run.pk)
    Job.objects.filter(recalculation__is_nightly=True).update(created_at=timezone.now() - timedelta(days=1))
    assert nightly.start() == 2


def test_by_night_one_that_is_being_recalculated_is_left_to_the_next_call(version, households):
    run = recalculation.start(version, VILLAGES[0], None)
    assert nightly.start() == 0
    jobs.run(run.pk)
    assert nightly.start() == 1


def test_the_night_has_its_hour_and_can_be_switched_off():
    from django.conf import settings

    entry = settings.CELERY_BEAT_SCHEDULE["recalculate-nightly"]
    assert entry["schedule"].hour == {2}
    assert datetime(2016, 1, 1, 2, tzinfo=ZoneInfo(settings.CELERY_TIMEZONE)).hour in entry["schedule"].hour


# --- How far it is ----------------------------------------------------------------------------------------------


def test_the_time_that_is_left_is_told_by_the_pace_since_it_was_taken_up():
    now = timezone.now()
    job = Job(
        state=JobState.RUNNING,
        total=1000,
        done=700,
        done_at_start=600,
        started_at=now - timedelta(seconds=10),
        heartbeat_at=now,
    )
    assert job.remaining == timedelta(seconds=30)
    job.done = 600
    assert job.remaining is None


# --- When it has ended ------------------------------------------------------------------------------------------


def test_who_asked_sees_on_the_desk_that_it_has_ended_until_they_look(client, district, version, households):
    run = recalculation.start(version, DISTRICT, district)
    desk = reverse("casework:desk")
    assert "ended-jobs" not in client.get(desk).content.decode()
    jobs.run(run.pk)
    page = reverse("eligibility:run", args=[run.pk])
    told = client.get(desk).content.decode()
    assert "ended-jobs" in told
    assert page in told
    assert Job.objects.unseen_by(make_user("district")).count() == 0
    client.get(page)
    assert "ended-jobs" not in client.get(desk).content.decode()


@pytest.fixture
def _mail(settings):
    settings.FUPIN_SENDS_MAIL = True
    settings.FUPIN_SITE_URL = "https://fupin.example"


def let_it_settle() -> None:
    Job.objects.update(finished_at=timezone.now() - timedelta(seconds=2 * ended.SETTLED_SECONDS))


@pytest.mark.usefixtures("_mail")
def test_who_did_not_look_is_told_once_by_e_mail_and_nobody_is_named(district, version, households):
    run = recalculation.start(version, DISTRICT, district)
    jobs.run(run.pk)
    assert ended.tell() == 0, "they may still be at the page"
    let_it_settle()
    assert (ended.tell(), ended.tell()) == (1, 0)
    (message,) = mail.outbox
    assert message.to == ["district@fupin.example"]
    assert f"https://fupin.example{reverse('eligibility:run', args=[run.pk])}" in message.body
    assert district.name not in message.body
    assert "重新核算" in message.subject


@pytest.mark.usefixtures("_mail")
def test_one_that_cannot_be_sent_is_tried_again(district, monkeypatch):
    Job.objects.create(kind=JobKind.RECALCULATION, title="x", actor=district, finished_at=timezone.now())
    let_it_settle()

    def refuse(*_arguments):
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(ended, "send_mail", refuse)
        assert ended.tell() == 0
    assert ended.tell() == 1


@pytest.mark.parametrize("values", [{"email": ""}, {"is_active": False}])
@pytest.mark.usefixtures("_mail")
def test_not_without_an_address_or_to_who_has_left(values):
    user = make_user("district", **{"email": "d@fupin.example"} | values)
    Job.objects.create(kind=JobKind.RECALCULATION, title="x", actor=user, finished_at=timezone.now())
    let_it_settle()
    assert ended.tell() == 0


def test_not_without_a_mail_server(district, settings):
    settings.FUPIN_SENDS_MAIL = False
    Job.objects.create(kind=JobKind.RECALCULATION, title="x", actor=district, finished_at=timezone.now())
    let_it_settle()
    assert ended.tell() == 0
