"""What the database itself refuses, whoever writes and past every form; and how personal data stand in it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from fupin.encryption import blind_index
from households.models import Fact, Household, IncomeYear, LivingConditions, Member
from tests.factories import id_number, make_fact, make_household, make_income, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def household():
    return make_household()


def assert_refused(write, constraint: str) -> None:
    """The write hits this constraint; SQLite names only the columns of a unique one."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    if connection.vendor == "postgresql":
        assert constraint in str(refusal.value)


def test_a_household_has_one_head(household):
    assert_refused(lambda: make_member(household, is_head=True), "one_head_a_household")


def test_a_head_who_left_makes_room_for_another(household):
    Member.objects.update(left_on=date(2016, 1, 1), left_reason="01")
    assert make_member(household, is_head=True).pk


def test_an_id_number_is_once_among_current_members(household):
    number = id_number()
    make_member(household, id_number=number)
    other = make_household()
    assert_refused(lambda: make_member(other, id_number=number), "id_number_once_among_current_members")


def test_a_member_who_left_may_be_a_member_elsewhere(household):
    number = id_number()
    make_member(household, id_number=number, left_on=date(2016, 1, 1))
    assert make_member(make_household(), id_number=number).pk


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("member_joined_after_birth", {"joined_on": date(1970, 6, 14)}),
        ("member_left_after_joining", {"left_on": date(1970, 6, 14)}),
        ("member_left_after_joining", {"joined_on": date(2015, 1, 2), "left_on": date(2015, 1, 1)}),
        ("member_months_of_a_year", {"employment_months": 13}),
    ],
)
def test_a_members_dates_are_in_order_and_a_year_has_twelve_months(household, constraint, values):
    assert_refused(lambda: Member.objects.filter(household=household).update(**values), constraint)


def test_dates_on_the_border_are_taken(household):
    day = date(1970, 6, 15)
    assert Member.objects.update(joined_on=day, left_on=day, left_reason="01", employment_months=12) == 1


def test_one_income_row_a_household_year(household):
    make_income(household, 2015)
    make_income(household, 2014)
    assert_refused(lambda: make_income(household, 2015), "one_income_row_a_household_year")


@pytest.mark.parametrize("item", IncomeYear.AMOUNTS)
def test_no_amount_is_negative(household, item):
    assert_refused(lambda: make_income(household, 2015, **{item: "-0.01"}), "income_amounts_not_negative")


@pytest.mark.parametrize("year", [1999, 2101])
def test_an_income_year_is_plausible(household, year):
    assert_refused(lambda: make_income(household, year), "income_year_plausible")


def test_a_fact_is_recorded_once_a_day(household):
    make_fact(household, "vehicle", date(2015, 3, 1))
    make_fact(household, "housing", date(2015, 3, 1))
    assert_refused(lambda: make_fact(household, "vehicle", date(2015, 3, 1)), "fact_once_a_day")


def test_a_fact_does_not_end_before_it_began(household):
    make_fact(household, "vehicle", date(2015, 3, 1), ended_on=date(2015, 3, 1))
    assert_refused(lambda: Fact.objects.update(ended_on=date(2015, 2, 28)), "fact_dates_in_order")


@pytest.mark.parametrize("field", ["cultivated_mu", "irrigated_mu", "forest_mu", "water_mu", "house_area", "road_km"])
def test_no_area_or_distance_is_negative(household, field):
    LivingConditions.objects.create(household=household)
    assert_refused(
        lambda: LivingConditions.objects.update(**{field: Decimal("-0.01")}), "living_conditions_not_negative"
    )


def test_a_household_with_a_status_has_its_date(household):
    assert_refused(lambda: Household.objects.update(status="registered"), "household_registered_has_date")
    assert Household.objects.update(status="registered", registered_on=date(2016, 3, 1)) == 1


def test_a_household_number_is_given_once(household):
    assert_refused(lambda: make_household(number=household.number), "number")


# --- Personal data at rest --------------------------------------------------------------------------------------
def stored_text() -> str:
    """Everything that the tables of the register and its history hold, as the database gives it."""
    tables = [name for name in connection.introspection.table_names() if name.startswith("households_")]
    with connection.cursor() as cursor:
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    assert len(tables) > 8
    return repr(rows)


def test_numbers_stand_encrypted_in_the_register_and_its_history():
    household = make_household(bank_account="6222999988887777")
    number = household.members.get().id_number
    household.save()
    text = stored_text()
    assert household.number in text
    assert number not in text
    assert number[:17] not in text
    assert "6222999988887777" not in text
    assert Member.objects.get().id_number == number
    assert Household.objects.get().bank_account == "6222999988887777"


def test_the_same_number_is_encrypted_anew_each_time_so_that_columns_tell_nothing(household):
    number = id_number()
    make_member(household, id_number=number, left_on=date(2016, 1, 1))
    make_member(household, id_number=number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM households_member WHERE id_digest = %s", [blind_index(number)])
        first, second = [row[0] for row in cursor.fetchall()]
    assert first != second


def test_a_number_is_found_by_its_keyed_hash_and_not_by_searching_the_column(household, settings):
    member = household.members.get()
    assert Member.objects.with_id_number(member.id_number).get() == member
    with pytest.raises(TypeError):
        Member.objects.filter(id_number=member.id_number).exists()
    settings.FUPIN_INDEX_KEY = "another-key"
    assert not Member.objects.with_id_number(member.id_number).exists()
