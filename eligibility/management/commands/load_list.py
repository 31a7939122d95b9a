import time
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from eligibility.choices import ListSource, ListState
from eligibility.comparison import lists
from eligibility.comparison.models import ComparedList
from eligibility.comparison.reading import FIELDS
from fupin import jobs
from fupin.models import Job
from villages.models import Division

PIECE = 1 << 20
LISTED = 20


class Command(BaseCommand):
    help = "Compare a list of another department with the register. The list is not kept; hits become doubts."

    def add_arguments(self, parser) -> None:
        parser.add_argument("source", choices=ListSource.values)
        parser.add_argument("file", metavar="FILE.xlsx|FILE.csv")
        parser.add_argument("--date", required=True, type=date.fromisoformat, help="whose state the list shows")
        parser.add_argument("--actor", required=True, metavar="USERNAME", help="in whose name")
        parser.add_argument("--authority", required=True, help="the department that gave the list")
        parser.add_argument("--division", metavar="CODE", help="compared area (default: the person's)")
        parser.add_argument("--complete", action="store_true", help="the list names everybody of the area")
        parser.add_argument("--sheet", help="of a workbook (default: the first with headings)")
        parser.add_argument(
            "--column", action="append", default=[], metavar="FIELD=HEADING",
            help=f"what a column holds ({', '.join(FIELDS)}); detail may be given more than once",
        )  # fmt: skip

    def handle(self, *args, source: str, file: str, **options) -> None:
        actor = User.objects.filter(username=options["actor"], is_active=True).first()
        if actor is None or not actor.has_perm("eligibility.load_lists"):
            raise CommandError("There is no such account that may load lists.")
        division = Division.objects.visible_to(actor).filter(pk=options["division"] or actor.jurisdiction).first()
        if division is None:
            raise CommandError("There is no such division in the area of this account.")
        try:
            listing = self._receive(actor, source, Path(file), division, options)
            listing = self._finish(listing)
            if listing.state == ListState.MAPPING:
                self._match(actor, listing, options)
                listing = self._finish(listing)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        if listing.state != ListState.DONE:
            if listing.state == ListState.MAPPING:
                lists.discard(actor, listing)
            raise CommandError(listing.refusal or "The comparison came to nothing.")
        self._tell(listing)

    def _receive(self, actor, source: str, path: Path, division: Division, options: dict) -> ComparedList:
        try:
            with path.open("rb") as opened:
                return lists.receive(
                    actor,
                    iter(lambda: opened.read(PIECE), b""),
                    path.name,
                    source=source,
                    authority=options["authority"],
                    list_date=options["date"],
                    division=division,
                    is_complete=options["complete"],
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error

    def _match(self, actor, listing: ComparedList, options: dict) -> None:
        looks = lists.looks_of(listing)
        sheet = next((one for one in looks if one.sheet == options["sheet"]), looks[0])
        columns = _columns(options["column"]) or lists.proposed_columns(listing, sheet)
        self.stdout.write("; ".join(f"{name}: {heading}" for name, heading in columns.items()))
        lists.start_matching(actor, listing, sheet.sheet, columns)

    def _finish(self, listing: ComparedList) -> ComparedList:
        """Run the list's job here, or wait for the worker that has it."""
        listing.refresh_from_db()
        jobs.run(listing.job_id)
        while not Job.objects.get(pk=listing.job_id).is_finished:
            time.sleep(0.5)
        return ComparedList.objects.select_related("job").get(pk=listing.pk)

    def _tell(self, listing: ComparedList) -> None:
        for fault in lists.faults_of(listing)[:LISTED]:
            kind = "hint" if fault.is_warning else "error"
            self.stderr.write(f"{kind}: row {fault.row} {fault.column}: {fault.message}")
        left_out = sum(listing.counts.pop("left_out", {}).values())
        told = ", ".join(f"{count} {name}" for name, count in listing.counts.items())
        self.stdout.write(f"{told}; {left_out} households left out for want of an authorisation")


def _columns(pairs: list[str]) -> dict:
    columns: dict = {}
    for pair in pairs:
        name, _equals, heading = pair.partition("=")
        if name not in FIELDS or not heading:
            raise CommandError(f"--column takes FIELD=HEADING, with a field of {', '.join(FIELDS)}.")
        if name == "detail":
            columns.setdefault(name, []).append(heading)
        else:
            columns[name] = heading
    return columns
