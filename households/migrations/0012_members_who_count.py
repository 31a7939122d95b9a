"""Let whoever counts a household's members read them from an index alone."""

from django.db import migrations, models

from fupin.indexes import AddIndexConcurrently

COUNTED_BY = ["born_on", "joined_on", "left_on", "is_registered_resident", "is_living_together"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("households", "0011_indexes_covered_by_others")]

    operations = [
        AddIndexConcurrently(
            "member", models.Index(fields=["household"], include=COUNTED_BY, name="member_household_counted")
        )
    ]
