"""A chunk may hold several townships: its counts are kept by township."""

from collections import Counter

from django.db import migrations, models


def by_township(apps, schema_editor):
    """Until now a chunk of households lay within one township."""
    _change(apps, schema_editor, lambda chunk: {chunk.first_village[:9]: chunk.counts})


def in_all(apps, schema_editor):
    _change(apps, schema_editor, lambda chunk: dict(sum(map(Counter, chunk.counts.values()), Counter())))


def _change(apps, schema_editor, counts_of):
    chunks = apps.get_model("eligibility", "RecalculationChunk").objects.using(schema_editor.connection.alias)
    rows = chunks.exclude(counts={}).only("first_village", "counts").order_by("pk")
    batch = []
    for chunk in rows.iterator(chunk_size=1000):
        chunk.counts = counts_of(chunk)
        batch.append(chunk)
        if len(batch) == 1000:
            chunks.bulk_update(batch, ["counts"])
            batch = []
    chunks.bulk_update(batch, ["counts"])


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0011_chunks_in_order_of_their_run")]

    operations = [
        migrations.AlterField(
            model_name="recalculationchunk",
            name="counts",
            field=models.JSONField(default=dict, help_text="By township, once it is done."),
        ),
        migrations.RunPython(by_township, in_all),
    ]
