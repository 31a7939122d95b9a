import json
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from eligibility.choices import Subject
from eligibility.explanation import as_json, households, villages
from eligibility.explanation.basis import Basis, version_named
from eligibility.explanation.comparison import compare
from eligibility.models import Recalculation
from households.models import Household
from villages.models import Village


class Command(BaseCommand):
    help = (
        "Say as JSON what a standard makes of a household or a village as it is kept now, or what a run found of it, "
        "why, and what would change it."
    )

    def add_arguments(self, parser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("number", nargs="?", help="household number")
        what.add_argument("--village", metavar="CODE", help="a village in the place of a household")
        by = parser.add_mutually_exclusive_group(required=True)
        by.add_argument("--standard", help="code of a standard in force, or CODE@NUMBER of a version")
        by.add_argument("--run", type=UUID, metavar="ID", help="what this recalculation or simulation found")
        parser.add_argument("--date", type=_date, help="another reference date, YYYY-MM-DD")
        parser.add_argument("--year", type=int, help="another income year; by default it moves with the date")
        parser.add_argument(
            "--compare", metavar="STANDARD", help="for a household, a second standard or version beside the first"
        )
        parser.add_argument("--compare-date", type=_date, help="its reference date; alone, of the same standard")
        parser.add_argument("--compare-year", type=int, help="its income year; alone, of the same standard")

    def handle(self, *args, number: str | None, village: str | None, **options) -> None:
        beside = {name: options[name] for name in ("compare", "compare_date", "compare_year")}
        is_compared = any(value is not None for value in beside.values())
        is_moved = options["date"] is not None or options["year"] is not None
        if options["run"] and (is_compared or is_moved):
            raise CommandError("A run has its own date and year, and is compared with nothing.")
        if village and is_compared:
            raise CommandError("Only households are compared.")
        said = (
            _of_village(village, options) if village else _of_household(number, options, beside if is_compared else {})
        )
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))


def _of_household(number: str, options: dict, beside: dict) -> dict:
    household = Household.objects.filter(number=number).first()
    if household is None:
        raise CommandError(f"There is no household with the number {number}.")
    if options["run"]:
        explained = households.explain_run(household, _run(options["run"], Subject.HOUSEHOLD))
        return as_json.household_json(_found(explained))
    basis = _basis(options["standard"], options["date"], options["year"])
    if beside:
        named = beside["compare"] or options["standard"]
        second = _basis(named, beside["compare_date"], beside["compare_year"])
        return as_json.comparison_json(compare(household, basis, second))
    return as_json.household_json(households.explain_today(household, basis.version, basis.terms))


def _of_village(code: str, options: dict) -> dict:
    village = Village.objects.filter(pk=code).first()
    if village is None:
        raise CommandError(f"There is no village with the code {code}.")
    if options["run"]:
        return as_json.village_json(_found(villages.explain_run(village, _run(options["run"], Subject.VILLAGE))))
    basis = _basis(options["standard"], options["date"], options["year"], Subject.VILLAGE)
    return as_json.village_json(villages.explain_today(village, basis.version, basis.terms))


def _run(key: UUID, subject: Subject) -> Recalculation:
    runs = Recalculation.objects.select_related("job", "version__standard")
    run = runs.filter(pk=key, version__standard__subject=subject).first()
    if run is None:
        raise CommandError(f"There is no run {key} over {subject.label}.")
    return run


def _found(explained):
    if explained is None:
        raise CommandError("The run has no result of it.")
    return explained


def _date(text: str) -> date:
    """A date as it is typed.

    Raises:
        ValueError: it is none; argparse says so.
    """
    day = parse_date(text)
    if day is None:
        raise ValueError(text)
    return day


def _basis(standard: str, day: date | None, year: int | None, subject: Subject = Subject.HOUSEHOLD) -> Basis:
    try:
        return Basis.of(version_named(standard, subject), day, year)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
