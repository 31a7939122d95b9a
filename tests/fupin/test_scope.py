"""Whose rows a person sees: those whose division code begins with the jurisdiction, and no others (design §4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin.scope import division_range
from households.models import Household, Member
from tests.factories import make_household, make_user, make_village

CODES = st.sampled_from(["320412", "320413", "320412100", "320412101", "320412999", "320412100201", "320412100999"])


def is_within(code: str, division: str) -> bool:
    bounds = dict(division_range("code", division).children)
    return bounds["code__gte"] <= code < bounds["code__lt"]


@given(division=CODES, tail=st.integers(0, 999_999))
def test_the_range_of_a_division_holds_its_villages(division, tail):
    village = (division + f"{tail:06d}")[:12]
    assert is_within(village, division)


@given(division=CODES, village=st.integers(10**11, 10**12 - 1).map(str))
def test_the_range_of_a_division_is_the_prefix_of_the_code(division, village):
    assert is_within(village, division) == village.startswith(division)


@pytest.fixture
def households():
    """A household in each of three villages: two of one township, one of the next."""
    codes = ("320412100201", "320412100202", "320412101201")
    return {code: make_household(make_village(code)) for code in codes}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "jurisdiction", "seen"),
    [
        ("village", "320412100201", ["320412100201"]),
        ("township", "320412100", ["320412100201", "320412100202"]),
        ("district", "320412", ["320412100201", "320412100202", "320412101201"]),
        ("auditor", "320412", ["320412100201", "320412100202", "320412101201"]),
        ("district", "320413", []),
        ("township", "", []),
        ("cadre", "", []),
        ("contact", "", []),
    ],
)
def test_each_jurisdiction_sees_its_villages_alone(households, role, jurisdiction, seen):
    user = make_user(role, jurisdiction)
    for model in (Household, Member):
        rows = model.objects.visible_to(user).order_by("village_id")
        assert list(rows.values_list("village_id", flat=True)) == seen


@pytest.mark.django_db
def test_who_was_deactivated_sees_nothing(households):
    user = make_user("district", "320412", is_active=False)
    assert not Household.objects.visible_to(user).exists()
