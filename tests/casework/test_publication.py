"""The public register holds what may be known of a household, and follows it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.models import PublicRecord
from casework.publication import name_key, normalise_name, publish
from fupin.masking import mask_name
from households.choices import HouseholdStatus
from households.models import Household
from households.signals import households_changed
from tests.factories import make_household, make_member, make_village

NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
DAY = date(2016, 4, 20)


def registered(**values) -> Household:
    return make_household(**{"status": "registered", "registered_on": DAY, "group": "3组"} | values)


@pytest.mark.django_db
def test_a_registered_household_is_published_masked():
    household = registered(village=make_village(name="大成村"), head_name="王小明", members=3)
    assert publish([household.pk]) == 1
    assert PublicRecord.objects.values().get() == {
        "number": household.number,
        "village_code": household.village_id,
        "name_key": name_key(household.village_id, "王小明"),
        "village_name": "大成村",
        "township_name": "township100",
        "group": "3组",
        "masked_name": "王*明",
        "size": 3,
        "status": "registered",
        "year": 2016,
    }


@pytest.mark.django_db
def test_the_table_holds_no_full_name_and_no_id_number():
    household = registered(head_name="欧阳娜娜", phone="13800001234", address="大成村3组8号")
    member = make_member(household, name="欧阳小小")
    publish([household.pk])
    stored = " ".join(map(str, PublicRecord.objects.values_list().get()))
    for private in ("欧阳娜娜", "欧阳小小", "欧阳", "13800001234", "8号", member.id_number):
        assert private not in stored


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "is_public"),
    [
        ("unregistered", False),
        ("registered", True),
        ("exited_supported", True),
        ("exited", False),
        ("removed", False),
        ("closed", False),
    ],
)
def test_the_status_decides_whether_it_is_public(status, is_public):
    household = registered()
    publish([household.pk])
    Household.objects.filter(pk=household.pk).update(status=status)
    assert publish([household.pk]) == is_public
    assert list(PublicRecord.objects.values_list("status", flat=True)) == [status] * is_public


def test_every_status_was_thought_of():
    assert len(HouseholdStatus) == 6


@pytest.mark.django_db
def test_size_counts_who_is_a_member_today():
    today, household = timezone.localdate(), registered(members=1)
    make_member(household, left_on=today)
    make_member(household, left_on=today + timedelta(1))
    make_member(household, joined_on=today)
    make_member(household, joined_on=today + timedelta(1))
    make_member(household, born_on=today)
    publish([household.pk])
    assert PublicRecord.objects.get().size == 4


@pytest.mark.django_db
def test_an_edit_of_head_group_village_or_size_reaches_the_public_register():
    household = registered(head_name="王小明")
    publish([household.pk])
    village = make_village("320412100202", "新村")
    Household.objects.filter(pk=household.pk).update(head_name="王大明", group="9组", village=village)
    make_member(household)
    households_changed.send(Household, households=[household.pk])
    found = PublicRecord.objects.get()
    assert (found.masked_name, found.group, found.village_name, found.size) == ("王*明", "9组", "新村", 2)
    assert found.name_key == name_key(village.pk, "王大明")


@pytest.mark.django_db
def test_an_edit_of_a_household_without_status_publishes_nothing():
    household = make_household()
    households_changed.send(Household, households=[household.pk])
    assert not PublicRecord.objects.exists()


@pytest.mark.django_db
def test_many_households_take_as_many_statements_as_one(django_assert_num_queries):
    keys = [registered().pk for _number in range(30)]
    with django_assert_num_queries(6):
        assert publish(keys) == 30


@pytest.mark.parametrize(
    ("written", "also"), [("王小明", " 王 小\u3000明 "), ("买买提·艾力", "买买提•艾力"), ("Ｌi", "lI"), ("A．B", "a·b")]
)
def test_a_name_is_compared_without_spaces_width_dots_and_case(written, also):
    assert normalise_name(written) == normalise_name(also)


def test_the_same_name_has_another_key_in_another_village():
    assert name_key("320412100201", "王小明") != name_key("320412100202", "王小明")


@pytest.mark.parametrize(
    ("name", "masked"),
    [("", "*"), ("王", "*"), ("王明", "王*"), ("王小明", "王*明"), ("欧阳娜娜", "欧**娜"), ("买买提·艾力", "买****力")],
)
def test_masked_names(name, masked):
    assert mask_name(name) == masked


@given(NAMES)
def test_a_masked_name_is_as_long_and_shows_at_most_two_characters(name):
    masked = mask_name(name)
    assert len(masked) == len(name)
    assert masked.count("*") >= max(1, len(name) - 2)
    assert all(shown in ("*", given_) for shown, given_ in zip(masked, name, strict=True))


@given(NAMES, NAMES)
def test_names_that_differ_only_in_the_middle_look_alike(one, other):
    if len(one) >= 3 and len(other) >= 3:
        middle = other[1:-1].ljust(len(one) - 2, "中")[: len(one) - 2]
        assert mask_name(one) == mask_name(one[0] + middle + one[-1])
