"""Give up the index of a member's household, which begins another index."""

from django.db import migrations, models
from django.db.models import PROTECT


class Migration(migrations.Migration):
    dependencies = [("households", "0012_members_who_count")]

    operations = [
        migrations.AlterField(
            "member",
            "household",
            models.ForeignKey(
                "households.household", PROTECT, related_name="members", db_index=False, verbose_name="household"
            ),
        )
    ]
