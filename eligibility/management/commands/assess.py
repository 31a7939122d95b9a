import json

from django.core.management.base import BaseCommand, CommandError

from eligibility.assessment import assess
from eligibility.choices import Subject
from eligibility.standards import version_in_force
from households.models import Household


class Command(BaseCommand):
    help = "Say as JSON what a standard makes of a household as it is kept now."

    def add_arguments(self, parser) -> None:
        parser.add_argument("number", help="household number")
        parser.add_argument("--standard", required=True, help="code of a standard for households")

    def handle(self, *args, number: str, standard: str, **options) -> None:
        version = version_in_force(standard, Subject.HOUSEHOLD)
        if version is None:
            raise CommandError(f"No standard for households is in force with the code {standard}.")
        household = Household.objects.filter(number=number).first()
        if household is None:
            raise CommandError(f"There is no household with the number {number}.")
        self.stdout.write(json.dumps(assess(household, version).as_json(), ensure_ascii=False, indent=2))
