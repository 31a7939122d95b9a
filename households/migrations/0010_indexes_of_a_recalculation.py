"""Let a recalculation find a village's incomes of one year, and those touched in some villages, by an index alone."""

from django.db import migrations, models

from fupin.indexes import AddIndexConcurrently, RemoveIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("households", "0009_findings")]

    operations = [
        AddIndexConcurrently("incomeyear", models.Index(fields=["village", "year"], name="income_village_year")),
        AddIndexConcurrently(
            "household", models.Index(fields=["touched_at", "village"], name="household_touched_village")
        ),
        RemoveIndexConcurrently("household", "household_touched"),
    ]
