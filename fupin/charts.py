"""Charts drawn on the server as SVG, each with the table of its numbers.

The drawings hold no inline style or script, so that the content security policy lets them be; colours and type come
from the stylesheet by class. Every chart says its numbers in text as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH = 640
LABEL_WIDTH = 132
VALUE_WIDTH = 84
BAR_HEIGHT = 20
BAR_GAP = 12
PLOT_HEIGHT = 220
MARGIN_LEFT = 64
MARGIN_BOTTOM = 34
MARGIN_TOP = 14
LONGEST_LABEL = 10

Number = int | Decimal


@dataclass(frozen=True)
class Table:
    """The numbers of a chart: headers, and rows whose first cell names the row."""

    headers: Sequence[str]
    rows: Sequence[Sequence]


@dataclass(frozen=True)
class Chart:
    """A drawing and its numbers; `components/chart.html` shows both."""

    title: str
    svg: SafeString
    table: Table


@dataclass(frozen=True)
class Series:
    """One line of a line chart: a name and a value for every label (None where there is none)."""

    name: str
    values: Sequence[Number | None] = field(default_factory=tuple)


def shown(value: Number) -> str:
    """A number as charts write it: whole with separators, amounts with 2 decimals."""
    return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


def _shortened(label: str) -> str:
    longest = LONGEST_LABEL * (2 if label.isascii() else 1)
    return label if len(label) <= longest else f"{label[: longest - 1]}…"


def _frame(title: str, description: str, height: int, inside: SafeString, width: int = WIDTH) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}: {}">{}</svg>',
        width,
        height,
        title,
        description,
        inside,
    )


def bar_chart(title: str, headers: tuple[str, str], rows: Sequence[tuple[str, Number]], width: int = WIDTH) -> Chart:
    """Horizontal bars from zero, one a row, in the order given.

    Args:
        headers: what the labels are and what the values are, for the table.
        rows: label and value, the value not negative.
        width: of the drawing; a narrow one keeps its letters readable in a narrow card.
    """
    most = max((value for _label, value in rows), default=0) or 1
    room = width - LABEL_WIDTH - VALUE_WIDTH
    bars = []
    for position, (label, value) in enumerate(rows):
        top = position * (BAR_HEIGHT + BAR_GAP) + BAR_GAP // 2
        middle = top + BAR_HEIGHT // 2 + 4
        length = max(round(Decimal(value) / Decimal(most) * room), 1 if value else 0)
        bars.append((LABEL_WIDTH - 8, middle, label, _shortened(label), LABEL_WIDTH, top, length, BAR_HEIGHT))
        bars[-1] += (LABEL_WIDTH + length + 6, middle, shown(value))
    drawn = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end"><title>{}</title>{}</text>'
        '<rect class="series-0" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
        '<text class="chart__value" x="{}" y="{}">{}</text>',
        bars,
    )
    height = max(len(rows), 1) * (BAR_HEIGHT + BAR_GAP)
    axis = format_html('<line class="chart__axis" x1="{0}" y1="0" x2="{0}" y2="{1}"/>', LABEL_WIDTH, height)
    spoken = "; ".join(f"{label} {shown(value)}" for label, value in rows)
    drawing = _frame(title, spoken, height, drawn + axis, width)
    return Chart(title, drawing, Table(headers, [list(row) for row in rows]))


def stacked_bar_chart(
    title: str, corner: str, names: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]
) -> Chart:
    """Horizontal bars of several parts each, from zero, one a row, in the order given; the sum stands at the end.

    Args:
        corner: what the rows are, for the table.
        names: what the parts are, at most four.
        rows: label and the parts' values, none negative.
    """
    most = max((sum(values) for _label, values in rows), default=0) or 1
    room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    drawn = mark_safe("")
    for position, (label, values) in enumerate(rows):
        top = position * (BAR_HEIGHT + BAR_GAP) + BAR_GAP // 2
        middle = top + BAR_HEIGHT // 2 + 4
        drawn += format_html(
            '<text x="{}" y="{}" text-anchor="end"><title>{}</title>{}</text>',
            LABEL_WIDTH - 8,
            middle,
            label,
            _shortened(label),
        )
        ends = [LABEL_WIDTH + round(room * sum(values[:count]) / most) for count in range(len(values) + 1)]
        drawn += format_html_join(
            "",
            '<rect class="series-{}" x="{}" y="{}" width="{}" height="{}"><title>{} {}</title></rect>',
            (
                (part, ends[part], top, ends[part + 1] - ends[part], BAR_HEIGHT, names[part], shown(value))
                for part, value in enumerate(values)
            ),
        )
        drawn += format_html(
            '<text class="chart__value" x="{}" y="{}">{}</text>', ends[-1] + 6, middle, shown(sum(values))
        )
    height = max(len(rows), 1) * (BAR_HEIGHT + BAR_GAP)
    axis = format_html('<line class="chart__axis" x1="{0}" y1="0" x2="{0}" y2="{1}"/>', LABEL_WIDTH, height)
    spoken = "; ".join(
        f"{label} {', '.join(f'{name} {shown(value)}' for name, value in zip(names, values, strict=True))}"
        for label, values in rows
    )
    drawing = _frame(title, spoken, height + BAR_HEIGHT + BAR_GAP, drawn + axis + _colour_key(names, height + BAR_GAP))
    return Chart(title, drawing, Table([corner, *names], [[label, *values] for label, values in rows]))


def _colour_key(names: Sequence[str], top: int) -> SafeString:
    width = (WIDTH - LABEL_WIDTH) // len(names)
    return format_html_join(
        "",
        '<rect class="series-{}" x="{}" y="{}" width="14" height="14"/><text x="{}" y="{}">{}</text>',
        (
            (part, LABEL_WIDTH + part * width, top, LABEL_WIDTH + part * width + 20, top + 11, name)
            for part, name in enumerate(names)
        ),
    )


def _steps(most: Decimal) -> list[Decimal]:
    """Four or five round values from zero that reach `most`."""
    magnitude = Decimal(10) ** (most.adjusted())
    step = next(
        magnitude * part for part in map(Decimal, ("0.25", "0.5", "1", "2", "2.5")) if magnitude * part * 5 >= most
    )
    return [step * count for count in range(6) if step * (count - 1) < most]


def line_chart(title: str, corner: str, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Lines over ordered labels (years, months), from zero; each line has its own dash, so colour is not all.

    Args:
        corner: what the labels are, for the table.
    """
    values = [value for one in series for value in one.values if value is not None]
    steps = _steps(Decimal(max([*values, 1])))
    top_value = steps[-1]
    room = WIDTH - MARGIN_LEFT - 24
    base = MARGIN_TOP + PLOT_HEIGHT

    def across(position: int) -> int:
        return MARGIN_LEFT + 12 + round(room * position / max(len(labels) - 1, 1))

    def up(value: Number) -> int:
        return base - round(Decimal(value) / top_value * PLOT_HEIGHT)

    grid = format_html_join(
        "",
        '<line class="chart__grid" x1="{}" y1="{}" x2="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (MARGIN_LEFT, up(step), WIDTH, up(step), MARGIN_LEFT - 8, up(step) + 4, f"{step.normalize():,f}")
            for step in steps
        ),
    )
    marks = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((across(position), base + 20, label) for position, label in enumerate(labels)),
    )
    lines = mark_safe("")
    for number, one in enumerate(series):
        points = [(across(at), up(value), value) for at, value in enumerate(one.values) if value is not None]
        path = " ".join(f"{x},{y}" for x, y, _value in points)
        lines += format_html('<polyline class="chart__line series-{}" points="{}"/>', number % 4, path)
        lines += format_html_join(
            "",
            '<circle class="series-{}" cx="{}" cy="{}" r="3.5"><title>{} {}</title></circle>',
            ((number % 4, x, y, one.name, shown(value)) for x, y, value in points),
        )
    legend = _legend(series, base + MARGIN_BOTTOM)
    rows = [[label, *(_at(one, position) for one in series)] for position, label in enumerate(labels)]
    table = Table([corner, *(one.name for one in series)], rows)
    height = base + MARGIN_BOTTOM + (24 if len(series) > 1 else 0)
    spoken = "; ".join(f"{one.name} {', '.join(shown(v) for v in one.values if v is not None)}" for one in series)
    return Chart(title, _frame(title, spoken, height, grid + marks + lines + legend), table)


