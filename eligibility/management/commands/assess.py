import json
from datetime import date

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from eligibility.choices import Subject
from eligibility.explanation import as_json
from eligibility.explanation.basis import Basis, version_named
from eligibility.explanation.comparison import compare
from eligibility.explanation.households import explain_today
from households.models import Household


class Command(BaseCommand):
    help = "Say as JSON what a standard makes of a household as it is kept now, why, and what would change it."

    def add_arguments(self, parser) -> None:
        parser.add_argument("number", help="household number")
        parser.add_argument(
            "--standard", required=True, help="code of a standard for households in force, or CODE@NUMBER of a version"
        )
        parser.add_argument("--date", type=_date, help="another reference date, YYYY-MM-DD")
        parser.add_argument("--year", type=int, help="another income year; by default it moves with the date")
        parser.add_argument(
            "--compare", metavar="STANDARD", help="a second standard or version, to set beside the first"
        )
        parser.add_argument("--compare-date", type=_date, help="its reference date; alone, of the same standard")
        parser.add_argument("--compare-year", type=int, help="its income year; alone, of the same standard")

    def handle(self, *args, number: str, standard: str, **options) -> None:
        household = Household.objects.filter(number=number).first()
        if household is None:
            raise CommandError(f"There is no household with the number {number}.")
        first = _basis(standard, options["date"], options["year"])
        second = [options[name] for name in ("compare", "compare_date", "compare_year")]
        if any(value is not None for value in second):
            named, day, year = second
            said = as_json.comparison_json(compare(household, first, _basis(named or standard, day, year)))
        else:
            said = as_json.household_json(explain_today(household, first.version, first.terms))
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))


def _date(text: str) -> date:
    """A date as it is typed.

    Raises:
        ValueError: it is none; argparse says so.
    """
    day = parse_date(text)
    if day is None:
        raise ValueError(text)
    return day


def _basis(standard: str, day: date | None, year: int | None) -> Basis:
    try:
        return Basis.of(version_named(standard, Subject.HOUSEHOLD), day, year)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
