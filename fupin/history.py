"""History of what is changed in sets: one INSERT … SELECT, where saving row by row would cost minutes."""

from collections.abc import Sequence

from django.db import connection, models
from django.utils import timezone


def record_history(model: type[models.Model], keys: Sequence, actor, *, kind: str = "~", reason: str = "") -> None:
    """Copy the rows with these keys, as they stand now, into the model's history.

    Call it in the transaction of the change, and with no more keys than one statement takes (some thousands).

    Args:
        kind: '+' for rows that are new, '~' for changed ones, '-' just before they are deleted.
        reason: why, in a few words.
    """
    if not keys:
        return
    tracked, own = model.history.model._meta, model._meta
    quote = connection.ops.quote_name
    columns = [field.column for field in tracked.concrete_fields if not field.name.startswith("history_")]
    event = {
        "history_date": timezone.now(),
        "history_change_reason": reason or None,
        "history_type": kind,
        "history_user": actor.pk,
    }
    fields = [tracked.get_field(name) for name in event]
    values = [field.get_db_prep_save(event[field.name], connection) for field in fields]
    target = ", ".join(quote(name) for name in [*columns, *(field.column for field in fields)])
    source = ", ".join([*map(quote, columns), *["%s"] * len(fields)])
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(tracked.db_table)} ({target}) SELECT {source} FROM {quote(own.db_table)} "
            f"WHERE {quote(own.pk.column)} IN ({marks})",
            [*values, *keys],
        )
