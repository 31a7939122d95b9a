from decimal import Decimal

from django.db import migrations, models
from django.db.models import F


def keep_the_lines_tried(apps, schema_editor):
    """A simulation from before tried no more than another line."""
    Recalculation = apps.get_model("eligibility", "Recalculation")
    for run in Recalculation.objects.filter(is_simulation=True).exclude(line=F("version__line")):
        run.changes = {"line": str(Decimal(run.line).quantize(Decimal("0.01")))}
        run.save(update_fields=["changes"])


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0002_claimed_chunks"),
    ]

    operations = [
        migrations.AddField(
            model_name="recalculation",
            name="changes",
            field=models.JSONField(
                default=dict,
                help_text="What a simulation tries in the place of the version's terms.",
                verbose_name="changed terms",
            ),
        ),
        migrations.RunPython(keep_the_lines_tried, migrations.RunPython.noop),
    ]
