"""Indexes that a migration makes or removes while people go on working: PostgreSQL does it without a lock.

The migration that does it is not atomic. Other databases do it at once.
"""

from django.contrib.postgres import operations
from django.db.migrations import AddIndex, RemoveIndex


class _AsTheDatabaseCan:
    """Does the work of one of two operations: `concurrent` on PostgreSQL, `plain` elsewhere."""

    concurrent: type
    plain: type

    def database_forwards(self, app_label, schema_editor, *states):
        self._operation(schema_editor).database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label, schema_editor, *states):
        self._operation(schema_editor).database_backwards(self, app_label, schema_editor, *states)

    def _operation(self, schema_editor) -> type:
        return self.concurrent if schema_editor.connection.vendor == "postgresql" else self.plain


class AddIndexConcurrently(_AsTheDatabaseCan, operations.AddIndexConcurrently):
    """Add an index."""

    concurrent, plain = operations.AddIndexConcurrently, AddIndex


class RemoveIndexConcurrently(_AsTheDatabaseCan, operations.RemoveIndexConcurrently):
    """Remove an index."""

    concurrent, plain = operations.RemoveIndexConcurrently, RemoveIndex
