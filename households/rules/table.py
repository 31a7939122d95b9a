"""What a rule is, and how the rules of a table are asked of an entry."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from fupin import identity
from households import choices as c
from households.choices import Severity
from households.rules.entry import FactEntry, HouseholdEntry, IncomeEntry, MemberEntry
from households.rules.limits import Limits

RANK = {Severity.ERROR: 0, Severity.DOUBT: 1, Severity.HINT: 2}


@dataclass(frozen=True)
class Circumstances:
    """What a rule knows beside the entry: the day, the limits, and of the register what concerns every household.

    Attributes:
        income_year: the year that the standard in force looks at; None where none is in force.
        gone_villages: codes of villages that no longer exist.
    """

    today: date
    limits: Limits = field(default_factory=Limits.in_force)
    income_year: int | None = None
    gone_villages: frozenset[str] = frozenset()


class Look:
    """An entry as the rules look at it, with what several of them ask worked out once."""

    def __init__(self, entry: HouseholdEntry, circumstances: Circumstances) -> None:
        self.entry, self.circumstances = entry, circumstances
        self.today, self.limits = circumstances.today, circumstances.limits
        self._id_faults: dict[int, ValidationError | None] = {}

    @cached_property
    def head(self) -> MemberEntry | None:
        return self.entry.head

    @cached_property
    def spouse(self) -> MemberEntry | None:
        """The head's spouse, while living in the household."""
        return next((member for member in self.present if member.relationship == c.Relationship.SPOUSE), None)

    @cached_property
    def present(self) -> list[MemberEntry]:
        """The members who have not left."""
        return [member for member in self.entry.members if member.left_on is None]

    @cached_property
    def illnesses(self) -> set[str]:
        """Health of the present members, taken together."""
        return {code for member in self.present for code in member.health}

    @cached_property
    def has_student(self) -> bool:
        return any(member.schooling not in ("", c.Schooling.NONE) for member in self.present)

    @cached_property
    def able_workers(self) -> int:
        """Present members of working age with ordinary or skilled labour."""
        return sum(
            member.labour in ABLE and (self.age(member) or 0) >= self.limits.working_age for member in self.present
        )

    @cached_property
    def latest_income(self) -> IncomeEntry | None:
        """The statement of the latest year."""
        return max((income for income in self.entry.incomes if income.year), key=lambda one: one.year, default=None)

    def age(self, member: MemberEntry) -> int | None:
        """Age today; None without a date of birth."""
        return member.age_on(self.today)

    def is_aged(self, member: MemberEntry, first: int, last: int = 999) -> bool:
        """Whether a present member is between two ages today, both counted."""
        if member.left_on is not None or member.born_on is None:
            return False
        return first <= member.age_on(self.today) <= last

    def id_fault(self, member: MemberEntry) -> ValidationError | None:
        """What is wrong with the member's ID number by itself; None where nothing is, or none is entered."""
        try:
            return self._id_faults[id(member)]
        except KeyError:
            fault = self._id_faults[id(member)] = _fault_of(member.id_number, self.today)
            return fault

    def number_of(self, member: MemberEntry) -> str:
        """The ID number normalised, where it is a correct one; otherwise nothing."""
        return identity.normalise(member.id_number) if member.id_number and self.id_fault(member) is None else ""

    def facts_during(self, year: int, kind: str) -> list[FactEntry]:
        """Facts of a kind, not found untrue, that held on some day of a year."""
        return [
            fact
            for fact in self.entry.facts
            if fact.kind == kind
            and fact.verification != c.Verification.FALSE
            and fact.fact_date is not None
            and fact.fact_date.year <= year
            and (fact.ended_on is None or fact.ended_on.year >= year)
        ]


ABLE = frozenset({c.LabourCapacity.ORDINARY, c.LabourCapacity.SKILLED})
_CORRECT_LENGTH = 18


def _fault_of(number: str, today: date) -> ValidationError | None:
    if not number:
        return None
    try:
        identity.validate(number, today)
    except ValidationError as error:
        return error
    return None


@dataclass(frozen=True)
class Rule:
    """One rule (reference §8.2, §8.3).

    Attributes:
        number: stable; never given to another rule.
        code: what programs call the fault.
        field: the field of the row that it points at.
        hits: whether the row breaks it; or, for a rule of several fields, which of them do.
        reads: further fields of the row that an explanation speaks of: when one of them changes, it is asked for anew.
        speaks_of: where the rule looks beyond the row, what else an explanation speaks of.
        wanted: what would be right, for reports; a text, or made from the row.
        tell: makes the message where it names something of the row.
        version: raised when the rule changes its meaning; explanations of the version before no longer hold.
    """

    number: str
    code: str
    severity: Severity
    field: str
    message: str
    hits: Callable[[Any, Look], bool | Iterable[str]]
    reads: tuple[str, ...] = ()
    speaks_of: Callable[[Any, Look], Any] | None = None
    wanted: Any = ""
    tell: Callable[[Any, Look], str] | None = None
    version: int = 1

    def problem(self, row, look: Look, prefix: str, name: str) -> "Problem":
        """What the rule says of a row; `prefix` is the row's place in the entry, `name` the field."""
        return Problem(
            path=f"{prefix}{name}",
            code=self.code,
            message=self.tell(row, look) if self.tell else self.says(look.limits),
            wanted=self.wanted(row, look) if callable(self.wanted) else self.wanted,
            severity=self.severity,
            rule=self.number,
            version=self.version,
            value=self._value(row, look, name),
        )

    def says(self, limits: Limits) -> str:
        """The message, with the limits that it names."""
        return str(self.message) % limits.words

    def _value(self, row, look: Look, name: str) -> tuple:
        beyond = (self.speaks_of(row, look),) if self.speaks_of else ()
        return (*(value_of(row, read) for read in (name, *self.reads)), *beyond)


def value_of(row, name: str):
    """A field's value of a row of the entry; the amounts of a year and living conditions are mappings."""
    if isinstance(row, dict):
        return row.get(name)
    if isinstance(row, IncomeEntry) and name != "year":
        return row.amounts.get(name)
    return getattr(row, name, None)


@dataclass(frozen=True)
class Problem:
    """Something wrong with an entry: where ("members.2.id_number"), what, and what would be right.

    `value` is what it speaks of: an explanation holds as long as that stays.
    """

    path: str
    code: str
    message: str
    wanted: str = ""
    severity: Severity = Severity.ERROR
    rule: str = ""
    version: int = 1
    value: tuple = ()

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR

    @property
    def is_doubt(self) -> bool:
        return self.severity == Severity.DOUBT

    @property
    def is_missing(self) -> bool:
        """Something that is not entered yet, rather than entered wrongly."""
        return self.code in {"required", "empty", "no_head"}


Rows = Callable[[HouseholdEntry], Iterable[tuple[str, Any]]]


def ask(rules: Iterable[Rule], rows: list[tuple[str, Any]], look: Look) -> Iterator[Problem]:
    """The problems that these rules find in these rows, given with the beginning of their paths."""
    for rule in rules:
        hits = rule.hits
        for prefix, row in rows:
            found = hits(row, look)
            if not found:
                continue
            for name in (rule.field,) if found is True else found:
                yield rule.problem(row, look, prefix, name)
