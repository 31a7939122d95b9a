"""An approved standard is frozen in the database: statements that go around all of our code are refused."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from eligibility import frozen
from eligibility.models import Criterion, StandardVersion
from tests.eligibility.makers import make_version

VERSION, CRITERION, STANDARD = frozen.VERSIONS, frozen.CRITERIA, frozen.STANDARDS
INSERT = f"""
    INSERT INTO {CRITERION} (version_id, position, effect, fact_kind, cost, floor, note)
    VALUES (%s, 40, 'include', 'disabled', '', 0, '')"""


def run(sql: str, *params) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def rows_of(version) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {VERSION} WHERE id = %s", [version.pk])
        kept = cursor.fetchall()
        cursor.execute(f"SELECT * FROM {CRITERION} WHERE version_id = %s ORDER BY id", [version.pk])
        return kept + cursor.fetchall()


@pytest.fixture(params=["approved", "superseded"])
def version(request, db):
    return make_version(state=request.param)


OF_VERSION = (
    "line = line + 1",
    "inclusive = NOT inclusive",
    "income_year = income_year - 1",
    "items = '[\"wages\"]'",
    'item_notes = \'{"wages": "x"}\'',
    "basis = 'other'",
    "note = 'other'",
    "divisor = 'registered'",
    "reference_date = '2016-12-31'",
    "valid_from = '2016-12-31'",
    "valid_to = '2016-12-31'",
    "approved_at = NULL",
    "number = 9",
    "state = 'draft'",
    "state = 'submitted'",
    "state = 'superseded', line = line + 1",
)
OF_CRITERIA = ("effect = 'include'", "threshold = 1", "floor = floor + 1", "note = 'x'", "position = position + 30")
MOVE = f"UPDATE {CRITERION} SET version_id = %s, position = position + 30 WHERE version_id = %s"


def statements(version) -> list[tuple]:
    other = make_version(state="draft")
    return [
        *((f"UPDATE {VERSION} SET {change} WHERE id = %s", version.pk) for change in OF_VERSION),
        (f"UPDATE {VERSION} SET standard_id = %s WHERE id = %s", other.standard_id, version.pk),
        (f"DELETE FROM {VERSION} WHERE id = %s", version.pk),
        (INSERT, version.pk),
        *((f"UPDATE {CRITERION} SET {change} WHERE version_id = %s", version.pk) for change in OF_CRITERIA),
        (MOVE, other.pk, version.pk),
        (MOVE, version.pk, other.pk),
        (f"DELETE FROM {CRITERION} WHERE version_id = %s", version.pk),
        (f"UPDATE {STANDARD} SET title = 'other' WHERE id = %s", version.standard_id),
        (f"UPDATE {STANDARD} SET code = 'other' WHERE id = %s", version.standard_id),
        (f"UPDATE {STANDARD} SET subject = 'village' WHERE id = %s", version.standard_id),
    ]


def test_no_statement_changes_it(version):
    before = rows_of(version)
    for sql, *params in statements(version):
        with pytest.raises(IntegrityError, match="an approved standard never changes"):
            run(sql, *params)
        assert rows_of(version) == before, sql


def test_an_approved_one_may_be_superseded_and_no_more(db):
    version = make_version()
    supersede = f"UPDATE {VERSION} SET state = 'superseded' WHERE id = %s"
    assert run(supersede, version.pk) == 1
    for state in ("approved", "superseded", "draft"):
        with pytest.raises(IntegrityError):
            run(f"UPDATE {VERSION} SET state = %s WHERE id = %s", state, version.pk)


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_what_is_not_approved_may_be_changed_in_every_way(db, state):
    version = make_version(state=state)
    assert run(f"UPDATE {VERSION} SET line = line + 1 WHERE id = %s", version.pk) == 1
    assert run(INSERT, version.pk) == 1
    assert run(f"UPDATE {CRITERION} SET effect = 'include' WHERE version_id = %s", version.pk) == 7
    assert run(f"UPDATE {STANDARD} SET title = 'other' WHERE id = %s", version.standard_id) == 1
    assert run(f"DELETE FROM {CRITERION} WHERE version_id = %s", version.pk) == 7
    assert run(f"DELETE FROM {VERSION} WHERE id = %s", version.pk) == 1


def test_nor_do_querysets_that_ask_no_model(version):
    for change in (
        lambda: StandardVersion.objects.filter(pk=version.pk).update(line=1),
        lambda: Criterion.objects.filter(version=version).update(effect="include"),
        lambda: Criterion.objects.filter(version=version).delete(),
        lambda: Criterion.objects.bulk_create([Criterion(version=version, position=40, effect="include")]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_is_no_change_and_leaves_the_freeze():
    make_version()
    call_command("flush", interactive=False, verbosity=0)
    assert not StandardVersion.objects.exists()
    again = make_version()
    with pytest.raises(IntegrityError):
        run(f"DELETE FROM {VERSION} WHERE id = %s", again.pk)


def test_a_table_that_is_built_anew_is_frozen_again(db):
    version = make_version()
    with frozen.thawed(connection):
        assert run(f"UPDATE {VERSION} SET note = 'moved over' WHERE id = %s", version.pk) == 1
    with pytest.raises(IntegrityError):
        run(f"UPDATE {VERSION} SET note = 'changed' WHERE id = %s", version.pk)
