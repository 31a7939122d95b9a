"""All rules by their numbers: those of an entry, and those that upper floors register of what they keep themselves.

Who helps a household and how its cases went is known above; the check of the register asks all rules in one go.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from households.choices import Severity
from households.rules import OF_THE_REGISTER, RULES, Limits


@dataclass(frozen=True)
class Found:
    """A household that breaks a process rule, and the value that an explanation speaks of."""

    household: int
    value: tuple = ()


@dataclass(frozen=True)
class ProcessRule:
    """A rule of an upper floor, asked of many households at once.

    Attributes:
        find: the households that break it, among those with these keys, on a day.
        link: the address where it is put right, by the household's number; '' where none is.
    """

    number: str
    severity: Severity
    message: str
    find: Callable[[list[int], date], Iterable[Found]]
    link: Callable[[str], str] = lambda number: ""
    version: int = 1


@dataclass(frozen=True)
class Known:
    """A rule as pages and files tell of it."""

    number: str
    severity: Severity
    message: str
    field: str

    @property
    def says(self) -> str:
        """The message in the language of the moment, with the limits that it names."""
        return str(self.message) % Limits.in_force().words


process_rules: dict[str, ProcessRule] = {}


def register_rules(*rules: ProcessRule) -> None:
    """Let the check ask these rules too, when the application starts."""
    process_rules.update({rule.number: rule for rule in rules})


def known_rules() -> dict[str, Known]:
    """All rules by number, in the order of their numbers."""
    own = [Known(rule.number, rule.severity, rule.message, rule.field) for rule in RULES]
    register = [
        Known(number, severity, message, field) for number, (severity, field, message) in OF_THE_REGISTER.items()
    ]
    above = [Known(rule.number, rule.severity, rule.message, "") for rule in process_rules.values()]
    return {rule.number: rule for rule in sorted((*own, *register, *above), key=lambda rule: rule.number)}


def rule_known(number: str) -> Known:
    """The rule of a number; one that is no longer asked says so."""
    return known_rules().get(number) or Known(number, Severity.HINT, _("A rule that is no longer asked."), "")
