"""Rows written in bulk: COPY on PostgreSQL, one prepared INSERT elsewhere. Neither models nor history are made.

A million households cannot afford a model instance a row; what the columns hold is prepared here, once a column.
"""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection, models

from fupin.clock import database_now
from fupin.encryption import EncryptedTextField, encrypt

BATCH = 5_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def reserve(model: type[models.Model], count: int) -> int:
    """Reserve `count` keys of a model for rows to be written, and return the first of them."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(s, nextval(s) + %s) FROM (SELECT pg_get_serial_sequence(%s, %s) AS s) AS found",
                [count, table, key],
            )
            return cursor.fetchone()[0] - count
        cursor.execute(f'SELECT coalesce(max("{key}"), 0) + 1 FROM "{table}"')
        return cursor.fetchone()[0]


def write(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Write rows of values in the order of `names` (attribute names); other columns get their field's default.

    Amounts are given as whole fen, dates as dates, JSON as lists, what is encrypted as plain text.
    """
    fields = [model._meta.get_field(name) for name in names]
    rest = [field for field in model._meta.concrete_fields if field not in fields and not _is_own_key(field)]
    constants = tuple(_default(field) for field in rest)
    prepare = [(position, how) for position, field in enumerate(fields) if (how := _preparation(field))]
    columns = [field.column for field in (*fields, *rest)]
    put = _copy if connection.vendor == "postgresql" else _insert
    batch: list[list] = []
    for row in rows:
        values = list(row)
        for position, how in prepare:
            if values[position] is not None:
                values[position] = how(values[position])
        batch.append(values)
        if len(batch) == BATCH:
            put(model, columns, batch, constants)
            batch = []
    if batch:
        put(model, columns, batch, constants)


def _is_own_key(field: models.Field) -> bool:
    return field.primary_key and isinstance(field, models.AutoField | models.BigAutoField)


def _default(field: models.Field):
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return field.get_db_prep_save(database_now(), connection)
    value = field.get_default()
    if isinstance(field, models.JSONField):
        return json.dumps(value)
    return field.get_db_prep_save(value, connection)


def _preparation(field: models.Field) -> Callable | None:
    if isinstance(field, EncryptedTextField):
        return encrypt
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, ensure_ascii=False)
    if isinstance(field, models.DateTimeField):
        return lambda value: field.get_db_prep_save(value, connection)
    if isinstance(field, models.DateField):
        return date.isoformat
    if isinstance(field, models.UUIDField):
        return lambda value: field.get_db_prep_save(value, connection)
    if isinstance(field, models.DecimalField):
        return str
    return None


def _insert(model, columns: list[str], rows: list[list], constants: tuple) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(*row, *constants) for row in rows])


def _copy(model, columns: list[str], rows: list[list], constants: tuple) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    lines = io.StringIO()
    end = "".join(f"\t{_as_copied(value)}" for value in constants) + "\n"
    for row in rows:
        lines.write("\t".join(map(_as_copied, row)))
        lines.write(end)
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', lines)


def _as_copied(value) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex if isinstance(value, UUID) else str(value)
