"""Simulations: what they count, that they touch nothing else, and that they go when their time is over."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from eligibility import recalculation, scopes, simulations, standards
from eligibility.choices import VersionState
from eligibility.documents import as_document, from_document
from eligibility.models import (
    Determination,
    Proposal,
    Recalculation,
    RecalculationChunk,
    SimulatedDetermination,
    Simulation,
    VillageDetermination,
)
from eligibility.terms import Terms
from fupin import jobs
from fupin.models import Job, JobState
from households.models import Household
from tests.eligibility.makers import make_version
from tests.factories import DISTRICT, make_fact, make_household, make_income, make_member, make_user, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def district() -> list[Household]:
    """Two townships: incomes a head of 8,000 to 10,000 yuan, of one, two and seven persons."""
    made = []
    for code, cause, members, per_head, status in (
        ("320412100201", "01", 1, 8000, "unregistered"),
        ("320412100201", "01", 2, 8900, "registered"),
        ("320412100202", "02", 7, 9200, "registered"),
        ("320412101201", "", 1, 9000, "closed"),
        ("320412101201", "02", 2, 10000, "exited"),
    ):
        registered = {} if status == "unregistered" else {"registered_on": "2016-01-01"}
        household = make_household(make_village(code), members=members, main_cause=cause, status=status, **registered)
        make_income(household, wages=per_head * members)
        made.append(household)
    return made


def do(version, actor=None, scope=DISTRICT, **values) -> Simulation:
    simulation = simulations.start(version, scope, actor, **values)
    jobs.run(simulation.pk)
    return Simulation.objects.select_related("run__job").get(pk=simulation.pk)


def kept() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Determination, Proposal, Household)]


# --- What it counts ---------------------------------------------------------------------------------------------
def test_it_counts_who_comes_and_goes_against_results_and_register(version, district):
    run = recalculation.start(version, DISTRICT, None)
    jobs.run(run.pk)
    simulation = do(version, changes={"line": "9100.00"})
    assert simulation.figures["total"] == {
        "households": 5,
        "eligible": 3,
        "newly_eligible": 1,
        "no_longer_eligible": 0,
        "entering": 1,
        "leaving": 1,
    }
    lower = do(version, changes={"line": "8500.00"})
    assert lower.figures["total"] == {
        "households": 5,
        "eligible": 1,
        "newly_eligible": 0,
        "no_longer_eligible": 1,
        "entering": 1,
        "leaving": 2,
    }
    assert simulation.figures["at_standard_line"] == lower.figures["at_standard_line"] == run_counts(run)["eligible"]


def run_counts(run) -> dict:
    run.refresh_from_db()
    return run.counts


def test_each_breakdown_adds_up_to_the_whole(version, district):
    figures = do(version, changes={"line": "9500.00"}).figures
    for rows in figures["by"].values():
        for name, total in figures["total"].items():
            assert sum(row[name] for row in rows.values()) == total
    assert {key: row["eligible"] for key, row in figures["by"]["township"].items()} == {"320412100": 3, "320412101": 1}
    assert {key: row["households"] for key, row in figures["by"]["cause"].items()} == {"": 1, "01": 2, "02": 2}
    assert {key: row["households"] for key, row in figures["by"]["size"].items()} == {"1": 2, "2": 2, "6": 1}


@pytest.mark.parametrize(
    ("capacities", "expected"),
    [
        (["01", "04"], "1"),
        (["02"], "1"),
        (["05", "03"], "2"),
        (["03", "04"], "3"),
        (["", "04"], "3"),
        ([""], ""),
    ],
)
def test_a_household_counts_by_the_best_labour_capacity_among_its_members(version, capacities, expected):
    household = make_household(members=0)
    for capacity in capacities:
        make_member(household, labour=capacity)
    make_member(household, labour="01", is_living_together=False)
    make_income(household, wages="100.00")
    assert list(do(version).figures["by"]["labour"]) == [expected]


def test_every_term_may_be_tried(version, district):
    make_fact(district[0], "vehicle", version.reference_date)
    criteria = [{"effect": "include", "fact_kind": "vehicle"}]
    assert do(version, changes={"criteria": criteria}).run.counts["eligible"] == 2
    assert do(version, changes={"items": ["business"]}).run.counts["eligible"] == 4
    assert do(version, changes={"inclusive": True}).run.counts["eligible"] == 2
    assert do(version, changes={"income_year": 2016}).run.counts["insufficient_data"] == 4
    ruled_out = {"criteria": [{"effect": "exclude", "fact_kind": "vehicle"}]}
    assert do(version, changes=ruled_out).run.counts["eligible"] == 1
    assert do(version, changes=ruled_out | {"reference_date": "2014-12-31"}).run.counts["eligible"] == 2
    assert do(version, scope="320412101201").run.counts["not_eligible"] == 2


def test_what_is_over_chosen_households_says_so_and_is_offered_for_them_again(client, version, district):
    chosen = scopes.of_households(Household.objects.filter(pk__in=[district[0].pk, district[1].pk]))
    simulation = do(version, scope=chosen)
    client.force_login(make_user("district"))
    page = client.get(reverse("eligibility:simulation", args=[simulation.pk]))
    assert "选定的农户" in page.content.decode()
    form = client.get(reverse("eligibility:simulation-new"), {"from": simulation.pk}).context["forms"].about
    assert form["scope"].value() == "households"
    assert set(form["numbers"].value().split()) == {district[0].number, district[1].number}


def test_only_what_differs_is_kept(version, district):
    simulation = do(version, changes={"line": "9000.00", "inclusive": True, "divisor": "resident"})
    assert simulation.run.changes == {"inclusive": True}


# --- Kept apart -------------------------------------------------------------------------------------------------
def test_what_was_tried_of_a_draft_stays_as_it_was_when_the_draft_is_edited(district):
    author = make_user("district")
    draft = make_version(code="tried", state=VersionState.DRAFT, line=Decimal("5000.00"))
    simulation = do(draft)
    tried = Terms.of_run(simulation.run)
    content = from_document(as_document(draft))
    standards.edit_draft(draft, content.values | {"line": Decimal("20000.00")}, [], author)
    run = Recalculation.objects.get(pk=simulation.pk)
    assert Terms.of_run(run).as_json() == tried.as_json()
    assert run.line == Decimal("5000.00")


def test_nothing_that_counts_is_touched(version, district):
    jobs.run(recalculation.start(version, DISTRICT, None).pk)
    before = kept()
    simulation = do(version, changes={"line": "20000.00"})
    simulations.throw_away(simulation, make_user("administrator"))
    simulations.sweep()
    assert kept() == before


@pytest.mark.parametrize("role", ["village", "township", "cadre", "contact", "auditor"])
def test_who_may_not_simulate(version, district, role):
    with pytest.raises(PermissionDenied):
        simulations.start(version, DISTRICT, make_user(role))


def test_what_no_standard_may_say_is_not_tried(version, district):
    with pytest.raises(ValidationError):
        simulations.start(version, DISTRICT, None, changes={"line": "-1"})
    assert not Job.objects.exists()


def test_without_a_name_it_is_called_by_the_standard(version, district):
    assert do(version).name.startswith("示例标准")
    assert do(version, name=" 提高到9500 ").name == "提高到9500"


# --- Compared ---------------------------------------------------------------------------------------------------
def test_the_households_that_differ_are_found_from_both_sides(version, district):
    one, other = do(version, changes={"line": "8500.00"}), do(version, changes={"line": "9100.00"})
    rows = simulations.differing(one, other)
    assert [(row.household, row.outcome, row.other_outcome) for row in rows.order_by("household_id")] == [
        (district[1], "not_eligible", "eligible"),
        (district[3], "not_eligible", "eligible"),
    ]
    assert {row.household for row in simulations.differing(other, one)} == {district[1], district[3]}
    assert not simulations.differing(one, one).exists()


def test_households_that_only_one_judged_are_not_compared(version, district):
    one = do(version, changes={"line": "8500.00"}, scope="320412100201")
    other = do(version, changes={"line": "9100.00"})
    assert [row.household for row in simulations.differing(other, one)] == [district[1]]


# --- Thrown away ------------------------------------------------------------------------------------------------
def let_time_pass(simulation) -> None:
    Simulation.objects.filter(pk=simulation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_it_is_kept_for_the_days_that_are_set(version, district, settings):
    settings.FUPIN_SIMULATION_DAYS = 3
    simulation = do(version)
    assert timedelta(days=2, hours=23) < simulation.expires_at - timezone.now() <= timedelta(days=3)


def test_the_sweep_clears_away_what_is_over_and_nothing_else(version, district):
    left, over = do(version), do(version)
    over_villages = do(make_version(subject="village"))
    for simulation in (over, over_villages):
        let_time_pass(simulation)
    assert list(Simulation.objects.alive()) == [left]
    assert simulations.sweep() == 2
    assert list(Recalculation.objects.all()) == [left.run]
    assert list(Job.objects.all()) == [left.run.job]
    assert set(SimulatedDetermination.objects.values_list("run", flat=True)) == {left.pk}
    assert set(RecalculationChunk.objects.values_list("run", flat=True)) == {left.pk}
    assert not VillageDetermination.objects.exists()
    assert simulations.sweep() == 0


def test_what_is_marked_is_kept_until_the_mark_goes(version, district):
    author = make_user("district")
    simulation = do(version, author)
    simulations.keep(simulation, author)
    assert Simulation.objects.alive().get().is_kept
    assert simulations.sweep() == 0
    simulations.let_go(simulation, author)
    assert not Simulation.objects.get().is_kept


def test_one_that_runs_is_stopped_before_it_is_cleared_away(version, district):
    simulation = simulations.start(version, DISTRICT, None)
    Job.objects.update(state=JobState.RUNNING, heartbeat_at=timezone.now())
    let_time_pass(simulation)
    assert simulations.sweep() == 0
    assert Job.objects.get().cancel_requested


def test_only_its_author_or_an_administrator_throws_it_away(version, district):
    author = make_user("district")
    simulation = do(version, author)
    for do_it in (simulations.throw_away, simulations.keep, simulations.let_go):
        with pytest.raises(PermissionDenied):
            do_it(simulation, make_user("district"))
    simulations.throw_away(simulation, make_user("administrator"))
    assert not Simulation.objects.alive().exists()


def test_a_draft_can_be_thrown_away_once_its_simulations_are(version, district):
    draft = make_version(code="tried", state=VersionState.DRAFT, line=Decimal("5000.00"))
    let_time_pass(do(draft))
    simulations.sweep()
    assert not draft.runs.exists()
