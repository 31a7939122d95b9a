"""Pages of villages: the list, one village, and entering profile and income against a version."""

import html
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.factories import make_household, make_user, make_village
from villages import services
from villages.forms import township_choices, village_choices
from villages.models import Village, VillageIncome, VillageProfile

pytestmark = pytest.mark.django_db

LIST = reverse("villages:list")
CODE = "320412100201"


@pytest.fixture
def village():
    return make_village(CODE, "河口村")


@pytest.fixture
def clerk(client, village):
    user = make_user("township", CODE[:9], name="蒋国平")
    client.force_login(user)
    return user


def url(name, *keys) -> str:
    return reverse(f"villages:{name}", args=keys or [CODE])


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def amounts(**values) -> dict:
    return dict.fromkeys(VillageIncome.CATEGORIES, "") | values


# --- Which villages there are -----------------------------------------------------------------------------------
def test_divisions_are_valid_from_their_first_day_to_the_day_before_their_last():
    village = make_village(CODE)
    Village.objects.filter(pk=CODE).update(valid_from=date(2015, 1, 1), valid_to=date(2016, 1, 1))
    days = [date(2014, 12, 31), date(2015, 1, 1), date(2015, 12, 31), date(2016, 1, 1)]
    assert [Village.objects.valid_on(day).filter(pk=village.pk).exists() for day in days] == [False, True, True, False]


def test_a_village_that_was_merged_is_not_offered_and_its_successor_is(clerk, village):
    old = make_village("320412100202", "旧村")
    Village.objects.filter(pk=old.pk).update(valid_to=date(2016, 1, 1), successor=village)
    assert village_choices(clerk) == [("township100", [(CODE, "河口村")])]
    Village.objects.filter(pk=CODE).update(valid_from=date(2999, 1, 1))
    assert village_choices(clerk) == []


def test_choices_are_those_of_the_reach_grouped_by_township(village):
    make_village("320412101201", "上游村")
    make_village("320411100201", "外村")
    district = make_user("district")
    assert village_choices(district) == [
        ("township100", [(CODE, "河口村")]),
        ("township101", [("320412101201", "上游村")]),
    ]
    assert village_choices(district, "320412101") == [("township101", [("320412101201", "上游村")])]
    assert [code for code, _name in township_choices(district)] == ["320412100", "320412101"]


# --- The list ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["河口村", "上游村"]),
        ({"q": "上游"}, ["上游村"]),
        ({"q": f" {CODE} "}, ["河口村"]),
        ({"township": "320412101"}, ["上游村"]),
        ({"standing": "weak"}, ["上游村"]),
        ({"standing": "ordinary"}, ["河口村"]),
        ({"sort": "name"}, ["上游村", "河口村"]),
        ({"township": "999"}, []),
    ],
)
def test_the_list_is_narrowed_and_sorted(client, village, query, names):
    weak = make_village("320412101201", "上游村")
    VillageProfile.objects.create(village=weak, standing="weak")
    make_village("320411100201", "外村")
    client.force_login(make_user("district"))
    assert [row.name for row in client.get(LIST, query).context["page"]] == names


def test_the_list_counts_households_and_asks_as_often_for_fifty_villages_as_for_one(
    client, clerk, village, django_assert_max_num_queries
):
    make_household(village, status="registered", registered_on=date(2016, 3, 1))
    make_household(village)
    row = client.get(LIST).context["page"].rows[0]
    assert (row.entered, row.registered) == (2, 1)
    for number in range(60):
        make_village(f"3204121003{number:02d}")
    with django_assert_max_num_queries(10):
        assert len(client.get(LIST).context["page"].rows) == 50


# --- One village ------------------------------------------------------------------------------------------------
def test_a_village_shows_its_profile_and_incomes_with_their_total(client, clerk, village):
    VillageProfile.objects.create(village=village, leader="王主任", population=2345)
    VillageIncome.objects.create(village=village, year=2015, operating=Decimal("900000.10"), other=Decimal("0.20"))
    shown = text(client.get(url("detail")))
    for part in ("王主任", "2,345", "900,000.10", "900,000.30", url("income", CODE, 2015)):
        assert part in shown


def test_a_village_without_profile_or_income_is_shown_too(client, clerk):
    assert client.get(url("detail")).status_code == 200


def test_a_village_of_another_township_is_not_there(client, clerk):
    other = make_village("320412101201")
    for name in ("detail", "edit", "income-new"):
        assert client.get(url(name, other.pk)).status_code == 404


def test_who_only_reads_gets_no_buttons_to_enter(client, village):
    VillageIncome.objects.create(village=village, year=2015)
    client.force_login(make_user("auditor"))
    shown = text(client.get(url("detail")))
    for address in (url("edit"), url("income-new"), url("income", CODE, 2015)):
        assert address not in shown
        assert client.get(address).status_code == 403


