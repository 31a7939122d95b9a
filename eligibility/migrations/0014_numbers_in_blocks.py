"""Determinations get their numbers in blocks, so that workers who insert side by side write to different pages."""

from django.db import migrations


def in_blocks(apps, schema_editor):
    _set(schema_editor, 5000)


def one_by_one(apps, schema_editor):
    _set(schema_editor, 1)


def _set(schema_editor, cache: int) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in ("eligibility_determination", "eligibility_simulateddetermination"):
            schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN id SET CACHE {cache}")


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0013_room_for_the_mark")]

    operations = [migrations.RunPython(in_blocks, one_by_one)]
