"""Rows and history written in sets say the same as rows saved one by one."""

from datetime import date
from decimal import Decimal

import pytest
from django.forms.models import model_to_dict

from fupin import bulk
from fupin.encryption import blind_index
from fupin.history import record_history
from households.models import Household, IncomeYear, Member
from tests.factories import id_number, make_household, make_income, make_user, make_village

pytestmark = pytest.mark.django_db

STRANGE = 'O\'Brien\t"张"\\三\n\\N 第二行\r; DROP'


def written(model, **values):
    """One row written in bulk, as it is read again."""
    key = bulk.reserve(model, 1)
    bulk.write(model, ("id", *values), [(key, *values.values())])
    return model.objects.get(pk=key)


def test_what_is_written_in_bulk_is_read_as_it_was():
    household = make_household()
    number = id_number(date(1960, 2, 29))
    member = written(
        Member,
        household=household.pk,
        village=household.village_id,
        name=STRANGE,
        id_number=number,
        id_digest=blind_index(number),
        relationship="03",
        sex="1",
        born_on=date(1960, 2, 29),
        health=["02", "03"],
        left_on=None,
    )
    assert (member.name, member.id_number, member.born_on) == (STRANGE, number, date(1960, 2, 29))
    assert (member.health, member.left_on) == (["02", "03"], None)
    assert Member.objects.with_id_number(number).get() == member


def test_columns_that_are_not_named_get_their_defaults():
    household = make_household()
    in_bulk = written(IncomeYear, household=household.pk, village=household.village_id, year=2014, wages=1_200_050)
    saved = make_income(household, 2015, wages="12000.50")
    assert in_bulk.wages == Decimal("12000.50")
    own = {"id", "year"}
    assert model_to_dict(in_bulk, exclude=own) == model_to_dict(saved, exclude=own)


def test_reserved_keys_are_free_and_the_next_saved_row_does_not_meet_them():
    village = make_village()
    first = bulk.reserve(Household, 3)
    numbers = [f"{village.pk}9000{n}" for n in range(3)]
    names = ("id", "number", "village", "head_name", "head_pinyin")
    rows = [(first + n, number, village.pk, "张三", "zhangsan zs") for n, number in enumerate(numbers)]
    bulk.write(Household, names, rows)
    assert list(Household.objects.order_by("pk").values_list("number", flat=True)) == numbers
    assert make_household(village).pk >= first + 3


def test_history_in_sets_says_who_when_and_what_like_a_saved_row():
    actor, household = make_user(), make_household()
    income = make_income(household, wages="1.00")
    income.history.all().delete()
    IncomeYear.objects.filter(pk=income.pk).update(wages=Decimal("2.00"))
    record_history(IncomeYear, [income.pk], actor, reason="更正")
    entry = income.history.get()
    assert (entry.wages, entry.year, entry.household_id) == (Decimal("2.00"), income.year, household.pk)
    assert (entry.history_type, entry.history_user, entry.history_change_reason) == ("~", actor, "更正")
    income.refresh_from_db()
    income.save()
    one_by_one = income.history.first()
    ignored = ["history_id", "history_date", "history_user", "history_change_reason"]
    assert model_to_dict(entry, exclude=ignored) == model_to_dict(one_by_one, exclude=ignored)


def test_history_of_nothing_writes_nothing():
    record_history(IncomeYear, [], make_user())
    assert not IncomeYear.history.exists()
