from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from fupin.scope import division_range
from households.checks.registry import known_rules
from households.checks.report import TooLarge, write_report
from households.checks.run import AlreadyRunning, start
from households.management.commands.import_households import finish
from households.models import Finding
from villages.models import Division


class Command(BaseCommand):
    help = "Ask the logic rules of the register; print what they find by rule and village. Ends with 1 if errors exist."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--division", metavar="CODE", help="of a district, township or village; default: all")
        parser.add_argument("--report", metavar="OUT.xlsx", help="write the list of findings")

    def handle(self, *args, division: str | None, report: str | None, **options) -> None:
        place = Division.objects.filter(pk=division or settings.DISTRICT_CODE).first()
        if place is None:
            raise CommandError(f"There is no division {division or settings.DISTRICT_CODE}.")
        self._check(place)
        found = Finding.objects.filter(division_range("village_id", place.pk))
        self._tell(found)
        if report:
            try:
                write_report(found, report)
            except (TooLarge, OSError) as error:
                raise CommandError(f"{report} cannot be written: {error}") from error
        errors = found.filter(severity="error").count()
        if errors:
            raise CommandError(f"{errors} errors.")

    def _check(self, place: Division) -> None:
        try:
            job = start(place, None)
        except AlreadyRunning as running:
            job = running.job
        finish(job)
        job.refresh_from_db()
        if job.state != "done":
            raise CommandError(f"The check was not completed ({job.state}).")
        self.stdout.write(f"{job.result['households']} households checked.")

    def _tell(self, found) -> None:
        """Counts by rule, then by village and rule."""
        rules = known_rules()
        for row in found.order_by("rule").values("rule", "severity").annotate(count=Count("pk")):
            message = rules[row["rule"]].says if row["rule"] in rules else ""
            self.stdout.write(f"{row['rule']}  {row['severity']:<5}  {row['count']:>8}  {message}")
        by_village = found.order_by("village_id", "rule").values("village_id", "village__name", "rule")
        for row in by_village.annotate(count=Count("pk")):
            self.stdout.write(f"{row['village_id']} {row['village__name']}  {row['rule']}  {row['count']}")
