"""Give up the index of a member's household, which begins another index.

Altering the field would take along all indexes of its column alone, and with them the constraint of one head.
"""

from django.db import migrations, models
from django.db.models import PROTECT

TABLE, COLUMN = "households_member", "household_id"


def give_up(apps, schema_editor):
    concurrently = "CONCURRENTLY " if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f'DROP INDEX {concurrently}IF EXISTS "{_name(schema_editor)}"')


def make_anew(apps, schema_editor):
    concurrently = "CONCURRENTLY " if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f'CREATE INDEX {concurrently}"{_name(schema_editor)}" ON "{TABLE}" ("{COLUMN}")')


def _name(schema_editor) -> str:
    """As Django names the index of a foreign key."""
    return schema_editor._create_index_name(TABLE, [COLUMN])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("households", "0012_members_who_count")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(give_up, make_anew)],
            state_operations=[
                migrations.AlterField(
                    "member",
                    "household",
                    models.ForeignKey(
                        "households.household",
                        PROTECT,
                        related_name="members",
                        db_index=False,
                        verbose_name="household",
                    ),
                )
            ],
        )
    ]
