"""While a run goes on, households are edited and move, and villages are merged: nobody is lost or counted twice."""

from collections import Counter

import pytest

from eligibility import determinations, recalculation
from eligibility.choices import Outcome, ScopeKind
from eligibility.models import Determination, Proposal
from fupin import jobs
from fupin.models import JobState
from households import services
from households.models import Fact, Household, HouseholdMove, IncomeYear, Member
from tests.eligibility.makers import make_version
from tests.eligibility.test_incremental import as_by_a_full_run, edit, incremental, judged, standing
from tests.eligibility.test_recalculation import VILLAGES, disturbed, do, make_district
from tests.factories import DISTRICT, make_household, make_income, make_user, make_village
from villages.models import Village
from villages.services import merge_villages

pytestmark = pytest.mark.django_db

FIRST, LAST = 0, 15
EMPTY = "320412101299"


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(determinations, "HOUSEHOLDS_A_CHUNK", 4)


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def households(version) -> list[Household]:
    return make_district()


@pytest.fixture
def clerk():
    return make_user("district")


def village(code: str) -> Village:
    return make_village(code)


def assert_each_once(run, version) -> None:
    """What the run counted is what stands, and that is what a run that nothing disturbs would leave."""
    run.refresh_from_db()
    assert run.job.state == JobState.DONE
    rows = Determination.objects.current().filter(standard=version.standard)
    by_outcome = {outcome: rows.filter(outcome=outcome).count() for outcome in determinations.OUTCOMES}
    assert {outcome: run.counts[outcome] for outcome in determinations.OUTCOMES} == by_outcome
    assert judged(run) == Household.objects.count() == rows.count()
    assert standing(version) == as_by_a_full_run(version)
    proposed = Proposal.objects.open().values_list("household", "determination")
    assert set(proposed) == set(rows.filter(outcome=Outcome.ELIGIBLE).values_list("household", "pk"))
    chunks = run.chunks.all()
    assert sum(chunk.households for chunk in chunks) == Household.objects.count()
    for chunk in chunks:
        counts = sum(map(Counter, chunk.counts.values()), Counter())
        assert chunk.households == sum(counts[name] for name in determinations.OUTCOMES)


MOVES = {
    "from a chunk that is done to one that is open": (FIRST, VILLAGES[3]),
    "from a chunk that is open to one that is done": (LAST, VILLAGES[0]),
    "from one that is open to another that is open": (LAST, VILLAGES[2]),
    "from one that is done to the one in hand": (FIRST, VILLAGES[1]),
    "to a village where nobody was": (FIRST, EMPTY),
}


@pytest.mark.parametrize("follows", [False, True], ids=["a first run", "a run that follows another"])
@pytest.mark.parametrize(("position", "to"), MOVES.values(), ids=list(MOVES))
def test_a_household_that_moves_meanwhile_is_counted_once(
    version, households, clerk, monkeypatch, position, to, follows
):
    village(EMPTY)
    if follows:
        do(version)
    run = recalculation.start(version, DISTRICT, None)
    act = lambda _run: services.move_household(households[position], village(to), "迁居", clerk)  # noqa: E731
    with disturbed(monkeypatch, 1, act):
        jobs.run(run.pk)
    assert_each_once(run, version)
    assert Determination.objects.current().get(household=households[position]).village_id == to


def test_one_who_moves_there_and_back_is_counted_once(version, households, clerk, monkeypatch):
    def act(_run):
        services.move_household(households[FIRST], village(VILLAGES[3]), "迁出", clerk)
        services.move_household(households[FIRST], village(VILLAGES[0]), "迁回", clerk)

    run = recalculation.start(version, DISTRICT, None)
    with disturbed(monkeypatch, 1, act):
        jobs.run(run.pk)
    assert_each_once(run, version)


def test_one_who_moves_into_a_village_that_was_split_is_counted_once(version, households, clerk, monkeypatch):
    for _n in range(9):
        make_income(make_household(village(EMPTY)), wages="1.00")
    run = recalculation.start(version, DISTRICT, None)
    act = lambda _run: services.move_household(households[FIRST], village(EMPTY), "迁居", clerk)  # noqa: E731
    with disturbed(monkeypatch, 1, act):
        jobs.run(run.pk)
    assert_each_once(run, version)


@pytest.mark.parametrize(
    ("merged", "into"),
    [(VILLAGES[0], VILLAGES[3]), (VILLAGES[3], VILLAGES[0]), (VILLAGES[2], VILLAGES[1]), (VILLAGES[0], EMPTY)],
)
def test_a_village_that_is_merged_meanwhile_loses_nobody(version, households, clerk, monkeypatch, merged, into):
    village(EMPTY)
    run = recalculation.start(version, DISTRICT, None)
    act = lambda _run: merge_villages(village(merged), village(into), "文号", clerk)  # noqa: E731
    with disturbed(monkeypatch, 1, act):
        jobs.run(run.pk)
    assert_each_once(run, version)
    assert not Determination.objects.current().filter(village=merged).exists()


@pytest.mark.parametrize("position", [FIRST, LAST], ids=["already judged", "not yet judged"])
def test_a_household_that_is_edited_meanwhile_is_judged_in_the_end(version, households, clerk, monkeypatch, position):
    if position == LAST:
        make_income(households[LAST], wages="9000.00")
    run = recalculation.start(version, DISTRICT, None)
    with disturbed(monkeypatch, 1, lambda _run: edit(households[position], clerk, wages="1.00")):
        jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.job.state, judged(run)) == (JobState.DONE, 16)
    assert Determination.objects.current().values("household").distinct().count() == 16
    monkeypatch.setattr("eligibility.models.runs.OVERLAP", run.job.finished_at - run.job.finished_at)
    following = incremental(version)
    assert judged(following) <= 1
    assert standing(version) == as_by_a_full_run(version)


def test_a_move_after_the_run_is_for_the_next(version, households, clerk):
    run = do(version)
    services.move_household(households[FIRST], village(VILLAGES[3]), "迁居", clerk)
    assert run.chunks.filter(state="open").count() == 0
    assert do(version).counts == run.counts | {"newly_eligible": 0}


def test_one_who_leaves_the_scope_is_not_judged_and_one_who_comes_is(version, households, clerk, monkeypatch):
    def act(_run):
        services.move_household(households[0], village(VILLAGES[3]), "迁出", clerk)
        services.move_household(households[13], village(VILLAGES[0]), "迁入", clerk)

    run = recalculation.start(version, "320412100", None)
    with disturbed(monkeypatch, 1, act):
        jobs.run(run.pk)
    run.refresh_from_db()
    assert judged(run) == 12
    assert run.counts["not_eligible"] == 4, "one who earns 9,000.00 came, one who earns less left"
    assert ScopeKind(run.scope) == ScopeKind.DIVISION


# --- What a move and a merger write -----------------------------------------------------------------------------


def test_a_move_takes_everything_along_and_is_kept(households, clerk):
    household = households[0]
    services.move_household(household, village(VILLAGES[3]), "迁居", clerk)
    household.refresh_from_db()
    assert (household.village_id, household.version) == (VILLAGES[3], 2)
    for model in (Member, IncomeYear, Fact):
        assert set(model.objects.filter(household=household).values_list("village_id", flat=True)) <= {VILLAGES[3]}
    move = HouseholdMove.objects.get()
    assert (move.household, move.from_village, move.to_village) == (household, VILLAGES[0], VILLAGES[3])
    assert (move.reason, move.actor) == ("迁居", clerk)
    assert household.history.first().history_change_reason == "迁居"
