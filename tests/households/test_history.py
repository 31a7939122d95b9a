"""The history of a household: every change with who and when, also where what stood before was never kept."""

import pytest

from households.history import changes_of
from tests.factories import make_household, make_income, make_user

pytestmark = pytest.mark.django_db


def saved_by(actor, instance, **values):
    for name, value in values.items():
        setattr(instance, name, value)
    instance._history_user = actor
    instance.save()
    return instance


def test_a_change_says_who_and_from_what_to_what():
    household, actor = make_household(group="1组"), make_user(name="蒋国平")
    saved_by(actor, household, group="2组")
    change = changes_of(household)[0][0]
    assert (change.who, change.kind) == (str(actor), "~")
    assert [(field.before, field.after) for field in change.fields] == [("1组", "2组")]


def test_the_first_change_of_what_came_in_without_history_is_told_too():
    household, actor = make_household(group="1组"), make_user()
    household.history.all().delete()
    saved_by(actor, household, group="2组")
    told = [change for change in changes_of(household)[0] if change.who == str(actor)]
    assert [(change.kind, change.fields) for change in told] == [("~", [])]


def test_a_save_that_changes_nothing_is_not_told():
    household, actor = make_household(), make_user()
    saved_by(actor, household)
    assert not [change for change in changes_of(household)[0] if change.who == str(actor)]


def test_a_new_statement_tells_what_it_says_and_its_removal_that_it_went():
    household = make_household()
    income = make_income(household, 2015, wages="1200.50")
    income.delete()
    kinds = [(change.kind, change.what) for change in changes_of(household)[0] if "2015" in change.what]
    assert [kind for kind, _what in kinds] == ["-", "+"]
