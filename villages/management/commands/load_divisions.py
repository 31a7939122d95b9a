from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from villages.loading import WUJIN, load_divisions


class Command(BaseCommand):
    help = "Load divisions (district, townships, villages) from a CSV file; loading twice changes nothing."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, nargs="?", default=WUJIN, help="by default the divisions of Wujin")

    def handle(self, *args, file: Path, **options) -> None:
        try:
            loaded = load_divisions(file)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Divisions: {loaded.made} made, {loaded.changed} changed, {loaded.unchanged} unchanged.")
