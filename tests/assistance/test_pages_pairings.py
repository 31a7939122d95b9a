"""The desk's pages of pairings: lists, pairing, ending, handing over, and the history that stays."""

import pytest
from django.urls import reverse

from assistance.models import Pairing
from tests.assistance.makers import ago, make_cadre, make_pairing, make_unit, make_visit, today
from tests.factories import make_household, make_user, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_user("district")
    client.force_login(user)
    return user


def pair_url(household) -> str:
    return f"{reverse('assistance:pair')}?household={household.number}"


def errors(answer) -> dict:
    return answer.context["form"].errors


def test_the_list_shows_household_cadre_and_the_last_visit(client, staff):
    pairing = make_pairing(make_household(head_name="欧阳大川"))
    make_visit(pairing, ago(3))
    page = client.get(reverse("assistance:pairings")).content.decode()
    for text in ("欧阳大川", pairing.cadre.name, pairing.cadre.unit.name, ago(3).isoformat()):
        assert text in page


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_asks_as_often_for_many_rows_as_for_one(client, staff, rows, django_assert_max_num_queries):
    for _row in range(rows):
        make_visit(make_pairing())
    with django_assert_max_num_queries(9):
        assert client.get(reverse("assistance:pairings")).context["count"] == rows


@pytest.mark.parametrize(
    ("state", "shown"),
    [("current", {"fresh", "stale"}), ("overdue", {"stale"}), ("ended", {"ended"}), ("coming", {"coming"})],
)
def test_the_list_is_narrowed_by_the_state_of_today(client, staff, state, shown):
    kinds = {
        "fresh": make_pairing(started_on=today()),
        "stale": make_pairing(started_on=ago(300)),
        "ended": make_pairing(started_on=ago(300), ended_on=today()),
        "coming": make_pairing(started_on=ago(-3)),
    }
    rows = client.get(reverse("assistance:pairings"), {"state": state}).context["page"].rows
    assert set(rows) == {kinds[name] for name in shown}


def test_the_list_is_narrowed_by_village_cadre_unit_and_household(client, staff):
    wanted = make_pairing(
        make_household(make_village("320412101201"), head_name="司马小花"),
        make_cadre(make_unit(name="区农业局"), name="徐海波"),
    )
    make_pairing()
    for query in (
        {"village": "320412101201"},
        {"township": "320412101"},
        {"cadre": "徐海"},
        {"cadre": "农业"},
        {"q": "司马"},
        {"q": wanted.household.number},
    ):
        assert client.get(reverse("assistance:pairings"), query).context["page"].rows == [wanted], query


def test_unpaired_are_the_registered_households_with_whom_nobody_is_paired_today(client, staff):
    lonely = make_household(status="registered", registered_on=ago(90))
    left = make_pairing(make_household(status="registered", registered_on=ago(90)), ended_on=ago(1)).household
    make_pairing(make_household(status="registered", registered_on=ago(90)))
    make_household()
    answer = client.get(reverse("assistance:unpaired"))
    assert set(answer.context["page"].rows) == {lonely, left}
    assert pair_url(lonely) in answer.content.decode()


def test_a_household_is_chosen_first_and_only_within_reach(client):
    client.force_login(make_user("township", "320412100"))
    mine = make_household(head_name="张三丰")
    other = make_household(make_village("320412101201"), head_name="张三李")
    page = client.get(reverse("assistance:pair"), {"q": "张三"}).content.decode()
    assert mine.number in page
    assert other.number not in page
    assert client.get(pair_url(other)).status_code == 404
    assert client.post(pair_url(other), {"cadre": make_cadre().code}).status_code == 404


def test_a_household_is_paired_by_the_code_or_the_name_of_a_cadre(client, staff):
    for text in ("{code} {name}", "{code}", "{name}"):
        household, cadre = make_household(), make_cadre()
        values = {"cadre": text.format(code=cadre.code, name=cadre.name), "started_on": today(), "is_main": "on"}
        answer = client.post(pair_url(household), values)
        assert answer["Location"] == reverse("households:detail", args=[household.number])
        pairing = household.pairings.get()
        assert (pairing.cadre, pairing.started_on, pairing.is_main, pairing.created_by) == (cadre, today(), True, staff)


