from django.core.management.base import BaseCommand

from households.imports.template import write_template


class Command(BaseCommand):
    help = "Write the empty workbook for the import of households."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", metavar="FILE.xlsx")

    def handle(self, *args, file: str, **options) -> None:
        write_template(file)
        self.stdout.write(file)
