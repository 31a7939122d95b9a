"""Whether a village's income of the year lies below the line (经济一般村): a candidate until people confirm it.

The same run, chunks and checksum as for households; a few hundred villages are one chunk.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import add

from django.db.models import Case, CharField, ExpressionWrapper, F, FilteredRelation, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility.choices import VillageOutcome
from eligibility.models import Recalculation, RecalculationChunk, StandardVersion, VillageDetermination
from eligibility.rules import Rule
from eligibility.terms import Terms
from fupin.money import NOTHING, FenField
from fupin.scope import division_range
from fupin.templatetags.fupin import yuan
from villages.models import Village

OUTCOMES = tuple(outcome.value for outcome in VillageOutcome)
COUNTS = (*OUTCOMES, "newly_weak", "no_longer_weak")


def assessed(rule: Rule, villages: QuerySet[Village]) -> QuerySet[Village]:
    """The villages with `total`, the counted income of the year (NULL without a statement), and `outcome`."""
    terms = rule.terms
    total = reduce(add, (F(f"statement__{item}") for item in terms.items))
    below = "lte" if terms.inclusive else "lt"
    return villages.annotate(
        statement=FilteredRelation("incomes", condition=Q(incomes__year=terms.income_year)),
        total=ExpressionWrapper(total, output_field=FenField()),
        outcome=Case(
            When(total=None, then=Value(VillageOutcome.INSUFFICIENT_DATA.value)),
            When(**{f"total__{below}": terms.line}, then=Value(VillageOutcome.WEAK.value)),
            default=Value(VillageOutcome.NOT_WEAK.value),
            output_field=CharField(),
        ),
    )


def plan(run: Recalculation) -> Iterator[RecalculationChunk]:
    """One chunk: every village of the division that exists today."""
    codes = _villages(run).order_by("pk").values_list("pk", flat=True)
    if codes:
        yield RecalculationChunk(run=run, first_village=codes[0], last_village=codes.last(), households=len(codes))


def _villages(run: Recalculation) -> QuerySet[Village]:
    villages = Village.objects.valid_on(timezone.localdate()).filter(division_range("pk", run.division_code))
    return villages.filter(pk__in=run.villages) if run.villages else villages


class Writer:
    """Writes what a run determines."""

    def __init__(self, run: Recalculation):
        self.run = run
        self.rule = Rule(Terms.of_run(run))

    def write(self, chunk: RecalculationChunk) -> tuple[dict[str, dict], int]:
        """Write the determinations that differ from the current ones, in the caller's transaction; a simulation, all.

        Returns COUNTS by township, and a checksum.
        """
        run, rule = self.run, self.rule
        current = VillageDetermination.objects.filter(standard=run.version.standard_id, is_current=True)
        before = {row.village_id: row for row in current}
        townships, checksum, written = defaultdict(Counter), 0, []
        for village in assessed(rule, _villages(run)):
            old = before.get(village.pk)
            row = VillageDetermination(
                run=run,
                standard_id=run.version.standard_id,
                village_id=village.pk,
                outcome=village.outcome,
                previous_outcome=old.outcome if old else "",
                total=village.total,
                line=rule.terms.line,
                is_current=not run.is_simulation,
            )
            counts = townships[row.village_id[:9]]
            counts[row.outcome] += 1
            checksum += zlib.crc32(f"{row.village_id} {row.outcome} {row.total} {row.line}".encode())
            if run.is_simulation or old is None or _differs(old, row):
                written.append(row)
                counts["newly_weak"] += row.outcome == VillageOutcome.WEAK != row.previous_outcome
                counts["no_longer_weak"] += row.previous_outcome == VillageOutcome.WEAK != row.outcome
        if not run.is_simulation:
            current.filter(village__in=[row.village_id for row in written]).update(is_current=False)
        VillageDetermination.objects.bulk_create(written)
        return {code: {name: counts[name] for name in COUNTS} for code, counts in townships.items()}, checksum


def _differs(old: VillageDetermination, new: VillageDetermination) -> bool:
    return (old.outcome, old.total, old.line) != (new.outcome, new.total, new.line)


def counted_now(determination: VillageDetermination) -> Decimal | None:
    """The income that the result's standard counts, as it is kept now, in yuan; it may have changed since the run."""
    version = determination.run.version
    income = determination.village.incomes.filter(year=version.income_year).first()
    return sum((getattr(income, item) for item in version.items), NOTHING) if income else None


def explain(determination: VillageDetermination, version: StandardVersion | Terms | None = None) -> str:
    """Why, in a sentence: the total and the line. `version`, or its terms, saves the look-up of the run's."""
    version = version or determination.run.version
    if determination.total is None:
        return _("Cannot be decided yet: the village's income of %(year)s has not been entered.") % {
            "year": version.income_year
        }
    sentence = {
        (True, False): _("Income of %(year)s came to %(total)s yuan, below the line of %(line)s yuan."),
        (True, True): _("Income of %(year)s came to %(total)s yuan, not above the line of %(line)s yuan."),
        (False, False): _("Income of %(year)s came to %(total)s yuan, not below the line of %(line)s yuan."),
        (False, True): _("Income of %(year)s came to %(total)s yuan, above the line of %(line)s yuan."),
    }[determination.outcome == VillageOutcome.WEAK, version.inclusive]
    return sentence % {
        "year": version.income_year,
        "total": yuan(determination.total),
        "line": yuan(determination.line),
    }
