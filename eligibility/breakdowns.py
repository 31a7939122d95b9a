"""What a simulation comes to: how many are eligible, come and go, as a whole and by township, cause, size and labour.

Counted once, at the end of the run, by one statement over its results, and kept with the simulation as JSON.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Least, Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from eligibility import curve
from eligibility.choices import Outcome
from eligibility.models import Recalculation, SimulatedDetermination, Simulation
from eligibility.rules import Rule
from eligibility.statements import compile_queryset, fetch
from eligibility.terms import Terms
from fupin.charts import Chart, Table, stacked_bar_chart
from fupin.scope import division_range
from households.choices import Cause, HouseholdStatus, LabourClass
from households.models import Member
from villages.models import Division

# Households of this size and larger are counted together.
LARGEST_SIZE = 6

# Who comes and goes: against the results that count today, and against the register as it stands.
MOVEMENTS = {
    "newly_eligible": (
        gettext_lazy("Newly eligible"),
        Q(outcome=Outcome.ELIGIBLE) & ~Q(previous_outcome=Outcome.ELIGIBLE),
    ),
    "no_longer_eligible": (
        gettext_lazy("No longer eligible"),
        Q(previous_outcome=Outcome.ELIGIBLE) & ~Q(outcome=Outcome.ELIGIBLE),
    ),
    "entering": (
        gettext_lazy("Eligible, not on the register"),
        Q(outcome=Outcome.ELIGIBLE) & ~Q(household__status__in=[HouseholdStatus.REGISTERED, HouseholdStatus.CLOSED]),
    ),
    "leaving": (
        gettext_lazy("On the register, not eligible"),
        Q(outcome=Outcome.NOT_ELIGIBLE, household__status=HouseholdStatus.REGISTERED),
    ),
}
# All that is counted, by name.
COUNTED = {
    "households": (gettext_lazy("Households"), Q(pk__isnull=False)),
    "eligible": (gettext_lazy("Eligible"), Q(outcome=Outcome.ELIGIBLE)),
} | MOVEMENTS
# By what households are told apart, and what the table of each is called.
DIMENSIONS = {
    "township": gettext_lazy("Township"),
    "cause": gettext_lazy("Main cause"),
    "size": gettext_lazy("Persons in the household"),
    "labour": gettext_lazy("Labour capacity"),
}


# --- Counted at the end of the run --------------------------------------------------------------------------------
def figures_of(run: Recalculation) -> dict:
    """The figures of a simulation of households that has ended: `total`, `by` dimension, `curve`, `near` the line."""
    terms = Terms.of_run(run)
    total, by = Counter(), {dimension: {} for dimension in DIMENSIONS}
    for cell in _cells(run, terms):
        counts = {name: int(cell[name]) for name in COUNTED}
        total.update(counts)
        for dimension in DIMENSIONS:
            by[dimension].setdefault(str(cell[dimension]), Counter()).update(counts)
    results = curve.with_boundary(SimulatedDetermination.objects.filter(run=run), terms)
    return {
        "total": {name: total[name] for name in COUNTED},
        "by": {dimension: dict(sorted(rows.items())) for dimension, rows in by.items()},
        "curve": curve.of_run(run, results).as_json(),
        "near": curve.near_counts(results, run.line),
        "at_standard_line": curve.eligible_at(results, run.version.line),
    }


def _cells(run: Recalculation, terms: Terms) -> list[dict]:
    """Counts for every combination of the dimensions that occurs."""
    results = SimulatedDetermination.objects.filter(run=run).values(
        "household_id",
        cause=F("household__main_cause"),
        township=Left("village_id", 9),
        size=Least("headcount", Value(LARGEST_SIZE)),
        **{
            name: Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
            for name, (_label, condition) in COUNTED.items()
        },
    )
    members = Member.objects.filter(division_range("village_id", run.division_code), Rule(terms).members_who_count)
    sql, params = compile_queryset(results)
    labour, labour_params = compile_queryset(members.labour_classes())
    sums = ", ".join(f"SUM({name}) AS {name}" for name in COUNTED)
    return fetch(
        f"SELECT township, cause, size, COALESCE(labour_class, '') AS labour, {sums} FROM ({sql}) results "
        f"LEFT JOIN ({labour}) members ON members.household_id = results.household_id "
        "GROUP BY township, cause, size, COALESCE(labour_class, '')",
        params + labour_params,
    )


# --- As it is shown -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Row:
    """The counts of one value of a dimension, in the order of COUNTED."""

    key: str
    label: str
    counts: dict[str, int]

    @property
    def cells(self) -> list[tuple[str, int]]:
        return [(name, self.counts[name]) for name in COUNTED]


@dataclass(frozen=True)
class Breakdown:
    """The counts of a simulation by one dimension."""

    dimension: str
    title: str
    rows: list[Row]

    @property
    def headers(self) -> list[str]:
        return [label for label, _condition in COUNTED.values()]

    @property
    def table(self) -> Table:
        return Table([self.title, *self.headers], [[row.label, *row.counts.values()] for row in self.rows])

    @property
    def chart(self) -> Chart:
        """Who comes and goes against the results that count today."""
        shown = ("newly_eligible", "no_longer_eligible")
        drawn = stacked_bar_chart(
            _("Who comes and goes, by %(what)s") % {"what": str(self.title).lower()},
            self.title,
            [COUNTED[name][0] for name in shown],
            [(row.label, [row.counts[name] for name in shown]) for row in self.rows],
        )
        return Chart(drawn.title, drawn.svg, self.table)


def breakdowns_of(simulation: Simulation) -> list[Breakdown]:
    """A simulation's counts by every dimension; nothing before its end."""
    by = simulation.figures.get("by", {})
    return [
        Breakdown(dimension, str(title), _rows(dimension, by[dimension]))
        for dimension, title in DIMENSIONS.items()
        if dimension in by
    ]


def _rows(dimension: str, counted: dict[str, dict[str, int]]) -> list[Row]:
    label = labels(dimension, counted)
    return [Row(key, label(key), {name: counts[name] for name in COUNTED}) for key, counts in sorted(counted.items())]


def labels(dimension: str, keys) -> Callable[[str], str]:
    """What the values of a dimension are called."""
    if dimension == "size":
        return _size
    if dimension == "township":
        names = dict(Division.objects.filter(pk__in=list(keys)).values_list("code", "name"))
    else:
        names = dict((Cause if dimension == "cause" else LabourClass).choices)
    return lambda key: str(names.get(key, key or _("Not recorded")))


def _size(key: str) -> str:
    if key == "0":
        return _("Nobody counts")
    if key == str(LARGEST_SIZE):
        return _("%(count)s persons or more") % {"count": key}
    return ngettext("%(count)s person", "%(count)s persons", int(key)) % {"count": key}
