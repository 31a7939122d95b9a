from collections.abc import Iterator

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from fupin.encryption import EncryptedTextField

BATCH = 200


class Command(BaseCommand):
    help = "Write everything that is encrypted anew with the first of FUPIN_ENCRYPTION_KEYS; the others may go then."

    def handle(self, *args, **options) -> None:
        for model, names in encrypted_fields():
            self.stdout.write(f"{model._meta.label}: {rewrite(model, names)} rows")


def encrypted_fields() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every model, histories too, that keeps something encrypted, with the names of those fields."""
    for model in apps.get_models():
        names = [field.name for field in model._meta.local_concrete_fields if isinstance(field, EncryptedTextField)]
        if names:
            yield model, names


def rewrite(model: type[models.Model], names: list[str]) -> int:
    """Write the fields of all rows anew, in small transactions; can be repeated after a stop. Returns how many rows."""
    rewritten, last = 0, None
    while True:
        with transaction.atomic():
            rows = model._base_manager.order_by("pk").select_for_update(of=("self",)).only("pk", *names)
            batch = list(rows[:BATCH] if last is None else rows.filter(pk__gt=last)[:BATCH])
            if not batch:
                return rewritten
            model._base_manager.bulk_update(batch, names)
        rewritten, last = rewritten + len(batch), batch[-1].pk
