from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring database, demo data and static files up to date in one go: what `make run` does before it serves."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--households", type=int, default=2000, help="demo households for an empty database")

    def handle(self, *args, households: int, **options) -> None:
        call_command("migrate", verbosity=0)
        first_time = not (settings.VAR_DIR / "demo-accounts.txt").exists()
        if first_time:
            self.stdout.write("Fupin: making the demo's data …")
        call_command("seed_demo", households=households, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
