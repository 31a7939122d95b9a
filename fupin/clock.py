"""Time as the database tells it, and up to when everything that was written can be seen.

Several web machines have several clocks, and a transaction is seen by others only when it commits, maybe minutes after
the time that it wrote down. Both would let a change slip between two runs that each ask 'what has changed since?'.
So what is asked for by time is stamped by the database's clock, and whoever asks remembers `seen_until()`.
"""

from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Func, Value
from django.utils import timezone

# What asks for changes since a moment goes back a little further, in case the database's own clock was put back.
OVERLAP = timedelta(minutes=1)
# Sessions of another database role hide when they began; what they have written is taken to be as old as this.
LONGEST_HIDDEN = timedelta(days=1)


class DatabaseNow(Func):
    """The moment of the statement, by the database's clock."""

    function = "STATEMENT_TIMESTAMP"
    arity = 0

    def __init__(self):
        super().__init__(output_field=models.DateTimeField())

    def as_sqlite(self, compiler, connection, **_context):
        """SQLite has no clock but that of its one machine."""
        return Value(timezone.now(), self.output_field).as_sql(compiler, connection)


class TouchedField(models.DateTimeField):
    """When a row was last saved, by the database's clock."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"auto_now": True})

    def deconstruct(self):
        """In the database it is a date and time as any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    def pre_save(self, instance, add):
        """The instance shows this machine's time until it is read again."""
        setattr(instance, self.attname, timezone.now())
        return DatabaseNow()


def database_now() -> datetime:
    """The present moment by the database's clock."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT STATEMENT_TIMESTAMP()")
        return cursor.fetchone()[0]


def seen_until() -> datetime:
    """A moment before which everything is seen by the statements that follow.

    What they do not see was written by a transaction that began, and so stamped its rows, at this moment or later:
    it is the beginning of the oldest transaction that is still writing. SQLite lets one write at a time: inside a
    transaction nobody else does.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT LEAST(STATEMENT_TIMESTAMP(), MIN(xact_start),
                         CASE WHEN bool_or(state IS NULL OR state = 'disabled')
                              THEN STATEMENT_TIMESTAMP() - %s END)
            FROM pg_stat_activity
            WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()
                  AND COALESCE(backend_type, 'client backend') = 'client backend'
            """,
            [LONGEST_HIDDEN],
        )
        return cursor.fetchone()[0]
