from django.db import migrations, models
from django.db.models import F, Max, Value
from django.db.models.functions import StrIndex, Substr

HOUSEHOLDS_A_STEP = 10_000


def part_spelling_and_initials(apps, schema_editor):
    """'zhangsan zs' becomes 'zhangsan' and 'zs', some thousand households at a time."""
    households = apps.get_model("households", "Household").objects.using(schema_editor.connection.alias)
    last = households.aggregate(last=Max("pk"))["last"] or 0
    blank = StrIndex("head_pinyin", Value(" "))
    for first in range(1, last + 1, HOUSEHOLDS_A_STEP):
        step = households.filter(pk__range=(first, first + HOUSEHOLDS_A_STEP - 1), head_pinyin__contains=" ")
        step.update(head_initials=Substr(F("head_pinyin"), blank + 1), head_pinyin=Substr(F("head_pinyin"), 1, blank - 1))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("households", "0003_head_pinyin")]

    operations = [
        migrations.AddField(
            model_name="household",
            name="head_initials",
            field=models.CharField(blank=True, default="", editable=False, max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="historicalhousehold",
            name="head_initials",
            field=models.CharField(blank=True, default="", editable=False, max_length=60),
            preserve_default=False,
        ),
        migrations.RunPython(part_spelling_and_initials, migrations.RunPython.noop, elidable=True),
    ]
