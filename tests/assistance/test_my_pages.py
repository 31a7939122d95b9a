"""The cadre's phone pages: whose households, in which order, and that a form loses nothing and logs once."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from assistance.models import Delivery, Visit
from assistance.rounds import Round, round_of
from tests.assistance.makers import (
    ago,
    make_cadre,
    make_delivery,
    make_grant,
    make_measure,
    make_pairing,
    make_visit,
    today,
)
from tests.factories import make_household, make_income, make_member, make_user

pytestmark = pytest.mark.django_db
INTERVAL = settings.FUPIN_VISIT_INTERVAL_DAYS


@pytest.fixture
def cadre():
    return make_cadre()


@pytest.fixture
def pairing(cadre):
    household = make_household(head_name="赵大川", phone="13800001111", members=2)
    return make_pairing(household, cadre, started_on=ago(300))


@pytest.fixture
def phone(client, cadre):
    client.force_login(cadre.user)
    return client


def url(name: str, subject) -> str:
    return reverse(f"my:{name}", args=[getattr(subject, "number", subject.pk)])


def page(phone, address: str) -> str:
    answer = phone.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def names_in_order(cadre) -> list[str]:
    return [card.household.head_name for card in round_of(cadre.user, today()).cards]


# --- The round --------------------------------------------------------------------------------------------------
def test_the_round_holds_the_households_paired_with_the_cadre_today(phone, cadre, pairing):
    make_pairing(make_household(head_name="从前户"), cadre, ended_on=today())
    make_pairing(make_household(head_name="将来户"), cadre, started_on=ago(-1))
    make_pairing(make_household(head_name="别人户"))
    text = page(phone, reverse("my:home"))
    assert names_in_order(cadre) == ["赵大川"]
    assert "赵大川" in text
    assert not [name for name in ("从前户", "将来户", "别人户") if name in text]


def test_a_household_stands_once_in_the_round_though_two_cadres_help_it(cadre, pairing):
    make_pairing(pairing.household, is_main=False)
    assert names_in_order(cadre) == ["赵大川"]


def test_who_waits_longest_for_a_visit_stands_first(cadre):
    for name, started, visited in (("甲", 200, 5), ("乙", 50, None), ("丙", 200, 60)):
        pairing = make_pairing(make_household(head_name=name), cadre, started_on=ago(started))
        if visited is not None:
            make_visit(pairing, ago(visited))
    assert names_in_order(cadre) == ["丙", "乙", "甲"]


@pytest.mark.parametrize(("days", "amber"), [(INTERVAL, False), (INTERVAL + 1, True)])
def test_a_household_is_amber_once_the_interval_of_visits_has_passed(phone, cadre, pairing, days, amber):
    make_visit(pairing, ago(days))
    assert ("badge--amber" in page(phone, reverse("my:home"))) is amber


def test_a_visit_that_was_corrected_is_not_the_last_one(cadre, pairing):
    wrong = make_visit(pairing, ago(1))
    make_visit(pairing, ago(10), corrects=wrong, reason="日期记错")
    (card,) = round_of(cadre.user, today()).cards
    assert (card.last_visit, card.days) == (ago(10), 10)


def test_households_visited_this_month_are_counted_from_the_first_of_the_month(cadre, pairing):
    cards = round_of(cadre.user, today()).cards
    last_of_may, first_of_june = date(2016, 5, 31), date(2016, 6, 1)
    for visited_on, counted in ((None, 0), (last_of_may, 0), (first_of_june, 1)):
        round_ = Round(date(2016, 6, 20), [type(cards[0])(pairing.household, [], visited_on, None, 0)])
        assert round_.visited_this_month == counted


def test_aid_is_named_by_the_measures_in_force_and_the_last_delivery_that_counts(cadre, pairing):
    grant = make_grant(pairing.household, make_measure(name="低保"))
    make_grant(pairing.household, make_measure(name="已结束"), state="ended", ended_on=ago(1))
    wrong = make_delivery(grant, delivered_on=ago(2))
    make_delivery(grant, delivered_on=ago(9), corrects=wrong, reason="日期记错")
    (card,) = round_of(cadre.user, today()).cards
    assert [grant.measure.name for grant in card.grants] == ["低保"]
    assert card.last_delivery == ago(9)


def test_a_telephone_number_can_be_called(phone, pairing):
    assert 'href="tel:13800001111"' in page(phone, reverse("my:home"))


def test_twenty_households_ask_no_more_of_the_database_than_one(
    phone, cadre, pairing, django_assert_max_num_queries, django_assert_num_queries
):
    make_grant(pairing.household)
    with django_assert_max_num_queries(10) as with_one:
        page(phone, reverse("my:home"))
    for _ in range(19):
        more = make_pairing(make_household(), cadre)
        make_visit(more)
        make_delivery(make_grant(more.household))
    with django_assert_num_queries(len(with_one)):
        page(phone, reverse("my:home"))


def test_a_cadre_without_households_is_told_so(phone):
    assert "empty__title" in page(phone, reverse("my:home"))


@pytest.mark.parametrize("role", ["village", "township", "district", "contact", "auditor", "administrator"])
def test_the_phone_pages_are_for_cadres(client, role):
    client.force_login(make_user(role, {"village": "320412100201", "township": "320412100"}.get(role, "320412")))
    assert client.get(reverse("my:home")).status_code == 403


# --- A household ------------------------------------------------------------------------------------------------
def test_a_household_is_shown_as_it_is_needed_in_the_yard(phone, pairing):
    household = pairing.household
    make_member(household, name="赵小花", relationship="04", born_on=today().replace(year=today().year - 10, day=1))
    gone = make_member(household, name="赵远嫁", relationship="04", left_on=ago(1), left_reason="01")
    make_income(household, 2015, wages="12000.50", production_expense="2000.00")
    grant = make_grant(household, make_measure(name="助学金"))
    make_delivery(grant, "500.00")
    make_visit(pairing, situation="生活平稳", needs="想学电商")
    text = page(phone, url("household", household))
    for shown in ("赵小花", "12,000.50", "10,000.50", "助学金", "500.00", "生活平稳", "想学电商", "tel:13800001111"):
        assert shown in text
    assert "赵远嫁" not in text
    assert gone.id_number not in text
    assert url("visit", household) in text
    assert url("delivery", grant) in text


def test_a_household_asks_no_more_of_the_database_the_more_it_has(phone, pairing, django_assert_max_num_queries):
    for _ in range(5):
        make_delivery(make_grant(pairing.household))
        make_visit(pairing)
        make_member(pairing.household)
    with django_assert_max_num_queries(14):
        page(phone, url("household", pairing.household))


def test_a_household_is_gone_when_its_pairing_has_ended(phone, pairing):
    pairing.ended_on = today()
    pairing.save()
    for name in ("household", "visit"):
        assert phone.get(url(name, pairing.household)).status_code == 404
    assert send_visit(phone, pairing).status_code == 404


# --- Visits -----------------------------------------------------------------------------------------------------
def send_visit(phone, pairing, **values):
    values = {"key": uuid4(), "visited_on": today(), "kind": "home", "situation": "生活平稳", "needs": ""} | values
    return phone.post(url("visit", pairing.household), values)


def test_the_form_of_a_visit_opens_with_today_and_a_key_of_its_own(phone, pairing):
    address = url("visit", pairing.household)
    first, second = (phone.get(address).context["form"] for _ in range(2))
    assert first["visited_on"].value() == today()
    assert first["key"].value() != second["key"].value()


def test_a_visit_is_logged_and_leads_back_to_the_household(phone, pairing):
    answer = send_visit(phone, pairing, needs="想学电商")
    assert answer.url == url("household", pairing.household)
    visit = Visit.objects.get()
    assert (visit.cadre, visit.visited_on, visit.situation, visit.needs) == (
        pairing.cadre,
        today(),
        "生活平稳",
        "想学电商",
    )


def test_a_form_sent_twice_logs_one_visit(phone, pairing):
    key = uuid4()
    for _ in range(2):
        assert send_visit(phone, pairing, key=key).status_code == 302
    assert Visit.objects.count() == 1


def test_other_content_under_a_used_key_is_neither_lost_nor_taken_for_the_first(phone, pairing):
    key = uuid4()
    send_visit(phone, pairing, key=key)
    answer = send_visit(phone, pairing, key=key, situation="屋顶漏雨")
    form = answer.context["form"]
    assert form.non_field_errors()
    assert form["situation"].value() == "屋顶漏雨"
    send_visit(phone, pairing, key=form["key"].value(), situation="屋顶漏雨")
    assert set(Visit.objects.values_list("situation", flat=True)) == {"生活平稳", "屋顶漏雨"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"visited_on": ago(-1)}, "visited_on"),
        ({"visited_on": ago(301)}, "visited_on"),
        ({"visited_on": "2016-02-30"}, "visited_on"),
        ({"situation": "  "}, "situation"),
        ({"situation": "字" * 1001}, "situation"),
        ({"kind": "letter"}, "kind"),
        ({"key": "no key"}, "key"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_what_was_typed_stays(phone, pairing, values, field):
    answer = send_visit(phone, pairing, needs="想学电商", **values)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert "想学电商" in answer.content.decode()
    assert not Visit.objects.exists()


def test_the_script_of_the_form_is_led_to_the_household(phone, pairing):
    values = {"key": uuid4(), "visited_on": today(), "kind": "home", "situation": "生活平稳"}
    answer = phone.post(url("visit", pairing.household), values, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == url("household", pairing.household)


# --- Corrections ------------------------------------------------------------------------------------------------
def send_correction(phone, visit, **values):
    values = {"key": uuid4(), "visited_on": ago(1), "kind": "phone", "situation": "屋顶漏雨", "reason": "记错"} | values
    return phone.post(url("correct-visit", visit), values)


def test_the_form_of_a_correction_opens_with_what_was_logged(phone, pairing):
    visit = make_visit(pairing, ago(3), situation="生活平稳")
    form = phone.get(url("correct-visit", visit)).context["form"]
    assert (form["visited_on"].value(), form["situation"].value()) == (ago(3), "生活平稳")
    assert form["key"].value() != visit.key


def test_a_correction_is_a_new_entry_that_points_at_the_wrong_one(phone, pairing):
    visit = make_visit(pairing, ago(3))
    assert send_correction(phone, visit).status_code == 302
    assert [(right.corrects, right.situation, right.reason) for right in Visit.objects.counting()] == [
        (visit, "屋顶漏雨", "记错")
    ]


def test_a_correction_without_a_reason_is_refused(phone, pairing):
    answer = send_correction(phone, make_visit(pairing), reason=" ")
    assert list(answer.context["form"].errors) == ["reason"]
    assert Visit.objects.count() == 1


def test_only_who_logged_a_visit_corrects_it(phone, pairing):
    other = make_pairing(pairing.household, is_main=False)
    visit = make_visit(other)
    assert url("correct-visit", visit) not in page(phone, url("household", pairing.household))
    assert send_correction(phone, visit).context["form"].non_field_errors()
    assert Visit.objects.count() == 1


# --- Deliveries -------------------------------------------------------------------------------------------------
def send_delivery(phone, grant, **values):
    values = {
        "key": uuid4(),
        "delivered_on": today(),
        "delivery_form": "money",
        "amount": "1,200.50",
        "payer": "区民政局",
        "evidence": "发放表1号",
    } | values
    return phone.post(url("delivery", grant), values)


def test_a_delivery_sent_twice_is_logged_once(phone, pairing):
    grant, key = make_grant(pairing.household), uuid4()
    for _ in range(2):
        assert send_delivery(phone, grant, key=key).status_code == 302
    delivery = Delivery.objects.get()
    assert (delivery.amount, delivery.logged_by) == (Decimal("1200.50"), pairing.cadre.user)


def test_no_control_hides_the_page_s_form_from_scripts(phone, pairing):
    """A control named `form` takes the place of the property of that name, and htmx then sends nothing."""
    assert 'name="form"' not in page(phone, url("delivery", make_grant(pairing.household)))


def test_the_form_of_a_delivery_opens_with_the_form_of_the_measure(phone, pairing):
    grant = make_grant(pairing.household, make_measure(form="goods"))
    assert phone.get(url("delivery", grant)).context["form"]["form"].value() == "goods"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "abc"}, "amount"),
        ({"delivery_form": "goods", "amount": ""}, "what"),
        ({"delivered_on": ago(-1)}, "delivered_on"),
        ({"delivered_on": ago(31)}, "delivered_on"),
    ],
)
def test_a_delivery_is_refused_beside_its_field(phone, pairing, values, field):
    answer = send_delivery(phone, make_grant(pairing.household), **values)
    assert list(answer.context["form"].errors) == [field]
    assert "发放表1号" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_a_measure_of_another_household_does_not_exist(phone, pairing):
    grant = make_grant()
    assert phone.get(url("delivery", grant)).status_code == 404
    assert send_delivery(phone, grant).status_code == 404
