"""Lists: pages by key go forth and back over every row once, the count stops at its cap, a forged cursor is none."""

import pytest
from django.core import signing

from fupin.listing import KeysetPage, capped_count
from households.models import Household
from tests.factories import make_household, make_village

pytestmark = pytest.mark.django_db

ORDER = ("head_pinyin", "pk")


@pytest.fixture
def rows():
    village = make_village()
    for number in range(7):
        make_household(village, members=0, head_pinyin=f"zhang{number // 3}")
    return Household.objects.all()


def walk(rows, order, size) -> list[list[int]]:
    pages, cursor = [], ""
    while True:
        page = KeysetPage(rows, order, cursor, size)
        pages.append([row.pk for row in page])
        if not page.next_cursor:
            return pages
        cursor = page.next_cursor


@pytest.mark.parametrize("order", [ORDER, ("-head_pinyin", "-pk"), ("-head_pinyin", "pk"), ("-touched_at", "-pk")])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_hold_every_row_once_in_order(rows, order, size):
    pages = walk(rows, order, size)
    assert [key for page in pages for key in page] == [row.pk for row in rows.order_by(*order)]
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("order", [ORDER, ("-touched_at", "-pk")])
def test_pages_lead_back_to_the_first(rows, order):
    first = KeysetPage(rows, order, "", 3)
    second = KeysetPage(rows, order, first.next_cursor, 3)
    third = KeysetPage(rows, order, second.next_cursor, 3)
    assert not first.previous_cursor
    assert not third.next_cursor
    back = KeysetPage(rows, order, third.previous_cursor, 3)
    assert [row.pk for row in back] == [row.pk for row in second]
    first_again = KeysetPage(rows, order, back.previous_cursor, 3)
    assert [row.pk for row in first_again] == [row.pk for row in first]
    assert (first_again.previous_cursor, bool(first_again.next_cursor)) == ("", True)


def test_a_row_that_comes_or_goes_meanwhile_shifts_no_other(rows):
    first = KeysetPage(rows, ORDER, "", 3)
    Household.objects.filter(pk=first.rows[0].pk).delete()
    make_household(head_pinyin="aa", members=0)
    second = KeysetPage(rows, ORDER, first.next_cursor, 3)
    assert not {row.pk for row in first} & {row.pk for row in second}
    assert second.rows[0].head_pinyin == "zhang1"


@pytest.mark.parametrize("cursor", ["forged", "a:b:c", "{", "\x00", "x" * 5000])
def test_a_forged_cursor_begins_at_the_first_page(rows, cursor):
    page = KeysetPage(rows, ORDER, cursor, 3)
    assert page.cursor_is_broken
    assert [row.pk for row in page] == [row.pk for row in KeysetPage(rows, ORDER, "", 3)]


def test_a_cursor_of_another_order_or_list_is_broken(rows):
    cursor = KeysetPage(rows, ORDER, "", 3).next_cursor
    assert KeysetPage(rows, ("-head_pinyin", "pk"), cursor, 3).cursor_is_broken
    assert KeysetPage(make_village().__class__.objects.all(), ("code",), cursor, 3).cursor_is_broken
    wrong = signing.dumps([False, "[1]"], salt=f"keyset households.Household {' '.join(ORDER)}")
    assert not KeysetPage(rows, ORDER, wrong, 3).previous_cursor


def test_an_empty_list_has_no_pages_to_go_to():
    page = KeysetPage(Household.objects.all(), ORDER)
    assert (len(page), page.next_cursor, page.previous_cursor) == (0, "", "")


@pytest.mark.parametrize(("cap", "counted"), [(6, (6, True)), (7, (7, False)), (8, (7, False))])
def test_a_count_goes_no_further_than_its_cap(rows, cap, counted, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert capped_count(rows, cap) == counted