@dataclass(frozen=True)
class Plotted:
    """One line of a plot: a name and its points, both coordinates numbers that are not negative, from left to right."""

    name: str
    points: Sequence[tuple[Number, Number]]


def plot(
    title: str,
    corner: str,
    series: Sequence[Plotted],
    marks: Sequence[tuple[Number, str]] = (),
    bands: Sequence[tuple[Number, Number]] = (),
) -> Chart:
    """Lines over a number, both axes from zero.

    Args:
        corner: what the number along the bottom is, for the axis and the table.
        marks: places along the bottom that are marked by an upright line, and what each is called.
        bands: stretches along the bottom that are shaded.
    """
    rights = _steps(max((Decimal(x) for one in series for x, _y in one.points), default=Decimal(1)) or Decimal(1))
    ups = _steps(max((Decimal(y) for one in series for _x, y in one.points), default=Decimal(1)) or Decimal(1))
    room, top = WIDTH - MARGIN_LEFT - 24, MARGIN_TOP + 18 * len(marks)
    base = top + PLOT_HEIGHT

    def across(x: Number) -> int:
        return MARGIN_LEFT + round(room * min(Decimal(x) / rights[-1], Decimal(1)))

    def up(y: Number) -> int:
        return base - round(Decimal(y) / ups[-1] * PLOT_HEIGHT)

    drawn = format_html_join(
        "",
        '<rect class="chart__band" x="{}" y="{}" width="{}" height="{}"/>',
        ((across(left), top, max(across(right) - across(left), 1), PLOT_HEIGHT) for left, right in bands),
    )
    drawn += format_html_join(
        "",
        '<line class="chart__grid" x1="{}" y1="{}" x2="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((MARGIN_LEFT, up(y), WIDTH - 24, up(y), MARGIN_LEFT - 8, up(y) + 4, f"{y.normalize():,f}") for y in ups),
    )
    drawn += format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((across(x), base + 20, f"{x.normalize():,f}") for x in rights),
    )
    drawn += format_html(
        '<text x="{}" y="{}" text-anchor="end">{}</text>', WIDTH - 24, base + 20 + MARGIN_BOTTOM // 2, corner
    )
    for number, one in enumerate(series):
        path = " ".join(f"{across(x)},{up(y)}" for x, y in one.points)
        drawn += format_html('<polyline class="chart__line series-{}" points="{}"/>', number % 4, path)
    drawn += format_html_join(
        "",
        '<line class="chart__mark" x1="{0}" y1="{1}" x2="{0}" y2="{2}"/>'
        '<text x="{3}" y="{4}" text-anchor="{5}">{6}</text>',
        (
            (
                x,
                height,
                base,
                x + (-6 if x > WIDTH // 2 else 6),
                height + 8,
                "end" if x > WIDTH // 2 else "start",
                label,
            )
            for x, height, label in (
                (across(place), MARGIN_TOP + 18 * position, label) for position, (place, label) in enumerate(marks)
            )
        ),
    )
    legend = _legend(series, base + MARGIN_BOTTOM + 12)
    spoken = "; ".join(f"{one.name}: {shown(x)} {shown(y)}" for one in series for x, y in one.points[-1:])
    height = base + MARGIN_BOTTOM + (36 if len(series) > 1 else 8)
    by_place = [dict(one.points) for one in series]
    rows = [
        [shown(x), *("—" if x not in values else shown(values[x]) for values in by_place)]
        for x in sorted({x for values in by_place for x in values})
    ]
    table = Table([corner, *(one.name for one in series)], rows)
    return Chart(
        title, _frame(title, "; ".join([spoken, *(label for _x, label in marks)]), height, drawn + legend), table
    )


def _at(series: Series, position: int) -> str:
    value = series.values[position] if position < len(series.values) else None
    return "—" if value is None else shown(value)


def _legend(series: Sequence[Series | Plotted], top: int) -> SafeString:
    if len(series) < 2:
        return mark_safe("")
    width = (WIDTH - MARGIN_LEFT) // len(series)
    return format_html_join(
        "",
        '<line class="chart__line series-{}" x1="{}" y1="{}" x2="{}" y2="{}"/><text x="{}" y="{}">{}</text>',
        (
            (
                number % 4,
                MARGIN_LEFT + number * width,
                top + 10,
                MARGIN_LEFT + number * width + 28,
                top + 10,
                MARGIN_LEFT + number * width + 36,
                top + 14,
                _shortened(one.name),
            )
            for number, one in enumerate(series)
        ),
    )
