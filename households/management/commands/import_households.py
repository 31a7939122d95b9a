import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.choices import Role
from accounts.models import User
from fupin import jobs
from fupin.models import Job
from households.choices import ImportState
from households.imports import services
from households.imports.report import write_report
from households.models import ImportBatch

LISTED = 20


class Command(BaseCommand):
    help = "Check a workbook of households and, unless --dry-run, import it whole. Ends with 1 if anything is wrong."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", metavar="FILE.xlsx")
        parser.add_argument("--dry-run", action="store_true", help="check and count only")
        parser.add_argument("--report", metavar="OUT.xlsx", help="write the workbook with its faulty cells marked")
        parser.add_argument("--actor", metavar="USERNAME", help="in whose name (default: the first of the district)")

    def handle(self, *args, file: str, dry_run: bool, report: str | None, actor: str | None, **options) -> None:
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        batch = services.upload(content, Path(file).name, find_actor(actor))
        finish(batch.job)
        batch.refresh_from_db()
        self._tell(batch)
        if report and not batch.refusal:
            write_report(content, services.listed_faults(batch), report)
        if batch.state == ImportState.REFUSED:
            raise CommandError(batch.refusal or f"{batch.error_count} errors; nothing was imported.")
        if dry_run:
            services.discard(batch)
            return
        services.start_applying(batch, batch.actor)
        batch.refresh_from_db()
        finish(batch.applying_job)
        batch.refresh_from_db()
        if batch.state != ImportState.APPLIED:
            raise CommandError(batch.refusal or "The import was not completed; nothing was imported.")
        self.stdout.write("Imported.")

    def _tell(self, batch: ImportBatch) -> None:
        for fault in services.listed_faults(batch)[:LISTED]:
            kind = "hint" if fault.is_warning else "error"
            place = f"{fault.sheet} {fault.row} {fault.column}"
            self.stderr.write(f"{kind}: {place}: {fault.value!r}: {fault.message} ({fault.wanted})")
        for sheet, counts in batch.counts.items():
            numbers = ", ".join(f"{counts.get(name, 0)} {name}" for name in ("new", "changed", "unchanged"))
            self.stdout.write(f"{sheet}: {numbers}")


def find_actor(username: str | None) -> User:
    """The account in whose name the import is done.

    Raises:
        CommandError: there is no such account.
    """
    users = User.objects.filter(is_active=True)
    found = users.filter(username=username) if username else users.filter(role=Role.DISTRICT).order_by("pk")
    user = found.first()
    if user is None:
        raise CommandError("There is no such account; name one with --actor.")
    return user


def finish(job: Job) -> None:
    """Run the job here, or wait for the worker that has it."""
    jobs.run(job.pk)
    while not Job.objects.get(pk=job.pk).is_finished:
        time.sleep(0.5)
