"""Load the catalogue of measures that Fupin ships with."""

from django.core.management.base import BaseCommand

from assistance.services import load_catalogue


class Command(BaseCommand):
    help = "Add the measures of the shipped catalogue that are missing; existing ones stay as they are."

    def handle(self, *args, **options) -> None:
        loaded = load_catalogue()
        self.stdout.write(f"{loaded.created} measures added, {loaded.kept} were there already.")