# --- Entering ---------------------------------------------------------------------------------------------------
def test_an_income_is_entered_and_what_is_left_empty_is_zero(client, clerk, village):
    answer = client.post(url("income-new"), amounts(year="2015", operating="1,500,000.00元", other="0.01"))
    assert answer.url == url("detail")
    income = VillageIncome.objects.get()
    assert (income.total, income.subsidy, income.entered_by) == (Decimal("1500000.01"), Decimal("0.00"), clerk)
    assert income.history.get().history_user == clerk


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"operating": "-0.01"}, {"operating"}),
        ({"operating": "很多"}, {"operating"}),
        ({"operating": "1.005"}, {"operating"}),
        ({"operating": "9" * 20}, {"operating"}),
        ({"year": "1999"}, {"year"}),
        ({"year": ""}, {"year"}),
    ],
)
def test_a_wrong_income_is_told_beside_its_field_with_what_was_typed(client, clerk, values, fields):
    answer = client.post(url("income-new"), amounts(year="2015", other="77.00") | values)
    assert set(answer.context["form"].errors) == fields
    assert 'value="77.00"' in text(answer)
    assert not VillageIncome.objects.exists()


def test_a_year_that_is_entered_is_not_offered_again_and_not_taken_twice(client, clerk, village):
    VillageIncome.objects.create(village=village, year=2015)
    form = client.get(url("income-new")).context["form"]
    assert 2015 not in [year for year, _label in form.fields["year"].choices]
    assert set(client.post(url("income-new"), amounts(year="2015")).context["form"].errors) == {"year"}
    assert VillageIncome.objects.count() == 1


def test_a_year_that_somebody_enters_at_the_same_moment_is_told(clerk, village):
    VillageIncome.objects.create(village=village, year=2015)
    with pytest.raises(services.ValidationError):
        services.create_income(village, 2015, {"operating": Decimal(1)}, clerk)


def test_an_income_is_changed_over_the_version_that_was_seen(client, clerk, village):
    VillageIncome.objects.create(village=village, year=2015, operating=Decimal("1.00"))
    page = url("income", CODE, 2015)
    version = client.get(page).context["version"]
    assert client.post(page, amounts(operating="2.00", version=version)).status_code == 302
    income = VillageIncome.objects.get()
    assert (income.operating, income.version) == (Decimal("2.00"), version + 1)
    assert income.history.first().history_user == clerk


def test_a_save_over_anothers_shows_both_and_the_next_save_decides(client, clerk, village):
    income = VillageIncome.objects.create(village=village, year=2015, operating=Decimal("1.00"))
    services.update_income(income, {"operating": Decimal("5.00")}, 1, make_user("district"))
    page = url("income", CODE, 2015)
    answer = client.post(page, amounts(operating="2.00", version="1"))
    assert answer.context["kept"] == [(answer.context["form"]["operating"].label, Decimal("5.00"))]
    assert 'value="2.00"' in text(answer)
    assert VillageIncome.objects.get().operating == Decimal("5.00")
    client.post(page, amounts(operating="2.00", version=answer.context["version"]))
    assert VillageIncome.objects.get().operating == Decimal("2.00")


def test_a_save_that_changes_nothing_writes_nothing(client, clerk, village):
    VillageIncome.objects.create(village=village, year=2015, operating=Decimal("1.00"))
    client.post(url("income", CODE, 2015), amounts(operating="1.00", version="1"))
    income = VillageIncome.objects.get()
    assert (income.version, income.history.count()) == (1, 1)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_version_that_is_none_is_a_conflict_and_no_fault(client, clerk, village, version):
    VillageIncome.objects.create(village=village, year=2015, operating=Decimal("1.00"))
    answer = client.post(url("income", CODE, 2015), amounts(operating="2.00", version=version))
    assert answer.status_code == 200
    assert VillageIncome.objects.get().operating == Decimal("1.00")


def test_a_profile_is_entered_first_and_changed_later(client, clerk, village):
    page = url("edit")
    assert client.get(page).context["version"] == 0
    client.post(page, {"leader": "王主任", "population": "2345", "version": "0"})
    assert client.get(page).context["version"] == 1
    answer = client.post(page, {"leader": "李主任", "version": "0"})
    assert ("王主任" in text(answer), VillageProfile.objects.get().leader) == (True, "王主任")


def test_a_standing_is_not_set_by_hand(client, clerk, village):
    client.post(url("edit"), {"leader": "王主任", "version": "0", "standing": "weak"})
    assert VillageProfile.objects.get().standing == "ordinary"


@pytest.mark.parametrize("field", ["population", "household_count", "cultivated_mu"])
def test_no_number_of_a_profile_is_negative(client, clerk, field):
    answer = client.post(url("edit"), {field: "-1", "version": "0"})
    assert set(answer.context["form"].errors) == {field}


def test_a_year_without_an_income_is_not_there(client, clerk):
    assert client.get(url("income", CODE, 2015)).status_code == 404
