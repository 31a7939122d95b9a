"""The migrations say what the models say, and leave no history behind that a fresh database does not have."""

import importlib

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from households.models import Household
from tests.factories import make_household


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_spellings_that_held_the_initials_too_are_parted():
    module = importlib.import_module("households.migrations.0004_head_initials")
    old = make_household(head_name="张三", head_pinyin="zhangsan zs", head_initials="")
    new = make_household(head_name="李四")
    nameless = make_household(head_name="", head_pinyin="", head_initials="")
    module.part_spelling_and_initials(apps, connection.schema_editor())
    rows = Household.objects.values_list("pk", "head_pinyin", "head_initials")
    assert {pk: spelt for pk, *spelt in rows} == {
        old.pk: ["zhangsan", "zs"],
        new.pk: ["lisi", "ls"],
        nameless.pk: ["", ""],
    }
