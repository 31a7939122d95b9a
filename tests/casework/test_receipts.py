"""Receipts: read from paper, typed on a telephone, not to be guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import receipts

NUMBERS = st.builds(receipts.new_receipt)


def test_a_number_has_sixty_random_bits_and_a_check_character():
    numbers = {receipts.new_receipt() for _each in range(300)}
    assert len(numbers) == 300
    assert {len(number) for number in numbers} == {13}
    assert set("".join(numbers)) <= set(receipts.SIGNS)
    assert 32**12 == 2**60


@given(NUMBERS)
def test_however_it_is_typed_it_is_the_same_number(number):
    grouped = receipts.grouped(number)
    typed = [number, grouped, grouped.lower(), f" {grouped.replace('-', ' ')} ", number.replace("0", "O")]
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    assert {receipts.normalise(text) for text in [*typed, number.replace("1", "l"), wide]} == {number}


@given(NUMBERS, st.integers(0, 12), st.sampled_from(receipts.SIGNS))
def test_one_wrong_character_is_noticed(number, place, sign):
    mistyped = number[:place] + sign + number[place + 1 :]
    assert receipts.normalise(mistyped) == ("" if mistyped != number else number)


@pytest.mark.parametrize("text", ["", "123", "!" * 13, "U" * 13, "0" * 400, "一二三四五六七八九十一二三"])
def test_what_is_no_number_is_none(text):
    assert receipts.normalise(text) == ""


def test_the_code_follows_from_number_and_key(settings):
    number = receipts.new_receipt()
    code = receipts.code_of(number)
    assert len(code) == 8
    assert code.isdecimal()
    assert receipts.is_code_of(number, f"{code[:4]} {code[4:]}")
    assert not receipts.is_code_of(number, "")
    assert not receipts.is_code_of(number, f"{(int(code) + 1) % 10**8:08d}")
    settings.FUPIN_INDEX_KEY = "another key of at least thirty-two characters"
    assert receipts.code_of(number) != code


def test_a_form_carries_its_number_signed():
    number = receipts.new_receipt()
    assert receipts.receipt_of(receipts.token_of(number)) == number
    assert receipts.receipt_of(number) == ""
    assert receipts.receipt_of("") == ""
