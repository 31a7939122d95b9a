"""Reminders: counts and a link to whom something is due, once a day, and nothing else; and what runs by itself."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as configured
from django.core import mail
from django.utils import timezone

from casework import reminders, tasks
from casework.models import Reminder
from casework.services import object_to
from casework.statements import Statement
from tests.assistance.makers import make_cadre, make_pairing
from tests.eligibility.comparison.makers import make_doubt
from tests.factories import make_case, make_household, make_notice, make_user, make_village

pytestmark = pytest.mark.django_db
VILLAGE = "320412100201"


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.FUPIN_SENDS_MAIL, settings.FUPIN_SITE_URL = True, "https://fupin.example"


def make_due(days):
    household = make_household(make_village(VILLAGE), head_name="张大山")
    return make_case(household, "appraisal", due_on=timezone.localdate() + timedelta(days=days))


def worker(**values):
    return make_user("village", VILLAGE, **{"email": "worker@fupin.example"} | values)


@pytest.mark.parametrize(("days", "count"), [(-3, 1), (0, 1), (3, 1), (4, 0)])
def test_somebody_is_reminded_within_the_days_of_notice(days, count):
    case, _user = make_due(days), worker()
    assert reminders.send() == count
    assert len(mail.outbox) == count
    if count:
        text = mail.outbox[0].subject + mail.outbox[0].body
        assert "https://fupin.example/desk/" in text
        assert "1" in text
        for private in ("张大山", case.household.number, "User", VILLAGE):
            assert private not in text


def test_of_objections_the_handler_is_reminded():
    case = make_case(make_household(make_village(VILLAGE)), "village_publicity")
    notice = make_notice(case)
    objection = object_to(notice, Statement("listed", "理由", notice.entries.get()))
    objection.due_on = timezone.localdate()
    objection.save()
    worker()
    make_user("township", VILLAGE[:9], email="clerk@fupin.example")
    reminders.send()
    assert [message.to for message in mail.outbox] == [["clerk@fupin.example"]]


@pytest.mark.parametrize(("days", "count"), [(-1, 1), (3, 1), (4, 0)])
def test_of_doubts_those_who_check_them_are_reminded(days, count):
    household = make_household(make_village(VILLAGE), head_name="张大山", members=1)
    make_doubt(household.members.get(), due_on=timezone.localdate() + timedelta(days=days))
    cadre = make_user("cadre", "", email="cadre@fupin.example")
    make_pairing(household, make_cadre(user=cadre))
    make_user("cadre", "", email="other@fupin.example")
    assert reminders.send() == count
    assert [message.to for message in mail.outbox] == [["cadre@fupin.example"]] * count
    if count:
        assert "https://fupin.example/home/" in mail.outbox[0].body
        assert "张大山" not in mail.outbox[0].body


def test_once_a_day():
    make_due(0)
    worker()
    assert [reminders.send(), reminders.send()] == [1, 0]
    Reminder.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert reminders.send() == 1


@pytest.mark.parametrize(
    "values", [{"email": ""}, {"is_active": False}, {"role": "auditor"}, {"jurisdiction": "320412101201"}]
)
def test_not_who_has_no_address_or_nothing_to_do(values):
    make_due(0)
    user = worker()
    for name, value in values.items():
        setattr(user, name, value)
    user.save()
    assert reminders.send() == 0


def test_not_without_a_mail_server(settings):
    settings.FUPIN_SENDS_MAIL = False
    make_due(0)
    worker()
    assert reminders.send() == 0


def test_one_that_cannot_be_sent_keeps_none_of_the_others(monkeypatch, caplog):
    make_due(0)
    worker(email="refused@fupin.example")
    worker(email="other@fupin.example")
    sent = []

    def send_mail(subject, text, sender, to):
        if to == ["refused@fupin.example"]:
            raise OSError("no such mailbox refused@fupin.example")
        sent.append(to)

    monkeypatch.setattr(reminders, "send_mail", send_mail)
    assert reminders.send() == 1
    assert sent == [["other@fupin.example"]]
    assert "refused@" not in caplog.text
    assert Reminder.objects.count() == 1


def test_what_runs_by_itself_is_there():
    current_app.loader.import_default_modules()
    for entry in configured.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks


def test_the_tasks_do_what_they_say():
    make_due(0)
    worker()
    assert tasks.send_reminders() == 1
    assert tasks.close_finished_publicities() == 0
    assert tasks.forget_unused_papers() == 0
