from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError

from eligibility import standard_files, standards
from eligibility.documents import WrongDocument
from households.management.commands.import_households import find_actor


class Command(BaseCommand):
    help = "Keep what a YAML file says as a draft, which a second person approves. Ends with 1 if it is wrong."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", metavar="FILE.yaml")
        parser.add_argument("--check", action="store_true", help="only say whether it is right")
        parser.add_argument("--replace", action="store_true", help="put it in the place of the draft that there is")
        parser.add_argument("--actor", metavar="USERNAME", help="in whose name (default: the first of the district)")

    def handle(self, *args, file: str, check: bool, replace: bool, actor: str | None, **options) -> None:
        try:
            content = standard_files.read(standard_files.decoded(Path(file).read_bytes()))
            if check:
                self.stdout.write("Right.")
                return
            version = standards.import_content(content, find_actor(actor), replace_draft=replace)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except WrongDocument as wrong:
            for mistake in wrong.mistakes:
                self.stderr.write(f"{file}: {mistake}")
            raise CommandError(f"{len(wrong.mistakes)} mistakes; nothing was imported.") from wrong
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        except PermissionDenied as refusal:
            raise CommandError("This account may not edit standards.") from refusal
        self.stdout.write(f"Version {version.number} of {version.standard.code} is a draft now.")
