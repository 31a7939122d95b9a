"""What was approved is frozen in the database itself: triggers refuse to change it, whoever asks and by whatever way.

| of an approved or superseded version | refused |
|---|---|
| the version | DELETE; UPDATE, but for approved → superseded with nothing else changed |
| its criteria | INSERT, UPDATE, DELETE, and moving one here from another version |
| its standard | UPDATE of code, title and subject |

SQLite loses the triggers of a table that a migration rebuilds, and names a version's columns one by one, so they are
made anew after every migration, and lifted before: `eligibility.apps`. Emptying the whole database (`flush`) is no
change to a standard; PostgreSQL truncates, for SQLite the command lifts the triggers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eligibility.models import Criterion, Standard, StandardVersion

STANDARDS, VERSIONS, CRITERIA = (model._meta.db_table for model in (Standard, StandardVersion, Criterion))
MESSAGE = "an approved standard never changes"
FROZEN = "('approved', 'superseded')"
SUPERSEDED = "OLD.state = 'approved' AND NEW.state = 'superseded'"
NAMES = ("standard_frozen", "standard_version_frozen", "criterion_frozen")


def freeze(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers, in the place of those that there are."""
    thaw(connection)
    statements = {"postgresql": _on_postgresql, "sqlite": _on_sqlite}[connection.vendor](connection)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def thaw(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away."""
    with connection.cursor() as cursor:
        for statement in {"postgresql": _off_postgresql, "sqlite": _off_sqlite}[connection.vendor](connection):
            cursor.execute(statement)


@contextmanager
def thawed(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without the triggers, in one transaction with their return."""
    with transaction.atomic(using=connection.alias):
        thaw(connection)
        yield
        freeze(connection)


# --- PostgreSQL -------------------------------------------------------------------------------------------------
def _on_postgresql(_connection) -> Iterator[str]:
    refuse = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'"
    bodies = {
        "standard_frozen": f"""
            IF EXISTS (SELECT 1 FROM "{VERSIONS}" WHERE standard_id = OLD.id AND state IN {FROZEN}) THEN
                {refuse};
            END IF;
            RETURN NEW;""",
        "standard_version_frozen": f"""
            IF OLD.state IN {FROZEN} AND (
                TG_OP = 'DELETE'
                OR NOT ({SUPERSEDED} AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state')
            ) THEN
                {refuse};
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;""",
        "criterion_frozen": f"""
            IF EXISTS (
                SELECT 1 FROM (
                    SELECT state FROM "{VERSIONS}" WHERE id IN (OLD.version_id, NEW.version_id) FOR SHARE
                ) versions WHERE state IN {FROZEN}
            ) THEN
                {refuse};
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;""",
    }
    for name, body in bodies.items():
        yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    events = {
        "standard_frozen": f'UPDATE OF code, title, subject ON "{STANDARDS}"',
        "standard_version_frozen": f'UPDATE OR DELETE ON "{VERSIONS}"',
        "criterion_frozen": f'INSERT OR UPDATE OR DELETE ON "{CRITERIA}"',
    }
    for name, event in events.items():
        yield f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()"


def _off_postgresql(_connection) -> Iterator[str]:
    for name in NAMES:
        yield f"DROP FUNCTION IF EXISTS {name}() CASCADE"


# --- SQLite -----------------------------------------------------------------------------------------------------
def _on_sqlite(connection) -> Iterator[str]:
    def of_version(row: str) -> str:
        return f'EXISTS (SELECT 1 FROM "{VERSIONS}" WHERE id = {row}.version_id AND state IN {FROZEN})'

    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, VERSIONS)]
    unchanged = " AND ".join(f'OLD."{name}" IS NEW."{name}"' for name in columns if name != "state")
    of_standard = f'EXISTS (SELECT 1 FROM "{VERSIONS}" WHERE standard_id = OLD.id AND state IN {FROZEN})'
    triggers = {
        "standard_frozen": (f'UPDATE OF code, title, subject ON "{STANDARDS}"', of_standard),
        "standard_version_frozen": (
            f'UPDATE ON "{VERSIONS}"',
            f"OLD.state IN {FROZEN} AND NOT ({SUPERSEDED} AND {unchanged})",
        ),
        "standard_version_frozen_delete": (f'DELETE ON "{VERSIONS}"', f"OLD.state IN {FROZEN}"),
        "criterion_frozen": (f'UPDATE ON "{CRITERIA}"', f"{of_version('OLD')} OR {of_version('NEW')}"),
        "criterion_frozen_insert": (f'INSERT ON "{CRITERIA}"', of_version("NEW")),
        "criterion_frozen_delete": (f'DELETE ON "{CRITERIA}"', of_version("OLD")),
    }
    for name, (event, condition) in triggers.items():
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )


def _off_sqlite(_connection) -> Iterator[str]:
    for name in NAMES:
        for event in ("", "_insert", "_delete"):
            yield f"DROP TRIGGER IF EXISTS {name}{event}"
