"""Indexes that a migration makes or removes while people go on working: PostgreSQL does it without a lock.

The migration that does it is not atomic. Other databases do it at once.
"""

from django.contrib.postgres import operations
from django.db.migrations import AddIndex, RemoveIndex


def _on(schema_editor, concurrent: type, plain: type) -> type:
    return concurrent if schema_editor.connection.vendor == "postgresql" else plain


class AddIndexConcurrently(operations.AddIndexConcurrently):
    """Add an index."""

    def database_forwards(self, app_label, schema_editor, *states):
        operation = _on(schema_editor, operations.AddIndexConcurrently, AddIndex)
        operation.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label, schema_editor, *states):
        operation = _on(schema_editor, operations.AddIndexConcurrently, AddIndex)
        operation.database_backwards(self, app_label, schema_editor, *states)


class RemoveIndexConcurrently(operations.RemoveIndexConcurrently):
    """Remove an index."""

    def database_forwards(self, app_label, schema_editor, *states):
        operation = _on(schema_editor, operations.RemoveIndexConcurrently, RemoveIndex)
        operation.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label, schema_editor, *states):
        operation = _on(schema_editor, operations.RemoveIndexConcurrently, RemoveIndex)
        operation.database_backwards(self, app_label, schema_editor, *states)
