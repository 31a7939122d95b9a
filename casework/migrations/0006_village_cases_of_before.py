"""Cases of villages of before say upon which result they decided, where their event said it."""

from django.db import migrations


def name_results(apps, schema_editor):
    Case = apps.get_model("casework", "Case")
    CaseEvent = apps.get_model("casework", "CaseEvent")
    known = set(apps.get_model("eligibility", "VillageDetermination").objects.values_list("pk", flat=True))
    for event in CaseEvent.objects.filter(case__kind="village_confirmation", case__determination=None).order_by("pk"):
        result = event.details.get("determination")
        if result in known:
            known.discard(result)
            Case.objects.filter(pk=event.case_id).update(determination=result)


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_village_cases")]

    operations = [migrations.RunPython(name_results, migrations.RunPython.noop, elidable=True)]
