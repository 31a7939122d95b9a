"""The table of holidays as an administrator keeps it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import AuditEvent
from casework.calendar import CalendarGap, last_day
from casework.models import Holiday
from casework.services import delete_holiday, enter_holiday, take_over_year
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/desk/holidays/"


@pytest.fixture
def admin(client):
    user = make_user("administrator")
    client.force_login(user)
    return user


def test_a_day_is_entered_and_counts(client, admin):
    before = last_day(date(2016, 3, 1), 3, "working")
    answer = client.post(URL, {"day": "2016-03-02", "name": "演示假日"})
    assert answer["Location"] == f"{URL}?year=2016"
    assert (before, last_day(date(2016, 3, 1), 3, "working")) == (date(2016, 3, 3), date(2016, 3, 4))
    assert AuditEvent.objects.filter(actor=admin, reference="2016-03-02").exists()


def test_a_day_that_is_there_is_written_anew(admin):
    enter_holiday(admin, date(2016, 10, 8), "补班", is_workday=True)
    enter_holiday(admin, date(2016, 10, 8), "补假", is_workday=False)
    assert Holiday.objects.get(day=date(2016, 10, 8)).name == "补假"


@pytest.mark.parametrize("wrong", [{"day": "2016-02-30"}, {"name": ""}, {"name": "长" * 41}, {"day": "", "name": "x"}])
def test_a_mistake_is_told_and_what_was_typed_stays(client, admin, wrong):
    count = Holiday.objects.count()
    answer = client.post(URL, {"day": "2016-03-02", "name": "演示假日"} | wrong)
    assert answer.status_code == 422
    assert Holiday.objects.count() == count


def test_a_make_up_day_is_at_a_weekend(client, admin):
    assert client.post(URL, {"day": "2016-03-02", "name": "补班", "is_workday": "on"}).status_code == 422
    assert client.post(URL, {"day": "2016-03-05", "name": "补班", "is_workday": "on"}).status_code == 302


def test_a_gap_is_warned_of_and_stops_the_count(client, admin):
    Holiday.objects.filter(day__year=2027).delete()
    assert "2027" in client.get(URL).content.decode()
    assert client.post(reverse("casework:holiday-delete", args=[2016, 10, 1])).status_code == 302
    with pytest.raises(CalendarGap):
        last_day(date(2016, 9, 28), 5, "working")


def test_a_year_is_brought_in_line_with_what_was_published(client, admin):
    published = set(Holiday.objects.filter(day__year=2016).values_list("day", "is_workday"))
    delete_holiday(admin, date(2016, 10, 1))
    enter_holiday(admin, date(2016, 3, 2), "演示假日", is_workday=False)
    client.post(reverse("casework:holidays-take-over"), {"year": "2016"})
    assert set(Holiday.objects.filter(day__year=2016).values_list("day", "is_workday")) == published


def test_a_year_that_is_not_known_keeps_what_was_entered(client, admin):
    enter_holiday(admin, date(2090, 1, 1), "元旦", is_workday=False)
    client.post(reverse("casework:holidays-take-over"), {"year": "2090"})
    assert Holiday.objects.filter(day__year=2090).count() == 1


@pytest.mark.parametrize("address", ["?year=9999", "?year=x", "?year=2014", "?year=2015"])
def test_any_year_opens_a_page(client, admin, address):
    assert client.get(f"{URL}{address}").status_code == 200


def test_a_day_that_is_none_is_not_found(client, admin):
    assert client.post("/desk/holidays/2016/2/31/delete/").status_code == 404
    assert client.post("/desk/holidays/99999/1/1/delete/").status_code == 404


@pytest.mark.parametrize("role", ["village", "township", "district", "auditor"])
def test_nobody_else_edits_it(role):
    user = make_user(role)
    for edit in (
        lambda: enter_holiday(user, date(2016, 3, 2), "x", is_workday=False),
        lambda: delete_holiday(user, date(2016, 10, 1)),
        lambda: take_over_year(user, 2016),
    ):
        with pytest.raises(PermissionDenied):
            edit()
