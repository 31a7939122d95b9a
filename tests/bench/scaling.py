"""How a full recalculation grows with the register: the same database made larger step by step, a picture of it drawn.

`docs/images/scaling.svg` shows seconds of a first run against households, both on logarithmic scales, so that what
grows in proportion is a straight line. Processor time is shown beside the clock's, which swings with the neighbours.
"""

import statistics
import sys
from pathlib import Path

import pygal
from pygal.style import CleanStyle

from tests.bench.measured import Measured
from tests.bench.raw import check, make_table, raw
from tests.bench.recalculation import OURS, empty, execute, timed, version
from tests.bench.register import grow
from tests.bench.workers import crew

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
# Small registers are done in a moment, so they are measured more often.
ROUNDS = (3, 3, 3, 2, 2)
# From here on the memory of a worker is to stay the same.
FLAT_FROM = 100_000
PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "scaling.svg"
NAMES = ("one raw statement, processor time", "one worker, processor time", "two workers, by the clock")


def run(largest: int = SIZES[-1]) -> list[Measured]:
    """Grow the register that DATABASE_URL names to each size, measure, and draw."""
    sizes = [size for size in SIZES if size <= largest]
    seconds: dict[str, list[float]] = {name: [] for name in NAMES}
    megabytes = {}
    make_table()
    with crew(1) as one, crew(2) as two:
        for size, rounds in zip(sizes, ROUNDS, strict=False):
            grow(size)
            figures, held = zip(*[_measured(one, two) for _round in range(rounds)], strict=True)
            megabytes[size] = max(held)
            for name, its in zip(NAMES, zip(*figures, strict=True), strict=True):
                seconds[name].append(statistics.median(its))
            row = "  ".join(f"{name} {its[-1]:.2f} s" for name, its in seconds.items())
            sys.stdout.write(f"{size:>9,} households  {row}  a worker {megabytes[size]} MB\n")
            sys.stdout.flush()
    execute("DROP TABLE bench_raw")
    draw(sizes, seconds)
    ours = seconds[NAMES[1]]
    growth = (ours[-1] / ours[0]) / (sizes[-1] / sizes[0])
    detail = f"{sizes[0]:,} households in {ours[0]:.2f} s, {sizes[-1]:,} in {ours[-1]:.2f} s"
    found = [Measured("growth of time ÷ growth of the register, one worker", round(growth, 2), detail, at_most=1.2)]
    if FLAT_FROM in megabytes:
        held = round(megabytes[sizes[-1]] / megabytes[FLAT_FROM], 2)
        detail = f"{megabytes[FLAT_FROM]} MB with {FLAT_FROM:,}, {megabytes[sizes[-1]]} with {sizes[-1]:,}"
        found.append(Measured("memory of a worker and its connection ÷ with fewer", held, detail, at_most=1.1))
    return found


def _measured(one, two) -> tuple[tuple[float, float, float], int]:
    """Seconds of what NAMES says, and the megabytes that a worker held with its connection's process."""
    empty("bench_raw", *OURS)
    of_raw = timed(raw, version(), first=True)
    of_one = one.run(version())
    check()
    empty(*OURS)
    of_two = two.run(version())
    seconds = of_raw["processor"], of_one["processor"], of_two["seconds"]
    return seconds, of_one["megabytes"] + of_one["server_megabytes"]


def draw(sizes: list[int], seconds: dict[str, list[float]]) -> None:
    """The picture, from what was measured."""
    chart = pygal.XY(
        style=CleanStyle(font_family="sans-serif", background="white", plot_background="white"),
        title="Full recalculation, first run",
        x_title="households",
        y_title="seconds",
        logarithmic=True,
        xrange=(sizes[0], sizes[-1]),
        x_labels=sizes,
        x_value_formatter=lambda size: f"{size:,.0f}",
        value_formatter=lambda value: f"{value:,.2f}",
        y_labels=[0.03, 0.1, 0.3, 1, 3, 10, 30],
        range=(0.03, 30),
        margin_right=50,
        js=(),
        width=760,
        height=460,
        legend_at_bottom=True,
    )
    for name, its in seconds.items():
        chart.add(name, list(zip(sizes, its, strict=True)))
    PICTURE.parent.mkdir(exist_ok=True)
    chart.render_to_file(str(PICTURE))
