"""Leave room on each page of the determinations for the mark that a row is no longer current."""

from django.db import migrations


def leave_room(apps, schema_editor):
    """A row whose mark changes then stays on its page, and the log takes the mark alone instead of the row."""
    _set(schema_editor, "SET (fillfactor = 90)")


def fill_up(apps, schema_editor):
    _set(schema_editor, "RESET (fillfactor)")


def _set(schema_editor, setting):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE eligibility_determination {setting}")


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0012_counts_by_township")]

    operations = [migrations.RunPython(leave_room, fill_up)]