def test_what_is_wrong_with_a_pairing_stands_beside_its_field_and_what_was_typed_stays(client, staff):
    household = make_pairing().household
    make_cadre(name="王强"), make_cadre(name="王强")
    idle = make_cadre(is_active=False)
    for typed in ("王强", "无此人", idle.code, ""):
        answer = client.post(pair_url(household), {"cadre": typed, "started_on": today()})
        assert answer.status_code == 200
        assert "cadre" in errors(answer)
        assert answer.context["form"]["cadre"].value() == typed
    answer = client.post(pair_url(household), {"cadre": make_cadre().code, "started_on": today(), "is_main": "on"})
    assert "is_main" in errors(answer)
    answer = client.post(pair_url(household), {"cadre": make_cadre().code, "started_on": "2016-02-31"})
    assert "started_on" in errors(answer)
    assert household.pairings.count() == 1


def test_cadres_are_suggested_by_name_unit_and_code_with_their_load(client, staff):
    cadre = make_cadre(make_unit(name="区水利局"), name="周强文")
    make_pairing(cadre=cadre)
    make_cadre(name="周强武", is_active=False)
    for text in ("周强", "水利", cadre.code):
        page = client.get(reverse("assistance:cadre-choices"), {"cadre": text}).content.decode()
        assert f'value="{cadre.code} 周强文"' in page
        assert "周强武" not in page


def test_a_pairing_is_ended_with_day_and_reason_and_stays_on_both_pages(client, staff):
    pairing = make_pairing()
    url = reverse("assistance:pairing-end", args=[pairing.pk])
    assert "reason" in errors(client.post(url, {"ended_on": today(), "reason": ""}))
    assert "ended_on" in errors(client.post(url, {"ended_on": ago(40), "reason": "调离"}))
    assert client.post(url, {"ended_on": today(), "reason": "工作调动"}).status_code == 302
    pairing.refresh_from_db()
    assert (pairing.ended_on, pairing.end_reason, pairing.ended_by) == (today(), "工作调动", staff)
    for page in (
        reverse("households:detail", args=[pairing.household.number]),
        reverse("assistance:cadre", args=[pairing.cadre_id]),
    ):
        text = client.get(page).content.decode()
        assert "工作调动" in text
        assert pairing.started_on.isoformat() in text
        assert today().isoformat() in text
    assert client.post(url, {"ended_on": today(), "reason": "再次"}).status_code == 200


def test_a_household_is_handed_over_in_one_step(client, staff):
    old, new = make_pairing(), make_cadre()
    url = reverse("assistance:hand-over", args=[old.pk])
    answer = client.post(url, {"cadre": new.code, "started_on": today(), "reason": "退休"})
    assert answer["Location"] == reverse("households:detail", args=[old.household.number])
    old.refresh_from_db()
    current = old.household.pairings.get(ended_on=None)
    assert (old.ended_on, current.cadre, current.started_on, current.is_main) == (today(), new, today(), True)


def test_a_hand_over_that_is_refused_changes_nothing_and_says_why(client, staff):
    old = make_pairing()
    url = reverse("assistance:hand-over", args=[old.pk])
    assert "cadre" in errors(client.post(url, {"cadre": old.cadre.code, "started_on": today(), "reason": "退休"}))
    answer = client.post(url, {"cadre": make_cadre().code, "started_on": ago(60), "reason": "退休"})
    assert "started_on" in errors(answer)
    assert Pairing.objects.get() == old
    assert Pairing.objects.get().ended_on is None


def test_a_hand_over_into_the_time_of_a_coming_main_cadre_says_so_above_the_form(client, staff):
    old = make_pairing(ended_on=ago(-5))
    make_pairing(old.household, started_on=ago(-5))
    url = reverse("assistance:hand-over", args=[old.pk])
    answer = client.post(url, {"cadre": make_cadre().code, "started_on": today(), "reason": "退休"})
    assert answer.status_code == 200
    assert errors(answer)["__all__"]
    old.refresh_from_db()
    assert old.ended_on == ago(-5)


def test_the_panel_of_a_household_asks_as_often_for_many_pairings_as_for_one(
    client, staff, django_assert_max_num_queries
):
    household = make_household()
    for days in range(12):
        make_visit(make_pairing(household, is_main=False), ago(days))
    url = reverse("households:detail", args=[household.number])
    client.get(url)
    with django_assert_max_num_queries(30):
        page = client.get(url).content.decode()
    assert page.count("生活平稳") == 5


def test_buttons_are_shown_to_those_who_may_use_them(client):
    pairing = make_pairing()
    url = reverse("households:detail", args=[pairing.household.number])
    for role, may in (("district", True), ("village", False), ("auditor", False)):
        client.force_login(make_user(role, pairing.household.village_id if role == "village" else "320412"))
        page = client.get(url).content.decode()
        assert (reverse("assistance:hand-over", args=[pairing.pk]) in page) is may
        assert (pair_url(pairing.household) in page) is may
