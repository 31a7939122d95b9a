"""The curve of eligible households against the line agrees with real assessments at every line, to the fen."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import curve, simulations
from eligibility.assessment import assess
from eligibility.models import SimulatedDetermination
from eligibility.terms import Terms
from fupin import jobs
from households.models import Household
from tests.eligibility import reference
from tests.eligibility.makers import make_version
from tests.eligibility.test_against_reference import FEN, amounts, households, keep, versions
from tests.factories import make_fact, make_household, make_income, make_village

pytestmark = pytest.mark.django_db


def simulated(version, village, **values):
    simulation = simulations.start(version, village, None, **values)
    jobs.run(simulation.pk)
    simulation.refresh_from_db()
    return simulation


def results_of(simulation):
    rows = SimulatedDetermination.objects.filter(run=simulation.pk)
    return curve.with_boundary(rows, Terms.of_run(simulation.run))


@settings(max_examples=50, deadline=None)
@given(
    values=versions(),
    several=st.lists(households(), min_size=1, max_size=6),
    lines=st.lists(amounts, max_size=3),
)
def test_it_agrees_with_the_reference_at_every_line(values, several, lines):
    with transaction.atomic():
        version = make_version(**values)
        criteria = list(version.criteria.all())
        village = make_village()
        for drawn in several:
            keep(drawn, village)
        simulation = simulated(version, village.pk)
        rows = results_of(simulation)

        def eligible(line: Decimal) -> int:
            found = (reference.assess(d.members, d.incomes, d.facts, version, criteria, line) for d in several)
            return [answer["outcome"] for answer in found].count("eligible")

        # The lines at which somebody's result turns, and those a fen beside them.
        turns = [row.boundary for row in rows.exclude(boundary=None)]
        for line in {version.line, *lines, *turns, *(max(turn - FEN, Decimal(0)) for turn in turns)}:
            assert curve.eligible_at(rows, line) == eligible(line), line
        drawn_curve = curve.Curve.from_json(simulation.figures["curve"])
        for line, count in drawn_curve.points[:: max(len(drawn_curve.points) // 7, 1)]:
            assert count == eligible(line), line
        near = simulation.figures["near"]
        for margin in curve.MARGINS:
            lower, upper = curve.bounds(version.line, margin)
            assert near[str(margin)]["eligible"] == eligible(version.line) - eligible(lower)
            assert near[str(margin)]["not_eligible"] == eligible(upper) - eligible(version.line)
            assert rows.filter(curve.near(version.line, margin)).count() == sum(near[str(margin)].values())
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None)
@given(values=versions(), several=st.lists(households(), min_size=1, max_size=4), line=amounts)
def test_it_says_what_a_simulation_with_that_line_finds(values, several, line):
    with transaction.atomic():
        version = make_version(**values)
        village = make_village()
        for drawn in several:
            keep(drawn, village)
        foreseen = curve.eligible_at(results_of(simulated(version, village.pk)), line)
        tried = simulated(version, village.pk, changes={"line": line})
        assert tried.run.counts["eligible"] == foreseen
        for household in Household.objects.filter(village=village):
            row = SimulatedDetermination.objects.get(run=tried.pk, household=household)
            assert row.outcome == assess(household, version, tried.run.changes).outcome
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("wages", "inclusive", "boundary"),
    [
        ("17999.98", False, "9000.00"),
        ("18000.00", False, "9000.01"),
        ("18000.00", True, "9000.00"),
        ("18000.01", True, "9000.01"),
        ("0.00", False, "0.01"),
        ("0.00", True, "0.00"),
    ],
)
def test_a_boundary_is_the_smallest_line_that_makes_eligible(wages, inclusive, boundary):
    """Two persons; the line is a head's."""
    household = make_household(members=2)
    make_income(household, wages=wages)
    simulation = simulated(make_version(inclusive=inclusive), household.village_id)
    assert results_of(simulation).get().boundary == Decimal(boundary)


def test_an_income_below_nothing_is_eligible_under_every_line():
    household = make_household()
    make_income(household, wages="100.00", production_expense="100.01")
    simulation = simulated(make_version(), household.village_id)
    assert results_of(simulation).get().boundary == Decimal("0.00")


def test_facts_decide_before_any_line():
    village = make_village()
    for kind in ("vehicle", "subsistence"):
        household = make_household(village)
        make_income(household, wages="100.00")
        make_fact(household, kind, make_version().reference_date)
    make_household(village)
    boundaries = [row.boundary for row in results_of(simulated(make_version(), village.pk)).order_by("pk")]
    assert boundaries == [None, Decimal("0.00"), None]


@pytest.mark.parametrize(
    ("reach", "step", "steps"),
    [
        ("18000.00", "200.00", 90),
        ("18000.01", "200.00", 91),
        ("20000.00", "200.00", 100),
        ("20000.01", "500.00", 41),
        ("0.00", "100.00", 100),
        ("0.02", "0.01", 2),
        ("1999999999999.98", "10000000000.00", 100),
    ],
)
def test_a_curve_goes_in_round_steps(reach, step, steps):
    assert curve.steps_to(Decimal(reach)) == (Decimal(step), steps)


def test_margins_are_whole_fen():
    assert curve.bounds(Decimal("9000.00"), 5) == (Decimal("8550.00"), Decimal("9450.00"))
    assert curve.bounds(Decimal("0.11"), 10) == (Decimal("0.09"), Decimal("0.12"))
