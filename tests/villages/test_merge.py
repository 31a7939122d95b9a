"""A village merged into another: it ends, its households and accounts go over, its record stays."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from assistance.models import HelpingUnit, Linkage
from casework.models import Case
from households.models import Household, Member
from tests.factories import make_case, make_household, make_user, make_village
from villages.models import Village
from villages.services import merge_villages

pytestmark = pytest.mark.django_db

OLD, NEW, ELSEWHERE = "320412100201", "320412101201", "320413100201"


@pytest.fixture
def old():
    return make_village(OLD, "前村")


@pytest.fixture
def new():
    return make_village(NEW, "后村")


@pytest.fixture
def clerk():
    return make_user("district")


def test_everything_goes_over_and_the_village_ends(old, new, clerk):
    household = make_household(old, members=2)
    case = make_case(household)
    worker = make_user("village", OLD)
    unit = HelpingUnit.objects.create(name="某局")
    Linkage.objects.create(village=old, unit=unit, started_on=date(2016, 1, 1))
    merge_villages(old, new, "苏政复〔2016〕12号", clerk)
    old.refresh_from_db()
    assert (old.valid_to, old.successor_id) == (timezone.localdate(), NEW)
    assert Household.objects.get().village_id == NEW
    assert set(Member.objects.values_list("village_id", flat=True)) == {NEW}
    assert Case.objects.get(pk=case.pk).village_id == NEW
    worker.refresh_from_db()
    assert worker.jurisdiction == NEW
    assert list(Household.objects.visible_to(worker)) == [household]
    assert Linkage.objects.get(ended_on=None).village_id == NEW
    assert not Village.objects.valid_on(timezone.localdate()).filter(pk=OLD).exists()
    event = AuditEvent.objects.get(subject="village")
    assert (event.reference, event.details) == (OLD, {"merged_into": NEW})
    assert old.history.first().history_change_reason == "苏政复〔2016〕12号"


def test_a_unit_that_helps_both_is_linked_once(old, new, clerk):
    unit = HelpingUnit.objects.create(name="某局")
    for village in (old, new):
        Linkage.objects.create(village=village, unit=unit, started_on=date(2016, 1, 1))
    merge_villages(old, new, "文号", clerk)
    assert Linkage.objects.get(ended_on=None).village_id == NEW


def test_what_cannot_be_merged_is_refused_and_nothing_is_written(old, new, clerk):
    make_household(old)
    elsewhere = make_village(ELSEWHERE)
    for into, reason in ((old, "文号"), (elsewhere, "文号"), (new, " ")):
        with pytest.raises(ValidationError):
            merge_villages(old, into, reason, clerk)
    merge_villages(old, new, "文号", clerk)
    for village, into in ((old, new), (new, old)):
        with pytest.raises(ValidationError):
            merge_villages(village, into, "文号", clerk)
    assert Household.objects.get().village_id == NEW


def test_the_page_asks_for_a_confirmation_and_merges(client, old, new, clerk):
    household = make_household(old)
    client.force_login(clerk)
    url = reverse("villages:merge", args=[OLD])
    assert "前村" in client.get(url).content.decode()
    values = {"into": NEW, "reason": "文号"}
    assert client.post(url, values).status_code == 200
    assert Household.objects.get(pk=household.pk).village_id == OLD
    answer = client.post(url, values | {"confirmed": "on"})
    assert answer.url == reverse("villages:detail", args=[NEW])
    assert "后村" in client.get(reverse("villages:detail", args=[OLD])).content.decode()


def test_a_household_is_moved_on_its_page_within_ones_own_area(client, old, new):
    household = make_household(old)
    near = make_village("320412100202")
    clerk = make_user("township", "320412100")
    client.force_login(clerk)
    url = reverse("households:move", args=[household.number])
    assert NEW not in client.get(url).content.decode()
    assert client.post(url, {"village": NEW, "reason": "迁居"}).status_code == 200
    assert client.post(url, {"village": near.pk, "reason": ""}).status_code == 200
    assert Household.objects.get().village_id == OLD
    assert client.post(url, {"village": near.pk, "reason": "迁居"}).status_code == 302
    assert Household.objects.get().village_id == near.pk
