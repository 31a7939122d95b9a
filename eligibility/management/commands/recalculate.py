import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from eligibility import recalculation, scopes
from eligibility.choices import VersionState
from eligibility.models import Recalculation, StandardVersion
from fupin import jobs
from fupin.models import JobState
from fupin.money import to_yuan
from villages.models import Village

# How long a worker has to take the run before it is done in this process.
PATIENCE_SECONDS = 3


class Command(BaseCommand):
    help = "Recalculate a standard over a division; with --wait to its end, in this process if no worker takes it."

    def add_arguments(self, parser) -> None:
        parser.add_argument("standard", help="code of the standard")
        parser.add_argument("--division", default=settings.DISTRICT_CODE, help="division code (default: the district)")
        parser.add_argument("--villages", nargs="+", metavar="CODE", help="only these villages")
        parser.add_argument("--incremental", action="store_true", help="only what was touched since the last run")
        parser.add_argument("--line", help="with --simulate: try this line, in yuan")
        parser.add_argument("--simulate", action="store_true", help="keep the results apart; a draft may be tried")
        parser.add_argument("--wait", action="store_true", help="wait for the end and print counts and checksum")

    def handle(self, *args, standard: str, line: str | None, simulate: bool, incremental: bool, wait: bool, **options):
        version = self._version(standard, simulate)
        try:
            scope = self._scope(options["division"], options["villages"])
            changes = self._changes(line)
            run = recalculation.start(version, scope, None, changes=changes, simulate=simulate, incremental=incremental)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except recalculation.AlreadyRunning as error:
            raise CommandError(f"A run of this standard that overlaps is not finished: {error.run.pk}.") from error
        self.stdout.write(f"run: {run.pk}")
        if wait:
            self._wait(run)

    def _version(self, code: str, simulate: bool) -> StandardVersion:
        versions = StandardVersion.objects.filter(standard__code=code).select_related("standard")
        version = versions.filter(state=VersionState.APPROVED).first()
        if version is None and simulate:
            version = versions.order_by("-number").first()
        if version is None:
            raise CommandError(f"No approved standard has the code {code}.")
        return version

    def _scope(self, division: str, villages: list[str] | None) -> scopes.Scope:
        if not villages:
            return scopes.Scope(division)
        known = Village.objects.filter(pk__in=villages)
        if unknown := set(villages) - {village.pk for village in known}:
            raise CommandError(f"There is no village with this code: {', '.join(sorted(unknown))}.")
        return scopes.of_villages(known)

    def _changes(self, line: str | None) -> dict:
        return {} if line is None else {"line": to_yuan(line)}

    def _wait(self, run: Recalculation) -> None:
        began = time.monotonic()
        job = run.job
        while not job.is_finished:
            if job.state == JobState.QUEUED and time.monotonic() - began < PATIENCE_SECONDS:
                time.sleep(0.2)
            else:
                # Takes the job only if no worker has it, or its worker has gone silent.
                jobs.run(job.pk)
                time.sleep(0.2)
            job.refresh_from_db()
        run.refresh_from_db()
        if job.state != JobState.DONE:
            raise CommandError(f"The run ended as {job.state}. {job.error}".strip())
        for name in recalculation.part_of(run).COUNTS:
            self.stdout.write(f"{name}: {run.counts[name]}")
        self.stdout.write(f"checksum: {run.checksum}")
