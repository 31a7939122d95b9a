"""Money is exact: whole fen in the column, Decimal yuan in Python, no float anywhere (design §4)."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Sum
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from fupin.forms import YuanFormField
from fupin.money import LARGEST_YUAN, FenField, fen_to_yuan, half_up, to_fen, to_yuan
from fupin.templatetags.fupin import yuan
from households.models import IncomeYear
from tests.factories import make_household, make_income

LARGEST_FEN = int(LARGEST_YUAN * 100)


@given(st.integers(-LARGEST_FEN, LARGEST_FEN))
def test_fen_to_yuan_and_back_is_the_same_amount(fen):
    amount = fen_to_yuan(fen)
    assert to_fen(amount) == fen
    assert to_fen(str(amount)) == fen


@pytest.mark.parametrize("text", ["0.001", "1.005", "-0.009"])
def test_a_tenth_of_a_fen_is_refused_and_never_rounded_away(text):
    with pytest.raises(ValidationError) as refusal:
        to_yuan(text)
    assert refusal.value.code == "decimals"


@pytest.mark.parametrize("value", [1.0, 0.1 + 0.2])
def test_a_float_is_refused_even_where_it_looks_exact(value):
    with pytest.raises(ValidationError) as refusal:
        to_yuan(value)
    assert refusal.value.code == "float"


@pytest.mark.parametrize("value", ["", "twelve", "NaN", "Infinity", None, "1,2"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValidationError):
        to_yuan(value)


def test_the_largest_amount_passes_and_one_fen_more_does_not():
    assert to_yuan(LARGEST_YUAN) == LARGEST_YUAN
    assert to_yuan(-LARGEST_YUAN) == -LARGEST_YUAN
    for amount in (LARGEST_YUAN + Decimal("0.01"), -LARGEST_YUAN - Decimal("0.01")):
        with pytest.raises(ValidationError) as refusal:
            to_yuan(amount)
        assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.004", "0.00"), ("2.675", "2.68"), ("-2.674", "-2.67"), ("1", "1.00")],
)
def test_rounding_is_half_away_from_zero(amount, rounded):
    assert half_up(Decimal(amount)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "0.00"), ("1234567.8", "1,234,567.80"), ("-1234.5", "-1,234.50"), ("999.995", "1,000.00")],
)
def test_amounts_are_shown_with_two_decimals_and_thousands_separators(amount, shown):
    assert yuan(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1,234.50", "1234.50"), ("１２３４．５", "1234.5"), ("¥ 800", "800"), ("3000元", "3000"), (" 7 ", "7")],
)
def test_a_form_understands_amounts_as_people_type_them(typed, amount):
    assert YuanFormField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["一千", "1.234", "12..5", "1e3x"])
def test_a_form_refuses_what_is_no_amount_in_yuan(typed):
    with pytest.raises(ValidationError):
        YuanFormField().clean(typed)


@pytest.mark.django_db
def test_a_column_holds_whole_fen_and_gives_yuan():
    income = make_income(make_household(), wages="12000.05")
    with connection.cursor() as cursor:
        cursor.execute("SELECT wages FROM households_incomeyear WHERE id = %s", [income.pk])
        assert cursor.fetchone() == (1_200_005,)
    assert IncomeYear.objects.get(pk=income.pk).wages == Decimal("12000.05")


@pytest.mark.django_db
def test_a_sum_of_many_amounts_is_exact():
    household = make_household()
    for year in range(2000, 2016):
        make_income(household, year, wages="0.10", pension="0.20")
    total = IncomeYear.objects.aggregate(
        total=Sum(F("wages") + F("pension"), output_field=FenField()),
    )["total"]
    assert total == Decimal("4.80")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("a lot", "Enter an amount in yuan, for example 1234.50."),
        ("-3", "An amount cannot be negative."),
        ("1.234", "An amount has at most 2 decimals (fen)."),
    ],
)
def test_a_wrong_amount_is_told_in_plain_words(typed, told):
    with translation.override("en"):
        with pytest.raises(ValidationError) as refused:
            YuanFormField(min_value=0).clean(typed)
        assert refused.value.messages == [told]


@pytest.mark.django_db
def test_an_amount_is_found_by_its_yuan():
    household = make_household()
    make_income(household, 2014, wages="8999.99")
    make_income(household, 2015, wages="9000.00")
    assert list(IncomeYear.objects.filter(wages__lt=Decimal("9000.00")).values_list("year", flat=True)) == [2014]
