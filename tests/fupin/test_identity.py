"""ID numbers (GB 11643): what is correct, what is told of a mistake, and how little of one is shown."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from fupin import identity
from fupin.masking import mask_account, mask_id_number, mask_name, mask_phone
from tests.factories import id_number

TODAY = date(2016, 3, 1)
SOMEBODY = id_number(date(1970, 6, 15), sequence=7)


def code_of(number: str) -> str:
    with pytest.raises(ValidationError) as refusal:
        identity.validate(number, TODAY)
    return refusal.value.code


def test_the_example_of_the_standard_is_correct():
    # The specimen printed in GB 11643-1999 itself.
    assert identity.check_character("11010519491231002") == "X"


@given(
    born_on=st.dates(date(1900, 1, 1), TODAY),
    sex=st.sampled_from("12"),
    area=st.integers(100000, 999999),
    sequence=st.integers(0, 499),
)
def test_a_correct_number_passes_and_tells_birth_and_sex(born_on, sex, area, sequence):
    number = id_number(born_on, sex, area=str(area), sequence=sequence)
    assert identity.validate(number, TODAY) == number
    assert identity.birth_date(number) == born_on
    assert identity.sex(number) == sex


@given(position=st.integers(0, 16), step=st.integers(1, 9))
def test_one_mistyped_digit_never_passes(position, step):
    digit = (int(SOMEBODY[position]) + step) % 10
    with pytest.raises(ValidationError):
        identity.validate(f"{SOMEBODY[:position]}{digit}{SOMEBODY[position + 1 :]}", TODAY)


@given(position=st.integers(0, 15))
def test_two_neighbouring_digits_that_changed_places_never_pass(position):
    swapped = list(SOMEBODY)
    swapped[position], swapped[position + 1] = swapped[position + 1], swapped[position]
    if "".join(swapped) != SOMEBODY:
        with pytest.raises(ValidationError):
            identity.validate("".join(swapped), TODAY)


@pytest.mark.parametrize(
    "typed",
    [f" {SOMEBODY} ", f"{SOMEBODY[:6]} {SOMEBODY[6:14]} {SOMEBODY[14:]}", SOMEBODY.lower(), f"\ufeff{SOMEBODY}\u200b"],
)
def test_spaces_and_invisible_characters_are_taken_off(typed):
    assert identity.validate(typed, TODAY) == SOMEBODY


def test_full_width_digits_are_narrowed():
    wide = SOMEBODY.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert identity.validate(wide, TODAY) == SOMEBODY


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "length"),
        ("110105491231002", "length"),
        (SOMEBODY[:17], "length"),
        (f"{SOMEBODY[:16]}XX", "characters"),
        ("٣" * 17 + "1", "characters"),
        ("320412197002300011", "date"),
        ("320412197013010011", "date"),
    ],
)
def test_what_is_wrong_is_said(number, code):
    assert code_of(number) == code


def test_nobody_is_born_tomorrow_or_over_120_years_old():
    assert identity.validate(id_number(TODAY), TODAY)
    assert code_of(id_number(date(2016, 3, 2))) == "future"
    assert identity.validate(id_number(date(1896, 1, 1)), TODAY)
    assert code_of(id_number(date(1895, 12, 31))) == "age"


def test_an_area_that_no_longer_exists_is_no_mistake():
    assert identity.validate(id_number(date(1950, 1, 1), area="320421"), TODAY)


# --- How much is shown ------------------------------------------------------------------------------------------
def test_an_id_number_shows_its_first_and_last_character_alone():
    masked = mask_id_number(SOMEBODY)
    assert masked == f"{SOMEBODY[0]}{'*' * 16}{SOMEBODY[-1]}"
    assert SOMEBODY[6:14] not in masked


@pytest.mark.parametrize(
    ("name", "masked"), [("张", "*"), ("张三", "张*"), ("张建国", "张*国"), ("欧阳建国", "欧**国"), ("", "*")]
)
def test_a_name_never_shows_all_its_characters(name, masked):
    assert mask_name(name) == masked


def test_a_telephone_shows_three_and_four_digits_and_a_short_one_none():
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("86551234") == "********"


@pytest.mark.parametrize("number", ["", "3", "32", "622"])
def test_what_is_too_short_to_mask_is_hidden_wholly(number):
    assert set(mask_account(number)) <= {"*"}
    assert set(mask_id_number(number)) <= {"*", *number[:1], *number[-1:]}
