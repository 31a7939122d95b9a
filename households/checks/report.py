"""The list of findings as a workbook, written row by row."""

from django.db.models import QuerySet

from fupin.exports import as_xlsx
from households.resources import FindingResource

MOST_ROWS = 1_000_000


class TooLarge(Exception):
    """There are more findings than a sheet has rows."""


def write_report(findings: QuerySet, target: str) -> None:
    """Write the findings into a file.

    Raises:
        TooLarge: they do not fit into one sheet.
        OSError: the file cannot be written.
    """
    if findings.count() > MOST_ROWS:
        raise TooLarge("more than 1,000,000 findings; narrow it with --division")
    resource = FindingResource()
    rows = resource.filter_export(findings).order_by("village_id", "household_id", "rule", "pk")
    content = as_xlsx(resource.get_export_headers(), resource.rows(rows))
    with open(target, "wb") as file:
        file.write(content)
