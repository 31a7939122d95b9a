"""What is wrong with the households of a file: by the rules, within the file, and against the register."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from fupin.encryption import blind_index
from households.checks.finding import circumstances
from households.choices import HouseholdStatus, Relationship, Severity
from households.imports.faults import Faults
from households.imports.merging import Merged
from households.imports.parsing import Parsed, Row, carried, fault_of
from households.models import Household, Member
from households.rules import Problem, problems_of
from villages.models import Village

WHOLE_HOUSEHOLD = {"members": "number"}


class Checker:
    """Checks the households of one file for one person; what is wrong goes to `faults`."""

    def __init__(self, actor: User, faults: Faults) -> None:
        self.actor, self.faults = actor, faults
        self.today = timezone.localdate()
        self.circumstances = circumstances(self.today)
        self.may_carry_over = actor.has_perm("households.carry_over")
        self.villages = set(Village.objects.visible_to(actor).valid_on(self.today).values_list("pk", flat=True))

    def check_file(self, households: list[Parsed]) -> None:
        """What shows only when the whole file is seen: a person who stands in it twice."""
        first_row: dict[str, Row] = {}
        for parsed in households:
            for row in parsed.members:
                number = row.values.get("id_number")
                if not number or "left_on" in row.values:
                    continue
                known = first_row.setdefault(number, row)
                if known is not row:
                    message = _("This ID number stands in row %(row)d already.") % {"row": known.number}
                    self.faults.add(fault_of(row, "id_number", message, _("Each person once")))

    def check_chunk(self, chunk: list[Merged]) -> None:
        """What is wrong with some households, by the rules and by what the register holds of others."""
        for merged in chunk:
            self._check_place(merged)
            self._check_head(merged)
            self._check_carried(merged)
            for problem in problems_of(merged.entry, self.circumstances):
                # Hints would bury what is to be done; they stand in the data checks afterwards.
                if problem.severity != Severity.HINT:
                    self._add(merged, problem)
        self._check_taken(chunk)

    def _add(self, merged: Merged, problem: Problem) -> None:
        """A rule's problem as a fault of the cell that it speaks of; of the household's row if the file lacks it."""
        path, _dot, field = problem.path.rpartition(".")
        if path == "" and field in WHOLE_HOUSEHOLD:
            field = WHOLE_HOUSEHOLD[field]
        row = merged.rows.get(path)
        if row is None:
            row, field = merged.rows[""], "number"
        if problem.code == "required" and _is_faulty_already(row, field):
            return
        is_warning = not problem.is_error
        self.faults.add(fault_of(row, field, problem.message, problem.wanted, is_warning=is_warning, rule=problem.rule))

    def _check_place(self, merged: Merged) -> None:
        """The village must exist in the person's area, and a known number must belong to a household there."""
        row, village = merged.rows[""], merged.parsed.household.values.get("village")
        if village and village not in self.villages:
            message = _("There is no such village in your area.")
            self.faults.add(fault_of(row, "village", message, _("The 12-digit code of a village")))
        if merged.kept is None or not village:
            return
        household = merged.kept.household
        if household.village_id not in self.villages:
            message = _("This household number is already in use elsewhere.")
            self.faults.add(fault_of(row, "number", message, _("Another number")))
        elif household.village_id != village:
            message = _("The household belongs to village %(village)s; an import does not move it.")
            self.faults.add(fault_of(row, "village", message % {"village": household.village_id}, household.village_id))

    def _check_head(self, merged: Merged) -> None:
        """Name and ID number in 户信息 are those of the head in 家庭成员."""
        heads = [
            row
            for row in merged.parsed.members
            if row.values.get("relationship") == Relationship.HEAD and "left_on" not in row.values
        ]
        row = merged.parsed.household
        if len(heads) != 1:
            message = _("The household must have exactly one head in 家庭成员; it has %(count)d.") % {
                "count": len(heads)
            }
            self.faults.add(fault_of(row, "number", message, _("Exactly one head")))
            return
        for own, theirs in (("head_name", "name"), ("head_id_number", "id_number")):
            mine, wanted = row.values.get(own), heads[0].values.get(theirs)
            if mine and wanted and mine != wanted:
                message = _("This does not agree with the head in 家庭成员, row %(row)d.") % {"row": heads[0].number}
                self.faults.add(fault_of(row, own, message, _("The same in both sheets")))

    def _check_carried(self, merged: Merged) -> None:
        row, told = merged.parsed.household, carried(merged.parsed.household)
        if told is None:
            return
        status, registered_on, document = told
        if not self.may_carry_over:
            message = _("Only district staff carry a status over; leave the three columns empty.")
            self.faults.add(fault_of(row, "status", message, _("Empty")))
        elif not status:
            self.faults.add(fault_of(row, "status", _("A date or document stands here without a status."), ""))
        elif registered_on is None or registered_on > self.today:
            message = _("The date of registration must be given and cannot lie in the future.")
            self.faults.add(fault_of(row, "registered_on", message, "2016-04-01"))
        elif merged.kept and _is_other_status(merged.kept.household, status, registered_on, document):
            message = _("The household already has a status; only a case changes it.")
            self.faults.add(fault_of(row, "status", message, merged.kept.household.get_status_display()))

    def _check_taken(self, chunk: Iterable[Merged]) -> None:
        """ID numbers that current members of other households have; one query for the chunk."""
        rows: dict[str, list[tuple[Merged, Row]]] = defaultdict(list)
        for merged in chunk:
            for row in merged.parsed.members:
                if "id_number" in row.values and "left_on" not in row.values:
                    rows[blind_index(row.values["id_number"])].append((merged, row))
        taken = Member.objects.current().filter(id_digest__in=list(rows))
        for digest, number, village in taken.values_list("id_digest", "household__number", "village_id"):
            message = _("This ID number already belongs to a member of another household.")
            if village in self.villages:
                message = _("This ID number already belongs to a member of household %(number)s.") % {"number": number}
            for merged, row in rows[digest]:
                if merged.parsed.number != number:
                    self.faults.add(fault_of(row, "id_number", message, _("Record the departure there first")))


def _is_faulty_already(row: Row, field: str) -> bool:
    """Whether reading the cell has told that something is wrong with it, or that it is missing."""
    column = row.sheet.column(field)
    return field not in row.values and column is not None and (column.required or bool(row.raw.get(field)))


def _is_other_status(household: Household, status: str, registered_on: date, document: str) -> bool:
    known = (household.status, household.registered_on, household.registration_document)
    return household.status != HouseholdStatus.UNREGISTERED and known != (status, registered_on, document)
