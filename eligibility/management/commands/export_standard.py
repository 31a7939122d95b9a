from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from eligibility import standard_files
from eligibility.choices import VersionState
from eligibility.models import StandardVersion


class Command(BaseCommand):
    help = "Write a version of a standard as YAML: the one in force, or the newest where none is, or --number."

    def add_arguments(self, parser) -> None:
        parser.add_argument("standard", metavar="CODE")
        parser.add_argument("--number", type=int, metavar="N", help="which version")
        parser.add_argument("--output", metavar="FILE.yaml", help="where to (default: standard output)")

    def handle(self, *args, standard: str, number: int | None, output: str | None, **options) -> None:
        text = standard_files.write(self._version(standard, number))
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            Path(output).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error

    def _version(self, code: str, number: int | None) -> StandardVersion:
        versions = StandardVersion.objects.filter(standard__code=code).select_related("standard").order_by("-number")
        if number is not None:
            version = versions.filter(number=number).first()
        else:
            version = versions.filter(state=VersionState.APPROVED).first() or versions.first()
        if version is None:
            raise CommandError("There is no such standard, or no such version of it.")
        return version
