from django.db import migrations

from eligibility import frozen


def freeze(apps, schema_editor):
    frozen.freeze(schema_editor.connection)


def thaw(apps, schema_editor):
    frozen.thaw(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0006_monitoring"),
    ]

    operations = [migrations.RunPython(freeze, thaw)]
