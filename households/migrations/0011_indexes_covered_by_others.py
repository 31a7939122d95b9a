"""Give up the indexes of an income's household and of its village, which begin other indexes."""

from django.db import migrations, models
from django.db.models import PROTECT


class Migration(migrations.Migration):
    dependencies = [("households", "0010_indexes_of_a_recalculation")]

    operations = [
        migrations.AlterField(
            "incomeyear",
            "household",
            models.ForeignKey(
                "households.household", PROTECT, related_name="incomes", db_index=False, verbose_name="household"
            ),
        ),
        migrations.AlterField(
            "incomeyear",
            "village",
            models.ForeignKey("villages.village", PROTECT, related_name="+", db_index=False, editable=False),
        ),
    ]
