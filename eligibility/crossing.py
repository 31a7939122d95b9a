"""On which side of the line in force households stand: what the register asks about changes after submission."""

from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from eligibility import statements
from eligibility.choices import Outcome, Subject
from eligibility.models import Determination, StandardVersion
from eligibility.rules import Rule
from eligibility.standards import version_in_force
from eligibility.terms import Terms
from fupin.money import fen_to_yuan, half_up
from households.checks import ProcessRule, register_rules
from households.checks.registry import Found
from households.choices import HouseholdStatus, Severity
from households.crossings import Side, register_line


def register() -> None:
    """Let the register know the line, and the check what exits rest on, when the application starts."""
    register_line(sides, last_determined)
    register_rules(
        ProcessRule(
            "E-201", Severity.DOUBT, _("Out of poverty, but eligible by the latest recalculation."), exited_poor
        )
    )


def _to_household(number: str) -> str:
    return reverse("households:detail", args=[number])


def sides(households: list[int]) -> dict[int, Side]:
    """Where households stand by the standard in force, as they are kept now, in one statement.

    Those without an income statement of its year, or with nobody who counts, are on neither side.
    """
    version = version_in_force(subject=Subject.HOUSEHOLD)
    if version is None or not households:
        return {}
    narrowing = statements.Narrowing(Q(pk__in=households), Q(household_id__in=households))
    rows = statements.fetch(*statements.assessment(Rule(Terms.of_version(version)), narrowing))
    return {
        row["household_id"]: _side(
            version, fen_to_yuan(row["net_income"]) - (fen_to_yuan(row["deductions"]) or 0), row["headcount"]
        )
        for row in rows
        if row["net_income"] is not None and row["headcount"]
    }


def last_determined(households: list[int]) -> dict[int, Side]:
    """Where households stand by the figures of the latest recalculation: a statement may have been taken out since."""
    version = version_in_force(subject=Subject.HOUSEHOLD)
    if version is None:
        return {}
    rows = Determination.objects.current().filter(household__in=households, standard=version.standard)
    rows = rows.filter(net_income__isnull=False, headcount__gt=0)
    return {row.household_id: _side(version, row.net_income - row.deductions, row.headcount) for row in rows}


def _side(version: StandardVersion, counted: Decimal, headcount: int) -> Side:
    limit = version.line * headcount
    is_above = counted > limit if version.inclusive else counted >= limit
    return Side(version.standard.code, version.line, half_up(counted / headcount), is_above)


def exited_poor(households: list[int], today) -> list[Found]:
    """Households out of poverty that the latest recalculation by the standard in force finds eligible."""
    version = version_in_force(subject=Subject.HOUSEHOLD)
    if version is None:
        return []
    rows = Determination.objects.current().filter(
        household__in=households,
        standard=version.standard,
        outcome=Outcome.ELIGIBLE,
        household__status__in=[HouseholdStatus.EXITED, HouseholdStatus.EXITED_SUPPORTED],
    )
    return [Found(pk, (str(net), count)) for pk, net, count in rows.values_list("household", "net_income", "headcount")]
