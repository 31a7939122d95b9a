from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError


class Command(BaseCommand):
    help = "Bring database, demo data and static files up to date in one go: what `make run` does before it serves."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--households", type=int, default=2000, help="demo households for an empty database")

    def handle(self, *args, households: int, **options) -> None:
        if settings.PRODUCTION:
            raise CommandError("This makes a demo; in production, run migrate and collectstatic (docs/operations.md).")
        try:
            self._prepare(households)
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {str(error).splitlines()[0]}") from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped; the next start goes on from here.", returncode=130) from error

    def _prepare(self, households: int) -> None:
        call_command("migrate", verbosity=0)
        if not (settings.VAR_DIR / "demo-accounts.txt").exists():
            self.stdout.write("Fupin: making the demo's data …")
            self.stdout.flush()
        call_command("seed_demo", households=households, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
