"""Simulations beside each other: their terms, counts, breakdowns and curves, as tables, as a chart, as a workbook."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from eligibility import breakdowns, curve, wording
from eligibility.choices import Outcome
from eligibility.models import Simulation
from eligibility.terms import Terms
from fupin.charts import Chart, Plotted, plot
from fupin.templatetags.fupin import yuan


@dataclass(frozen=True)
class Cell:
    """A count, and by how much it differs from the first simulation's (None in the first)."""

    count: int
    difference: int | None

    @property
    def signed(self) -> str:
        return f"{self.difference:+,}"


@dataclass(frozen=True)
class Table:
    """Counts of several simulations, a column each; a row is a label and its cells."""

    title: str
    rows: list[tuple[str, list[Cell]]]


def terms_table(simulations: list[Simulation]) -> list[tuple[str, list[list[str]]]]:
    """The terms that are not the same in all of them: a label, and the sentences of each simulation."""
    said = [wording.by_label(Terms.of_run(simulation.run)) for simulation in simulations]
    rows = []
    for label in dict.fromkeys(label for terms in said for label in terms):
        lines = [terms.get(label, []) for terms in said]
        shared = set(lines[0]).intersection(*lines[1:])
        if any(set(one) != shared for one in lines):
            rows.append((label, [[line for line in one if line not in shared] for one in lines]))
    return rows


def counts_table(simulations: list[Simulation]) -> Table:
    """Results, and who comes and goes."""
    rows = [
        (str(word.label), _cells(simulation.run.counts.get(word.value, 0) for simulation in simulations))
        for word in Outcome
    ]
    rows += [
        (str(label), _cells(simulation.figures.get("total", {}).get(name, 0) for simulation in simulations))
        for name, (label, _condition) in breakdowns.MOVEMENTS.items()
    ]
    rows += [
        (
            _("Within ±%(margin)s %% of its line") % {"margin": margin},
            _cells(sum(simulation.figures.get("near", {}).get(str(margin), {}).values()) for simulation in simulations),
        )
        for margin in curve.MARGINS
    ]
    return Table(_("Counts"), rows)


def breakdown_tables(simulations: list[Simulation]) -> list[Table]:
    """Eligible households by every dimension."""
    tables = []
    for dimension, title in breakdowns.DIMENSIONS.items():
        counted = [simulation.figures.get("by", {}).get(dimension, {}) for simulation in simulations]
        keys = sorted({key for rows in counted for key in rows})
        label = breakdowns.labels(dimension, keys)
        rows = [(label(key), _cells(rows.get(key, {}).get("eligible", 0) for rows in counted)) for key in keys]
        tables.append(Table(str(title), rows))
    return tables


def _cells(counts: Iterable[int]) -> list[Cell]:
    first, *others = counts
    return [Cell(first, None), *(Cell(count, count - first) for count in others)]


def curve_chart(simulations: list[Simulation]) -> Chart | None:
    """Eligible households against the line, with the lines marked; None while none of them has ended."""
    drawn = [simulation for simulation in simulations if "curve" in simulation.figures]
    if not drawn:
        return None
    curves = [Plotted(one.name, curve.Curve.from_json(one.figures["curve"]).points) for one in drawn]
    marks = {drawn[0].run.version.line: _("Line of the standard: %(line)s")}
    for one in drawn:
        marks[one.run.line] = marks.get(one.run.line, _("Line tried: %(line)s"))
    bands = [curve.bounds(drawn[0].run.line, margin) for margin in curve.MARGINS] if len(drawn) == 1 else []
    return plot(
        _("Eligible households by line"),
        _("Line (yuan)"),
        curves,
        [(line, text % {"line": yuan(line)}) for line, text in sorted(marks.items())],
        bands,
    )


def sheets_of(simulation: Simulation, terms: Terms) -> list[tuple[str, list[str], list[list]]]:
    """All that a simulation's page says in numbers, as sheets of a workbook."""
    run = simulation.run
    about = [
        [pgettext("simulation", "Name"), simulation.name],
        [_("Note"), simulation.note],
        [_("Standard"), str(run.version)],
        [_("Division"), simulation.place],
        [_("Started by"), run.job.actor.name if run.job.actor else ""],
        [_("Data as of"), date_format(localtime(run.watermark), "Y-m-d H:i:s") if run.watermark else ""],
    ]
    changed = [
        [change.label, "\n".join(change.before), "\n".join(change.after)]
        for change in wording.changes(Terms.of_version(run.version), terms)
    ]
    counts = [[label, cell.count] for label, [cell] in counts_table([simulation]).rows]
    sheets = [
        (_("About"), ["", ""], about),
        (_("What differs"), ["", _("In the standard"), _("In the simulation")], changed),
        (_("Counts"), ["", _("Households")], counts),
    ]
    for one in breakdowns.breakdowns_of(simulation):
        sheets.append((str(one.title)[:31], list(one.table.headers), list(one.table.rows)))
    if "curve" in simulation.figures:
        points = curve.Curve.from_json(simulation.figures["curve"]).points
        sheets.append((_("Curve"), [_("Line (yuan)"), _("Eligible")], [list(point) for point in points]))
    return [(name, [str(heading) for heading in headings], rows) for name, headings, rows in sheets]
