"""What is wrong with a workbook: of the file as a whole, or cell by cell."""

from dataclasses import dataclass

from households.choices import Severity
from households.imports.columns import SHEETS

MOST_LISTED = 500
SHEET_ORDER = [sheet.name for sheet in SHEETS]


class Refused(Exception):
    """The file cannot be read as a workbook of households at all; the message says why and what to do."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message, self.code = str(message), code


@dataclass(frozen=True)
class Fault:
    """Something wrong with a cell: where (rows as Excel shows them), what stands there, what would be right.

    `rule` is the number of the logic rule that found it.
    """

    sheet: str
    row: int
    column: str
    value: str
    message: str
    wanted: str = ""
    is_warning: bool = False
    rule: str = ""

    @property
    def weight(self) -> str:
        """What a logic rule warns of is a doubt; other warnings are hints."""
        if not self.is_warning:
            return str(Severity.ERROR.label)
        return str((Severity.DOUBT if self.rule else Severity.HINT).label)


class Faults:
    """Faults as they are found: all are counted, the first 500 are kept for the list."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.errors = 0
        self.warnings = 0

    def add(self, fault: Fault) -> None:
        if fault.is_warning:
            self.warnings += 1
        else:
            self.errors += 1
        if len(self.kept) < MOST_LISTED:
            self.kept.append(fault)
        elif not fault.is_warning:
            self._make_room(fault)

    def _make_room(self, fault: Fault) -> None:
        """An error takes the place of a kept warning: what hinders the import is listed first."""
        for position in range(len(self.kept) - 1, -1, -1):
            if self.kept[position].is_warning:
                self.kept[position] = fault
                return

    def listed(self) -> list[Fault]:
        """The kept faults, errors before warnings, in the order of the workbook."""
        return sorted(self.kept, key=lambda fault: (fault.is_warning, SHEET_ORDER.index(fault.sheet), fault.row))
