"""On which side of the line in force households stand: what the register asks about changes after submission."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from eligibility import statements
from eligibility.choices import Outcome, Subject
from eligibility.models import Determination
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
    register_line(sides)
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
    rule = Rule(Terms.of_version(version))
    narrowing = statements.Narrowing(Q(pk__in=households), Q(household_id__in=households))
    found = {}
    for row in statements.fetch(*statements.assessment(rule, narrowing)):
        if row["net_income"] is None or not row["headcount"]:
            continue
        counted = fen_to_yuan(row["net_income"]) - (fen_to_yuan(row["deductions"]) or 0)
        limit = rule.terms.line * row["headcount"]
        is_above = counted > limit if rule.terms.inclusive else counted >= limit
        per_head = half_up(counted / row["headcount"])
        found[row["household_id"]] = Side(version.standard.code, rule.terms.line, per_head, is_above)
    return found


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
