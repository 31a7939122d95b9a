"""What is posted, as the public reads it; objecting to it, and following the objection with its receipt."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework import receipts
from casework.models import Objection
from casework.services import handle
from tests.factories import make_case, make_household, make_notice, make_user

pytestmark = pytest.mark.django_db

# What may stand on a public list, and nothing else of the household (reference §7).
PRIVATE = {"address": "大成村3组8号", "phone": "13812345678", "bank_account": "6222021234567890"}


@pytest.fixture
def household(village):
    return make_household(village, head_name="张大山", members=3, group="3组", **PRIVATE)


@pytest.fixture
def notice(household):
    return make_notice(make_case(household, "village_publicity"))


def shift(notice, days):
    notice.starts_on += timedelta(days=days)
    notice.ends_on += timedelta(days=days)
    notice.save()


def objection_form(notice, **values):
    entry = notice.entries.first()
    return {"ground": "listed", "entry": entry.pk, "text": "他家有两辆车", "token": ""} | values


def send(client, notice, **values):
    return client.post(reverse("portal:object", args=[notice.code]), objection_form(notice, **values))


def test_the_list_of_lists_names_villages_and_days_but_nobody(client, notice):
    text = client.get("/notices/").content.decode()
    assert notice.number in text
    assert "大成村" in text
    assert "张大山" not in text


def test_a_list_shows_what_the_law_lets_it_show(client, notice, household):
    answer = client.get(reverse("portal:notice", args=[notice.code]))
    text = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("张大山", "3组", "大成村", notice.contact, str(notice.starts_on), str(notice.ends_on)):
        assert shown in text
    for hidden in (household.number, household.members.first().id_number, *PRIVATE.values()):
        assert hidden not in text


def test_nobody_keeps_it_and_no_search_engine_takes_it(client, notice):
    answer = client.get(reverse("portal:notice", args=[notice.code]))
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("days", "status"), [(1, 404), (0, 200), (-6, 200), (-7, 410), (-400, 410)])
def test_it_is_there_from_the_first_day_to_the_last(client, notice, days, status):
    shift(notice, days)
    for name in ("portal:notice", "portal:object"):
        answer = client.get(reverse(name, args=[notice.code]))
        assert answer.status_code == status
        assert ("张大山" in answer.content.decode()) == (status == 200)
    assert send(client, notice).status_code == status
    assert (notice.number in client.get("/notices/").content.decode()) == (status == 200)


def test_one_that_was_taken_down_is_gone_at_once(client, notice):
    notice.taken_down_at = timezone.now()
    notice.save()
    answer = client.get(reverse("portal:notice", args=[notice.code]))
    assert answer.status_code == 410
    assert "张大山" not in answer.content.decode()


def test_a_household_that_was_drawn_out_is_not_shown_any_more(client, notice):
    notice.entries.update(drawn_out_at=timezone.now())
    assert "张大山" not in client.get(reverse("portal:notice", args=[notice.code])).content.decode()


def test_a_code_that_does_not_exist_is_not_found(client, db):
    assert client.get("/notices/000000000000/").status_code == 404
    assert client.get("/notices/%00/").status_code == 404


def test_somebody_objects_and_follows_with_the_receipt(client, notice):
    answer = send(client, notice, name="王五", phone="13900000000")
    text = answer.content.decode()
    objection = Objection.objects.get()
    code = receipts.code_of(objection.receipt)
    assert receipts.grouped(objection.receipt) in text
    assert code in text
    assert "no-store" in answer["Cache-Control"]
    asked = {"receipt": receipts.grouped(objection.receipt), "code": code}
    assert "王五" not in client.post("/objections/", asked).content.decode()
    clerk = make_user("township", notice.village_id[:9])
    handle(clerk, objection, 1, "not_upheld", "经核实，车辆已报废。", "内部走访记录")
    text = client.post("/objections/", asked).content.decode()
    assert "车辆已报废" in text
    assert "内部走访记录" not in text


def test_sending_twice_shows_the_same_receipt(client, notice):
    page = client.get(reverse("portal:object", args=[notice.code])).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    first, second = (send(client, notice, token=token).content.decode() for _time in range(2))
    number = receipts.grouped(Objection.objects.get().receipt)
    assert number in first
    assert number in second


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"entry": ""}, {"entry": 10**9}, {"ground": "x"}, {"text": "长" * 1001}]
)
def test_a_mistake_is_told_and_what_was_typed_stays(client, notice, wrong):
    answer = send(client, notice, **{"name": "王五", "text": "理由甲"} | wrong)
    assert answer.status_code == 422
    assert "王五" in answer.content.decode()
    assert not Objection.objects.exists()


def test_nobody_objects_to_a_household_of_another_list(client, notice, village):
    other = make_notice(make_case(make_household(village, head_name="李四"), "village_publicity"))
    assert send(client, notice, entry=other.entries.first().pk).status_code == 422


def test_a_program_that_fills_everything_in_is_held_up_and_a_person_loses_nothing(client, notice):
    answer = send(client, notice, website="http://example.com")
    assert answer.status_code == 422
    assert "他家有两辆车" in answer.content.decode()
    assert not Objection.objects.exists()


def test_whoever_sends_many_is_asked_to_wait_and_keeps_the_text(client, notice, settings):
    settings.FUPIN_OBJECTIONS_BY_ADDRESS = 2
    assert [send(client, notice).status_code for _time in range(3)] == [200, 200, 429]
    answer = send(client, notice)
    assert answer["Retry-After"]
    assert "他家有两辆车" in answer.content.decode()
    assert notice.contact in answer.content.decode()
    assert Objection.objects.count() == 2


def test_mistakes_do_not_count_as_sent(client, notice, settings):
    settings.FUPIN_OBJECTIONS_BY_ADDRESS = 1
    for _time in range(5):
        assert send(client, notice, text="").status_code == 422
    assert send(client, notice).status_code == 200


def test_codes_cannot_be_tried_out(client, notice, settings):
    settings.FUPIN_LOOKUPS_BY_SUBJECT = 3
    send(client, notice)
    number = Objection.objects.get().receipt
    asked = [client.post("/objections/", {"receipt": number, "code": f"{code:08d}"}).status_code for code in range(5)]
    assert asked == [422, 422, 422, 429, 429]


@pytest.mark.parametrize("typed", ["", "123", "ABCD-EFGH", "\x00", "长" * 20])
def test_a_mistyped_receipt_is_told_as_one(client, db, typed):
    assert client.post("/objections/", {"receipt": typed, "code": "12345678"}).status_code == 422
