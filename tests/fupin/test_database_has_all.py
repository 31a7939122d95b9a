"""What the models promise of the database, the migrations have made: no constraint and no index was lost on the way."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [m for m in apps.get_models() if m._meta.managed], ids=lambda m: m._meta.label_lower)
def test_constraints_and_indexes_are_in_the_database(model):
    with connection.cursor() as cursor:
        kept = connection.introspection.get_constraints(cursor, model._meta.db_table)
    wanted = {one.name for one in (*model._meta.constraints, *model._meta.indexes)}
    assert wanted <= set(kept)
