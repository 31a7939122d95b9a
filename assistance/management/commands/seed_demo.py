import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assistance.demo import AlreadySeeded, seed
from assistance.demo.accounts import ACCOUNTS, PASSWORD
from eligibility.recalculation import AlreadyRunning


class Command(BaseCommand):
    help = "Fill an empty installation with an invented district: the same seed gives the same data."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--households", type=int, default=2000, help="how many households (default 2000)")
        parser.add_argument("--seed", type=int, default=1, help="what the data are drawn from (default 1)")
        parser.add_argument("--add", action="store_true", help="write more households beside those that are there")
        parser.add_argument(
            "--force-demo", action="store_true", help="make demo accounts with a known password even in production"
        )

    def handle(self, *args, households: int, **options) -> None:
        if households < 0:
            raise CommandError("--households cannot be negative.")
        if settings.PRODUCTION and not options["force_demo"]:
            raise CommandError("Demo accounts have a known password: refused in production without --force-demo.")
        self._began = time.monotonic()
        try:
            seeded = seed(households, options["seed"], add=options["add"], tell=self._tell)
        except AlreadySeeded:
            if options["verbosity"]:
                self.stdout.write("There are data already; nothing was changed. (--add writes more.)")
            return
        except AlreadyRunning as error:
            raise CommandError("A recalculation is running; try again when it has ended.") from error
        self.stdout.write(
            f"{seeded.households} households, {seeded.registered} of them on the register, {seeded.eligible} eligible; "
            f"{seeded.villages_decided} villages decided upon."
        )
        lines = [f"  {account.username:<10} {PASSWORD}  {account.what}\n" for account in ACCOUNTS]
        (settings.VAR_DIR / "demo-accounts.txt").write_text("".join(lines), encoding="utf-8")
        if options["verbosity"]:
            self.stdout.write("".join(lines))

    def _tell(self, line: str) -> None:
        self.stdout.write(f"{time.monotonic() - self._began:7.1f} s  {line}")
        self.stdout.flush()
