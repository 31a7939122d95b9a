"""The desk's pages of measures: the catalogue, what households are given, what arrives, and what was logged wrongly."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from assistance.models import Delivery, Measure
from assistance.services import aid
from tests.assistance.makers import ago, make_delivery, make_grant, make_measure, today
from tests.factories import make_household, make_member, make_user, make_village

pytestmark = pytest.mark.django_db

ENTRY = {
    "delivery_form": "money",
    "amount": "1,200.50",
    "quantity": "",
    "what": "",
    "payer": "区民政局",
    "evidence": "凭证7号",
}


@pytest.fixture
def staff(client):
    user = make_user("district", name="陆敏")
    client.force_login(user)
    return user


def grant_url(household) -> str:
    return f"{reverse('assistance:grant-new')}?household={household.number}"


def errors(answer) -> dict:
    return answer.context["form"].errors


def entry(**values) -> dict:
    return ENTRY | {"delivered_on": today(), "key": uuid4()} | values


def test_the_catalogue_is_narrowed_by_pillar_target_and_standing(client, staff):
    wanted = make_measure(pillar="education", target="member", name="助学金")
    make_measure(is_active=False)
    make_measure(pillar="industry")
    for query in ({"pillar": "education"}, {"target": "member"}, {"q": "助学"}, {"q": wanted.code.lower()}):
        assert wanted in client.get(reverse("assistance:measures"), query).context["page"].rows
    assert client.get(reverse("assistance:measures"), {"active": "0"}).context["count"] == 1


def test_managers_add_edit_and_stop_a_measure(client, staff):
    values = {
        "code": "JY/09",
        "name": "雨露计划",
        "pillar": "education",
        "target": "member",
        "form": "money",
        "unit_label": "元",
        "legal_basis": "示例文件",
        "is_active": "on",
    }
    assert client.post(reverse("assistance:measure-new"), values).status_code == 302
    assert "code" in errors(client.post(reverse("assistance:measure-new"), values))
    assert "雨露计划" in client.get(reverse("assistance:measures")).content.decode()
    url = reverse("assistance:measure-edit", args=["JY/09"])
    assert client.get(url).status_code == 200
    del values["is_active"]
    assert client.post(url, values).status_code == 302
    measure = Measure.objects.get(code="JY/09")
    assert not measure.is_active
    assert measure.history.first().history_user == staff


def test_a_household_is_given_a_measure(client, staff):
    household, measure = make_household(), make_measure()
    values = {"measure": measure.pk, "member": "", "started_on": today(), "note": "每月"}
    answer = client.post(grant_url(household), values)
    grant = household.grants.get()
    assert answer["Location"] == reverse("assistance:grant", args=[grant.pk])
    assert (grant.measure, grant.member, grant.note, grant.created_by) == (measure, None, "每月", staff)
    assert "measure" in errors(client.post(grant_url(household), values))


def test_a_measure_for_one_person_asks_for_the_member(client, staff):
    household, measure = make_household(), make_measure(target="member")
    member, stranger = make_member(household), make_member(make_household())
    values = {"measure": measure.pk, "started_on": today()}
    assert "member" in errors(client.post(grant_url(household), values | {"member": ""}))
    assert "member" in errors(client.post(grant_url(household), values | {"member": stranger.pk}))
    client.post(grant_url(household), values | {"member": member.pk})
    assert household.grants.get().member == member


def test_a_measure_of_the_whole_household_refuses_a_member_and_keeps_what_was_typed(client, staff):
    household = make_household()
    values = {"measure": make_measure().pk, "member": household.members.get().pk, "started_on": today(), "note": "每月"}
    answer = client.post(grant_url(household), values)
    assert list(errors(answer)) == ["member"]
    assert answer.context["form"]["note"].value() == "每月"
    assert not household.grants.exists()


def test_measures_of_villages_and_stopped_ones_are_not_offered(client, staff):
    offered, village, stopped = make_measure(), make_measure(target="village"), make_measure(is_active=False)
    page = client.get(grant_url(make_household())).content.decode()
    assert offered.name in page
    assert village.name not in page
    assert stopped.name not in page


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_of_what_is_given_asks_as_often_for_many_rows_as_for_one(
    client, staff, rows, django_assert_max_num_queries
):
    for _row in range(rows):
        make_delivery(make_grant(), "20.25")
    with django_assert_max_num_queries(11):
        answer = client.get(reverse("assistance:grants"))
    assert [grant.delivered for grant in answer.context["page"].rows] == [Decimal("20.25")] * rows


def test_the_list_shows_no_sum_of_money_where_only_a_service_arrived(client, staff):
    make_delivery(make_grant(), None, form="service", what="技术指导")
    assert "0.00" not in client.get(reverse("assistance:grants")).content.decode()


def test_the_list_of_what_is_given_is_narrowed(client, staff):
    wanted = make_grant(make_household(make_village("320412101201")), make_measure(pillar="industry"))
    other = make_grant(state="ended", ended_on=today())
    make_delivery(other)
    url = reverse("assistance:grants")
    for query in (
        {"pillar": "industry"},
        {"measure": wanted.measure.code},
        {"state": "active"},
        {"delivered": "0"},
        {"township": "320412101"},
        {"q": wanted.household.number},
    ):
        assert client.get(url, query).context["page"].rows == [wanted], query
    assert client.get(url, {"delivered": "1"}).context["page"].rows == [other]


def test_a_measure_is_ended_and_not_before_what_arrived(client, staff):
    grant = make_grant()
    make_delivery(grant, delivered_on=ago(2))
    url = reverse("assistance:grant-end", args=[grant.pk])
    assert "ended_on" in errors(client.post(url, {"ended_on": ago(3)}))
    assert client.post(url, {"ended_on": ago(1), "note": "已毕业"}).status_code == 302
    grant.refresh_from_db()
    assert (grant.state, grant.ended_on, grant.note) == ("ended", ago(1), "已毕业")


def test_a_delivery_sent_twice_by_a_double_click_is_logged_once(client, staff):
    grant = make_grant()
    url = reverse("assistance:delivery-new", args=[grant.pk])
    form = client.get(url).context["form"]
    values = entry(key=form["key"].value())
    for _click in range(2):
        assert client.post(url, values)["Location"] == reverse("assistance:grant", args=[grant.pk])
    delivery = grant.deliveries.get()
    assert (delivery.amount, delivery.payer, delivery.logged_by) == (Decimal("1200.50"), "区民政局", staff)


def test_a_form_sent_again_with_other_values_is_not_lost(client, staff):
    grant = make_grant()
    url = reverse("assistance:delivery-new", args=[grant.pk])
    values = entry()
    client.post(url, values)
    answer = client.post(url, values | {"amount": "80"})
    assert answer.status_code == 200
    assert answer.context["form"]["amount"].value() == "80"
    client.post(url, values | {"amount": "80", "key": answer.context["form"]["key"].value()})
    assert grant.deliveries.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "很多"}, "amount"),
        ({"quantity": "-1"}, "quantity"),
        ({"delivery_form": "goods", "what": ""}, "what"),
        ({"delivered_on": ago(-1)}, "delivered_on"),
        ({"delivered_on": ago(31)}, "delivered_on"),
        ({"payer": " "}, "payer"),
        ({"evidence": ""}, "evidence"),
        ({"key": "no-key"}, "key"),
    ],
)
def test_what_is_wrong_with_a_delivery_stands_beside_its_field(client, staff, values, field):
    grant = make_grant()
    answer = client.post(reverse("assistance:delivery-new", args=[grant.pk]), entry(**values))
    assert answer.status_code == 200
    assert field in errors(answer)
    assert answer.context["form"]["evidence"].value() == (values.get("evidence", "凭证7号"))
    assert not grant.deliveries.exists()


def test_a_wrong_delivery_stays_struck_through_with_who_and_why_and_only_the_right_one_counts(client, staff):
    wrong = make_delivery(make_grant(), "100.00")
    url = reverse("assistance:delivery-correct", args=[wrong.pk])
    assert client.get(url).context["form"]["amount"].value() == Decimal("100.00")
    assert "reason" in errors(client.post(url, entry(reason="")))
    answer = client.post(url, entry(amount="10", reason="多写一个零"), follow=True)
    right = Delivery.objects.get(corrects=wrong)
    page = answer.content.decode()
    assert answer.context["total"] == Decimal("10")
    assert "<del>100.00</del>" in page
    assert "多写一个零" in page
    assert "陆敏" in page
    assert f'href="#delivery-{right.pk}"' in page
    assert f'href="#delivery-{wrong.pk}"' in page
    assert reverse("assistance:delivery-correct", args=[wrong.pk]) not in page
    assert client.post(url, entry(amount="10", reason="再改")).status_code == 200
    assert Delivery.objects.count() == 2


def test_a_withdrawn_delivery_stays_struck_through_and_counts_no_more(client, staff):
    wrong = make_delivery(make_grant(), "100.00")
    url = reverse("assistance:delivery-withdraw", args=[wrong.pk])
    answer = client.post(url, {"reason": ""})
    assert "reason" in errors(answer)
    assert "100.00 元" in answer.content.decode()
    answer = client.post(url, {"reason": "登记到了别的农户"}, follow=True)
    page = answer.content.decode()
    assert answer.context["total"] == 0
    assert "<del>100.00</del>" in page
    assert "登记到了别的农户" in page
    assert client.post(url, {"reason": "再次"}).status_code == 200


def test_the_page_of_a_grant_asks_as_often_for_many_deliveries_as_for_one(client, staff, django_assert_max_num_queries):
    grant = make_grant()
    for _row in range(15):
        make_delivery(grant, corrects=make_delivery(grant), reason="更正", logged_by=staff)
    with django_assert_max_num_queries(8):
        client.get(reverse("assistance:grant", args=[grant.pk]))


def test_the_household_page_shows_measures_with_deliveries_and_the_exact_sum(
    client, staff, django_assert_max_num_queries
):
    household = make_household()
    for amount in ("0.10", "0.20", "99.99"):
        make_delivery(make_grant(household), amount)
    make_delivery(make_grant(household), None, form="goods", what="化肥两袋")
    url = reverse("households:detail", args=[household.number])
    client.get(url)
    with django_assert_max_num_queries(30):
        page = client.get(url).content.decode()
    assert "100.29" in page
    assert "化肥两袋" in page


def let_a_twin_be_first(monkeypatch, actor, key, **values) -> None:
    """Let a request with the same key be logged while the next one waits for the household."""
    hold = aid._hold_grant

    def hold_after_the_twin(*args):
        monkeypatch.setattr(aid, "_hold_grant", hold)
        grant = hold(*args)
        make_delivery(grant, "1200.50", delivered_on=today(), key=key, logged_by=actor, evidence="凭证7号", **values)
        return grant

    monkeypatch.setattr(aid, "_hold_grant", hold_after_the_twin)


def test_two_clicks_at_the_same_moment_log_one_delivery(client, staff, monkeypatch):
    grant, values = make_grant(), entry()
    let_a_twin_be_first(monkeypatch, staff, values["key"])
    answer = client.post(reverse("assistance:delivery-new", args=[grant.pk]), values)
    assert answer["Location"] == reverse("assistance:grant", args=[grant.pk])
    assert grant.deliveries.count() == 1


def test_two_clicks_at_the_same_moment_log_one_correction(client, staff, monkeypatch):
    wrong, values = make_delivery(make_grant(), "100.00"), entry(reason="多写一个零")
    let_a_twin_be_first(monkeypatch, staff, values["key"], corrects=wrong, reason="多写一个零")
    answer = client.post(reverse("assistance:delivery-correct", args=[wrong.pk]), values)
    assert answer["Location"] == reverse("assistance:grant", args=[wrong.grant_id])
    assert Delivery.objects.filter(corrects=wrong).count() == 1
