"""Long work: the row is the truth. A message may be lost or come twice, a worker may die, and nothing is done twice."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from fupin import jobs, tasks
from fupin.models import Job, JobKind, JobState
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(monkeypatch):
    """The jobs that were run; each counts to three and is done."""
    seen: list[Job] = []

    def runner(job: Job) -> None:
        seen.append(job)
        for done in range(1, 4):
            jobs.progress(job, done, 3)
        jobs.finish(job, counted=3)

    monkeypatch.setitem(jobs._runners, JobKind.EXPORT, runner)
    return seen


def make_job(**values) -> Job:
    return Job.objects.create(**{"kind": JobKind.EXPORT, "title": "清单导出", "actor": make_user()} | values)


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def silent_for(seconds: int) -> dict:
    moment = timezone.now() - timedelta(seconds=seconds)
    return {"state": JobState.RUNNING, "heartbeat_at": moment, "started_at": moment, "attempts": 1}


def run_with(monkeypatch, runner) -> Job:
    monkeypatch.setitem(jobs._runners, JobKind.EXPORT, runner)
    job = make_job()
    jobs.run(job.pk)
    return fresh(job)


def test_a_worker_is_woken_only_after_the_transaction(woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as waiting:
        job = jobs.start(JobKind.EXPORT, "清单导出", make_user())
        assert woken == []
    for callback in waiting:
        callback()
    assert woken == [job.pk]


def test_a_broker_that_is_away_does_not_hinder_who_asked(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(tasks.run_job, "delay", lambda job_id: (_ for _ in ()).throw(ConnectionError("away")))
    job = make_job()
    jobs.wake(job.pk)
    assert fresh(job).state == JobState.QUEUED


def test_a_job_is_run_once_however_often_its_message_comes(ran):
    job = make_job()
    for _message in range(3):
        jobs.run(job.pk)
    assert len(ran) == 1
    assert fresh(job).state == JobState.DONE
    assert fresh(job).result == {"counted": 3}
    assert fresh(job).percent == 100


def test_a_message_without_its_job_does_nothing(ran):
    jobs.run("00000000-0000-0000-0000-000000000000")
    assert ran == []


def test_a_job_whose_worker_lives_is_left_to_it(ran):
    job = make_job(**silent_for(seconds=59))
    jobs.run(job.pk)
    assert ran == []


def test_a_job_whose_worker_went_silent_is_taken_up_again(ran):
    job = make_job(**silent_for(seconds=61))
    jobs.run(job.pk)
    assert fresh(job).state == JobState.DONE
    assert fresh(job).attempts == 0, "attempts count from where the job last got further"


def test_a_fault_of_the_job_ends_it_and_keeps_no_personal_data(monkeypatch):
    def runner(job):
        raise ValueError("张三 320412197006150011")

    job = run_with(monkeypatch, runner)
    assert (job.state, job.error) == (JobState.FAILED, "ValueError")


def test_a_database_that_went_away_leaves_the_job_to_the_sweep(monkeypatch):
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)

    def runner(job):
        raise OperationalError("server closed the connection unexpectedly")

    assert run_with(monkeypatch, runner).state == JobState.RUNNING


def test_a_job_that_waits_is_cancelled_at_once(ran):
    job = make_job()
    jobs.cancel(job)
    jobs.run(job.pk)
    assert fresh(job).state == JobState.CANCELLED
    assert ran == []


def test_a_job_that_runs_stops_at_its_next_sign_of_life(monkeypatch):
    steps = []

    def runner(job):
        for done in range(1, 10):
            jobs.progress(job, done, 10)
            steps.append(done)
            if done == 4:
                jobs.cancel(job)

    job = run_with(monkeypatch, runner)
    assert steps == [1, 2, 3, 4]
    assert (job.state, job.done, job.is_finished) == (JobState.CANCELLED, 5, True)


def test_what_is_over_stays_as_it_ended(ran):
    job = make_job()
    jobs.run(job.pk)
    jobs.cancel(job)
    jobs.finish(job, JobState.FAILED, error="late")
    assert (fresh(job).state, fresh(job).error) == (JobState.DONE, "")


def test_the_sweep_wakes_lost_jobs_and_leaves_those_that_live(woken):
    old = timezone.now() - timedelta(minutes=5)
    lost, young = make_job(), make_job()
    Job.objects.filter(pk=lost.pk).update(created_at=old)
    silent = make_job(**silent_for(seconds=300))
    make_job(**silent_for(seconds=1))
    make_job(state=JobState.DONE, heartbeat_at=old)
    assert jobs.resume_unfinished() == 2
    assert set(woken) == {lost.pk, silent.pk}
    assert young.pk not in woken


def test_a_job_that_never_gets_further_is_given_up_after_five_attempts(woken, ran):
    job = make_job(**silent_for(seconds=300) | {"attempts": jobs.MOST_ATTEMPTS})
    jobs.resume_unfinished()
    assert fresh(job).state == JobState.NEEDS_ATTENTION
    jobs.run(job.pk)
    assert ran == []


def test_attempts_count_from_where_a_job_last_got_further():
    job = make_job(**silent_for(seconds=1) | {"attempts": 4, "done": 10})
    jobs.progress(job, 10)
    assert fresh(job).attempts == 4
    jobs.progress(job, 11)
    assert fresh(job).attempts == 0


@pytest.mark.parametrize(("done", "total", "percent"), [(0, 0, 0), (0, 3, 0), (1, 3, 33), (3, 3, 100), (4, 3, 100)])
def test_percent_is_whole_and_never_over_a_hundred(done, total, percent):
    assert Job(done=done, total=total).percent == percent


def test_a_job_is_its_actors_own_and_supervisors_see_all():
    job = make_job()
    assert list(Job.objects.visible_to(job.actor)) == [job]
    assert not Job.objects.visible_to(make_user("township")).exists()
    for role in ("administrator", "auditor"):
        assert list(Job.objects.visible_to(make_user(role))) == [job]
