"""The pages of jobs: who sees which, progress until the end, and stopping."""

import pytest
from django.urls import reverse

from fupin import jobs
from fupin.models import Job, JobKind, JobState
from tests.factories import make_user, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make_user("township", "320412100")


@pytest.fixture
def job(clerk):
    return Job.objects.create(kind=JobKind.IMPORT, title="Households of March", actor=clerk, total=200, done=50)


def test_a_person_sees_their_own_jobs_and_not_those_of_others(client, clerk, job):
    Job.objects.create(kind=JobKind.IMPORT, title="Someone else's", actor=make_user("township", "320412101"))
    client.force_login(clerk)
    page = client.get(reverse("jobs:list"))
    assert "Households of March" in page.text
    assert "Someone else" not in page.text


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_auditors_and_administrators_see_every_job(client, job, role):
    client.force_login(make_user(role))
    assert "Households of March" in client.get(reverse("jobs:list")).text


@pytest.mark.parametrize("route", ["jobs:detail", "jobs:progress"])
def test_a_job_of_another_person_is_not_found(client, job, route):
    client.force_login(make_user("district"))
    assert client.get(reverse(route, args=[job.pk])).status_code == 404


def test_progress_is_fetched_again_until_the_job_has_ended(client, clerk, job):
    client.force_login(clerk)
    url = reverse("jobs:progress", args=[job.pk])
    running = client.get(url)
    assert 'hx-trigger="every 2s"' in running.text
    assert 'value="25"' in running.text
    assert "HX-Refresh" not in running
    jobs.finish(job)
    ended = client.get(url)
    assert "hx-trigger" not in ended.text
    assert ended["HX-Refresh"] == "true"


def test_who_started_a_job_stops_it(client, clerk, job):
    client.force_login(clerk)
    answer = client.post(reverse("jobs:cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert answer.url == reverse("households:import-detail", args=[job.pk])


def test_the_page_of_a_job_leads_to_what_it_is_about(client, clerk, job):
    client.force_login(clerk)
    assert reverse("households:import-detail", args=[job.pk]) in client.get(reverse("jobs:detail", args=[job.pk])).text


@pytest.mark.parametrize(
    ("kind", "arguments", "page"),
    [
        ("import", {"step": "apply", "batch": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}, "/7d444840-"),
        ("comparison", {"step": "match", "listing": 7}, "/lists/7/"),
        ("check", {"division": "320412100"}, "/checks/320412100/"),
        ("monitoring", {"division": "320412100"}, "/jobs/"),
    ],
)
def test_each_kind_of_job_has_its_page(kind, arguments, page):
    assert page in Job(kind=kind, arguments=arguments).get_absolute_url()


def test_the_page_of_several_jobs_is_seen_for_all_of_them_and_for_nobody_else(client, clerk):
    other = make_user("township", "320412100")
    mine = [Job.objects.create(kind=JobKind.CHECK, actor=clerk, arguments={"division": "320412100"}) for _n in range(2)]
    theirs = Job.objects.create(kind=JobKind.CHECK, actor=other, arguments={"division": "320412100"})
    elsewhere = Job.objects.create(kind=JobKind.CHECK, actor=clerk, arguments={"division": "320412100201"})
    for job in (*mine, theirs, elsewhere):
        jobs.finish(job)
    make_village("320412100201")
    client.force_login(clerk)
    client.get(mine[0].get_absolute_url())
    assert set(Job.objects.filter(seen_at=None)) == {theirs, elsewhere}


def test_an_auditor_stops_nothing(client, job):
    client.force_login(make_user("auditor"))
    assert client.post(reverse("jobs:cancel", args=[job.pk])).status_code == 403
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_an_administrator_stops_any_job(client, job):
    client.force_login(make_user("administrator"))
    answer = client.post(reverse("jobs:cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert answer.url == reverse("jobs:detail", args=[job.pk])


def test_the_list_asks_the_same_few_questions_however_many_jobs_there_are(client, clerk, django_assert_max_num_queries):
    for number in range(60):
        Job.objects.create(kind=JobKind.IMPORT, title=f"Job {number}", actor=clerk)
    client.force_login(clerk)
    with django_assert_max_num_queries(8):
        client.get(reverse("jobs:list"))
