from datetime import date

from chinese_calendar import constants
from django.db import migrations
from django.db.models.functions import TruncDate

FIRST = date(2015, 1, 1)


def fill(apps, schema_editor):
    """Enter the published days off and make-up workdays; from here on the table is the truth."""
    Holiday = apps.get_model("casework", "Holiday")
    days = [(day, name, False) for day, name in constants.holidays.items()]
    days += [(day, name, True) for day, name in constants.workdays.items()]
    Holiday.objects.bulk_create(
        (
            Holiday(day=day, name=constants.Holiday(name).chinese, is_workday=is_workday)
            for day, name, is_workday in days
            if day >= FIRST
        ),
        ignore_conflicts=True,
    )


def date_stages(apps, schema_editor):
    """The cases that exist were decided on the day they were opened."""
    apps.get_model("casework", "Case").objects.update(stage_since=TruncDate("opened_at"))


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_procedures")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(date_stages, migrations.RunPython.noop),
    ]
