"""Recalculation: chunks done in one transaction each, resumed to the same end, nothing written that did not change."""

import threading
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from eligibility import determinations, proposals, recalculation, standards
from eligibility.choices import ChunkState, Outcome, VersionState
from eligibility.models import Determination, Proposal, Recalculation, SimulatedDetermination
from fupin import jobs
from fupin.models import Job, JobState
from households.models import Household, Member
from tests.eligibility.makers import make_version
from tests.factories import DISTRICT, make_household, make_income, make_user, make_village

pytestmark = pytest.mark.django_db

VILLAGES = ("320412100201", "320412100202", "320412100203", "320412101201")
# What the four households of each village earn; the line of the demo is 9,000.00 yuan.
WAGES = ("8999.99", "9000.00", "8000.00", None)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(determinations, "HOUSEHOLDS_A_CHUNK", 4)


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def households(version) -> list[Household]:
    return make_district()


def make_district() -> list[Household]:
    """Four villages of four households each, two of which are eligible and one of which cannot be decided."""
    made = []
    for code in VILLAGES:
        village = make_village(code)
        for wages in WAGES:
            household = make_household(village)
            if wages is not None:
                make_income(household, wages=wages)
            made.append(household)
    return made


def do(version, division: str = DISTRICT, **values) -> Recalculation:
    run = recalculation.start(version, division, None, **values)
    jobs.run(run.pk)
    run.refresh_from_db()
    return run


def undisturbed_checksum(version) -> str:
    """What a run would have come to, had nothing happened; it leaves no trace."""
    with transaction.atomic():
        checksum = do(version).checksum
        transaction.set_rollback(True)
    return checksum


def change_income(household: Household, wages: str) -> None:
    household.incomes.update(wages=Decimal(wages))


def let_its_worker_fall_silent(run: Recalculation) -> None:
    Job.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - 2 * jobs.LEASE)


@contextmanager
def disturbed(monkeypatch, chunk: int, act):
    """Call `act` when the `chunk`-th chunk has been written, and is not yet marked done."""
    real, turns = determinations.Writer.write, iter(range(10**6))

    def write(writer, *args):
        counts = real(writer, *args)
        if next(turns) == chunk:
            act(writer.run)
        return counts

    with monkeypatch.context() as patch:
        patch.setattr(determinations.Writer, "write", write)
        # The test's own transaction outlives the interruption.
        patch.setattr(jobs, "close_old_connections", lambda: None)
        yield


def go_away(_run) -> None:
    raise OperationalError("the database went away")


# --- What a run leaves ------------------------------------------------------------------------------------------


def test_a_first_run_determines_every_household_and_counts(version, households):
    run = do(version)
    assert run.job.state == JobState.DONE
    assert run.counts == {
        "eligible": 8,
        "not_eligible": 4,
        "insufficient_data": 4,
        "newly_eligible": 8,
        "no_longer_eligible": 0,
    }
    assert (run.job.done, run.job.total) == (16, 16)
    assert run.job.result == run.counts | {"checksum": run.checksum}
    by_household = dict(Determination.objects.current().values_list("household_id", "outcome"))
    expected = [Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE, Outcome.INSUFFICIENT_DATA] * len(VILLAGES)
    assert by_household == {
        household.pk: outcome.value for household, outcome in zip(households, expected, strict=True)
    }


def test_an_unchanged_run_writes_no_determination_and_has_the_same_checksum(version, households):
    first = do(version)
    before = list(Determination.objects.order_by("pk").values())
    second = do(version)
    assert list(Determination.objects.order_by("pk").values()) == before
    assert second.checksum == first.checksum
    assert second.counts == first.counts | {"newly_eligible": 0}
    assert Proposal.objects.filter(made_by=second).count() == 0


def test_only_what_differs_is_written_beside_what_it_follows(version, households):
    first = do(version)
    change_income(households[0], "9000.00")
    change_income(households[1], "8999.99")
    change_income(households[2], "8000.01")
    second = do(version)
    rows = {row.household_id: row for row in Determination.objects.filter(run=second)}
    assert rows.keys() == {household.pk for household in households[:3]}
    assert (rows[households[0].pk].previous_outcome, rows[households[0].pk].outcome) == ("eligible", "not_eligible")
    assert set(Determination.objects.filter(run=second).changes()) == {rows[h.pk] for h in households[:2]}
    assert (second.counts["newly_eligible"], second.counts["no_longer_eligible"]) == (1, 1)
    assert Determination.objects.filter(run=first).count() == 16
    assert Determination.objects.filter(run=first, is_current=False).count() == 3
    assert Determination.objects.current().count() == 16
    assert second.checksum != first.checksum


def test_going_back_to_what_was_is_a_change_too_and_restores_the_checksum(version, households):
    first = do(version)
    change_income(households[0], "9000.00")
    do(version)
    change_income(households[0], "8999.99")
    third = do(version)
    assert third.checksum == first.checksum
    assert third.counts["newly_eligible"] == 1


@pytest.mark.parametrize(("one", "other"), [("wages", "8000.00"), ("business", "8999.99")])
def test_the_checksum_tells_results_apart_that_only_change_places(version, one, other):
    first, second = make_household(), make_household()
    make_income(first, wages="8000.00")
    make_income(second, wages="8999.99")
    before = do(version).checksum
    change_income(first, "8999.99")
    change_income(second, "8000.00")
    assert do(version).checksum != before


def test_nobodys_status_changes(version, households):
    Household.objects.filter(pk=households[1].pk).update(status="registered", registered_on=date(2015, 1, 1))
    before = list(Household.objects.order_by("pk").values("status", "registered_on", "version", "touched_at"))
    do(version)
    after = list(Household.objects.order_by("pk").values("status", "registered_on", "version", "touched_at"))
    assert after == before


def test_a_run_over_a_township_leaves_the_others_alone(version, households):
    do(version, "320412101")
    assert set(Determination.objects.values_list("village_id", flat=True)) == {"320412101201"}
    run = do(version)
    assert Determination.objects.filter(run=run).count() == 12
    assert run.counts["eligible"] == 8


def test_two_standards_have_results_of_their_own(version, households):
    do(version)
    other = do(make_version(code="other", line=Decimal("8000.01")))
    assert other.counts["eligible"] == 4
    assert Determination.objects.current().filter(household=households[0]).count() == 2


def test_one_who_moves_to_another_village_has_a_result_there(version, households):
    do(version)
    Household.objects.filter(pk=households[0].pk).update(village=VILLAGES[3])
    Member.objects.filter(household=households[0]).update(village=VILLAGES[3])
    households[0].incomes.update(village=VILLAGES[3])
    run = do(version)
    (row,) = Determination.objects.filter(run=run)
    assert (row.household, row.village_id) == (households[0], VILLAGES[3])
    assert run.counts["newly_eligible"] == 0


def test_a_run_over_nobody_ends_with_nothing(version):
    make_village()
    run = do(version)
    assert (run.job.state, run.job.total, sum(run.counts.values())) == (JobState.DONE, 0, 0)


def test_what_changes_after_the_watermark_of_a_finished_run_is_for_the_next(version, households):
    before = timezone.now()
    run = recalculation.start(version, DISTRICT, None)
    assert run.watermark is None
    change_income(households[0], "9000.00")
    jobs.run(run.pk)
    run.refresh_from_db()
    assert before <= run.watermark <= timezone.now()
    assert run.counts["eligible"] == 7
    change_income(households[2], "9000.00")
    run.refresh_from_db()
    assert run.counts["eligible"] == 7
    assert do(version).counts["eligible"] == 6


# --- Chunks -----------------------------------------------------------------------------------------------------


def test_chunks_hold_every_household_once_and_count_by_township(version, households):
    determinations.HOUSEHOLDS_A_CHUNK = 8
    run = do(version)
    chunks = list(run.chunks.values_list("first_village", "last_village", "households"))
    assert chunks == [(VILLAGES[0], VILLAGES[1], 8), (VILLAGES[2], VILLAGES[3], 8)]
    assert set(run.chunks.values_list("state", flat=True)) == {ChunkState.DONE}
    assert [list(chunk.counts) for chunk in run.chunks.all()] == [["320412100"], ["320412100", "320412101"]]
    assert run.chunks.last().counts["320412101"] == {
        "eligible": 2,
        "not_eligible": 1,
        "insufficient_data": 1,
        "newly_eligible": 2,
        "no_longer_eligible": 0,
    }


def test_a_small_run_is_cut_into_a_part_for_each_worker(version, households, monkeypatch, settings):
    settings.FUPIN_WORKERS_A_JOB = 4
    determinations.HOUSEHOLDS_A_CHUNK = 100
    assert do(version).chunks.count() == 1
    monkeypatch.setattr(determinations, "HOUSEHOLDS_A_SMALL_CHUNK", 2)
    assert do(version).chunks.count() == 4


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_checksum_does_not_depend_on_how_a_run_is_cut(version, households, size):
    expected = undisturbed_checksum(version)
    determinations.HOUSEHOLDS_A_CHUNK = size
    run = do(version)
    assert run.checksum == expected
    assert run.counts["eligible"] == 8
    assert run.chunks.count() == {1: 16, 3: 4, 100: 1}[size]


@pytest.mark.parametrize(("villages", "chunks"), [
    ([3] * 8, [6, 6, 6, 6]),
    ([2] * 11, [6, 6, 4, 6]),
    ([1] * 5, [3, 2]),
    ([1, 20, 1], [1, 5, 5, 5, 5, 1]),
])  # fmt: skip
def test_two_workers_have_as_many_chunks_of_about_one_size(version, monkeypatch, villages, chunks):
    monkeypatch.setattr(determinations, "HOUSEHOLDS_A_CHUNK", 10)
    monkeypatch.setattr(determinations, "HOUSEHOLDS_A_SMALL_CHUNK", 1)
    for number, households in enumerate(villages):
        village = make_village(f"3204121002{number:02}")
        for _household in range(households):
            make_household(village)
    run = do(version)
    assert list(run.chunks.values_list("households", flat=True)) == chunks
    assert run.counts["insufficient_data"] == sum(villages)


def test_a_large_village_is_split(version):
    village = make_village()
    for _n in range(9):
        make_income(make_household(village), wages="1.00")
    run = do(version)
    assert list(run.chunks.values_list("households", flat=True)) == [3, 3, 3]
    assert run.counts["eligible"] == 9


# --- Interrupted, cancelled, told twice -------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [0, 1, 3])
def test_an_interrupted_run_is_resumed_to_the_same_end(version, households, monkeypatch, chunk):
    expected = undisturbed_checksum(version)
    run = recalculation.start(version, DISTRICT, None)
    with disturbed(monkeypatch, chunk, go_away):
        jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.job.state, run.checksum) == (JobState.RUNNING, "")
    assert run.chunks.filter(state=ChunkState.DONE).count() == chunk
    assert Determination.objects.count() == 4 * chunk

    jobs.run(run.pk)
    assert Determination.objects.count() == 4 * chunk, "its worker may still be alive"

    let_its_worker_fall_silent(run)
    jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.job.state, run.checksum) == (JobState.DONE, expected)
    assert run.counts["newly_eligible"] == 8
    assert Determination.objects.count() == Determination.objects.values("household").distinct().count() == 16


def test_the_sweep_wakes_a_worker_for_a_run_whose_worker_fell_silent(version, households, monkeypatch, woken):
    run = recalculation.start(version, DISTRICT, None)
    with disturbed(monkeypatch, 1, go_away):
        jobs.run(run.pk)
    woken.clear()
    jobs.resume_unfinished()
    assert woken == []
    let_its_worker_fall_silent(run)
    jobs.resume_unfinished()
    assert woken == [run.pk]


def test_a_run_that_follows_another_is_resumed_to_the_same_end(version, households, monkeypatch):
    do(version)
    for household in households[::4]:
        change_income(household, "9000.00")
    expected = undisturbed_checksum(version)
    run = recalculation.start(version, DISTRICT, None)
    with disturbed(monkeypatch, 2, go_away):
        jobs.run(run.pk)
    let_its_worker_fall_silent(run)
    jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.checksum, run.counts["no_longer_eligible"]) == (expected, 4)
    assert Determination.objects.filter(run=run).count() == 4


def test_told_twice_it_is_done_once(version, households):
    run = do(version)
    before = list(Determination.objects.order_by("pk").values())
    checksum, finished_at = run.checksum, run.job.finished_at
    jobs.run(run.pk)
    recalculation.run(run.job)
    run.refresh_from_db()
    assert (run.checksum, run.job.finished_at) == (checksum, finished_at)
    assert list(Determination.objects.order_by("pk").values()) == before


def test_a_worker_that_was_only_slow_does_no_chunk_a_second_time(version, households, monkeypatch):
    expected = undisturbed_checksum(version)
    run = recalculation.start(version, DISTRICT, None)
    rival = []

    def second_worker(run) -> None:
        if not rival:
            rival.append(run)
            recalculation.run(run.job)

    real = recalculation._claimed

    def claimed(run):
        chunk = real(run)
        second_worker(run)
        return chunk

    monkeypatch.setattr(recalculation, "_claimed", claimed)
    jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.job.state, run.checksum) == (JobState.DONE, expected)
    assert Determination.objects.count() == 16


def test_a_cancelled_run_keeps_what_it_did_and_another_may_begin(version, households, monkeypatch):
    expected = undisturbed_checksum(version)
    run = recalculation.start(version, DISTRICT, None)
    with disturbed(monkeypatch, 1, lambda run: jobs.cancel(run.job)):
        jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.job.state, run.checksum, run.counts) == (JobState.CANCELLED, "", {})
    assert Determination.objects.filter(run=run).count() == 8
    assert Proposal.objects.open().count() == 4, "what it determined counts, so it is proposed"
    jobs.run(run.pk)
    assert Determination.objects.filter(run=run).count() == 8
    following = do(version)
    assert following.checksum == expected
    assert Determination.objects.filter(run=following).count() == 8


def test_a_run_cancelled_before_a_worker_takes_it_does_nothing(version, households):
    run = recalculation.start(version, DISTRICT, None)
    jobs.cancel(run.job)
    jobs.run(run.pk)
    assert not Determination.objects.exists()
    assert do(version).counts["eligible"] == 8


def test_a_chunk_that_always_fails_waits_for_people_and_the_others_are_done(version, households, monkeypatch):
    real = determinations.Writer.write

    def write(writer, chunk):
        counts = real(writer, chunk)
        if chunk.position == 1:
            raise ZeroDivisionError
        return counts

    with monkeypatch.context() as patch:
        patch.setattr(determinations.Writer, "write", write)
        run = do(version)
    assert (run.job.state, run.job.error, run.checksum) == (JobState.NEEDS_ATTENTION, "1: ZeroDivisionError", "")
    assert list(run.chunks.filter(state=ChunkState.OPEN).values_list("position", "attempts")) == [
        (1, recalculation.MOST_ATTEMPTS)
    ]
    assert Determination.objects.count() == 12


def test_a_chunk_that_another_worker_has_just_taken_is_neither_taken_nor_given_up(version, households):
    run = recalculation.start(version, DISTRICT, None)
    jobs.claim(run.pk)
    run = recalculation._prepared(run.job)
    run.chunks.exclude(position=0).update(state=ChunkState.DONE)
    run.chunks.filter(position=0).update(attempts=recalculation.MOST_ATTEMPTS - 1)
    assert recalculation._claimed(run).position == 0
    assert recalculation._claimed(run) is None
    assert not recalculation._is_stuck(run)
    run.chunks.update(claimed_at=timezone.now() - recalculation.LEASE - timedelta(seconds=1))
    assert recalculation._claimed(run) is None
    assert recalculation._is_stuck(run)


def test_a_chunk_that_failed_once_is_tried_again(version, households, monkeypatch):
    def fail(_run):
        raise ZeroDivisionError

    with disturbed(monkeypatch, 1, fail):
        run = do(version)
    assert (run.job.state, run.counts["eligible"]) == (JobState.DONE, 8)
    assert sorted(run.chunks.values_list("attempts", flat=True)) == [1, 1, 1, 2]


def test_a_run_keeps_to_the_version_it_began_with(version, households, monkeypatch):
    """A version that is superseded meanwhile: no result is made of two standards."""
    proposer, second = make_user("district"), make_user("district")
    draft = standards.new_draft(version.standard, proposer)
    draft = standards.edit_draft(draft, {"line": Decimal("5000.00")}, [], proposer)
    standards.submit(draft, proposer)
    with disturbed(monkeypatch, 1, lambda run: standards.approve(draft, second, "文号二")):
        run = do(version)
    version.refresh_from_db()
    assert version.state == VersionState.SUPERSEDED
    assert run.counts["eligible"] == 8
    assert set(Determination.objects.filter(run=run).values_list("line", flat=True)) == {Decimal("9000.00")}
    following = do(standards.version_in_force("demo-2015"))
    assert (following.counts["eligible"], following.counts["no_longer_eligible"]) == (0, 8)


# --- Who starts what --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [(DISTRICT, DISTRICT), (DISTRICT, "320412100"), (VILLAGES[0], DISTRICT), ("320412100", VILLAGES[0])],
)
def test_a_second_run_over_the_same_households_is_refused_with_the_first(version, households, first, second):
    run = recalculation.start(version, first, None)
    with pytest.raises(recalculation.AlreadyRunning) as refusal:
        recalculation.start(version, second, None)
    assert refusal.value.run == run
    jobs.run(run.pk)
    assert recalculation.start(version, second, None)


def test_runs_that_share_no_household_stand_beside_each_other(version, households):
    recalculation.start(version, "320412100", None)
    assert recalculation.start(version, "320412101", None)
    assert recalculation.start(make_version(code="other"), DISTRICT, None)
    assert recalculation.start(version, DISTRICT, None, simulate=True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"division": "320413"}, "division"),
        ({"changes": {"line": "8000.00"}}, "line"),
        ({"changes": {"line": "-0.01"}, "simulate": True}, "line"),
    ],
)
def test_what_cannot_be_started_is_refused(version, households, values, field):
    make_village("320413100201")
    with pytest.raises(ValidationError) as refusal:
        recalculation.start(
            version, **{"scope": values.pop("division", DISTRICT), "actor": make_user("district")} | values
        )
    assert field in refusal.value.message_dict
    assert not Job.objects.exists()


@pytest.mark.parametrize("state", [VersionState.DRAFT, VersionState.SUPERSEDED])
def test_only_an_approved_version_is_recalculated_others_are_simulated(households, state):
    version = make_version(code="tried", state=state)
    with pytest.raises(ValidationError):
        recalculation.start(version, DISTRICT, None)
    assert do(version, simulate=True).counts["eligible"] == 8


@pytest.mark.parametrize("role", ["village", "township", "cadre", "contact", "auditor"])
def test_who_may_not_recalculate(version, households, role):
    with pytest.raises(PermissionDenied):
        recalculation.start(version, DISTRICT, make_user(role))


def test_on_the_page_a_second_start_leads_to_the_first(version, households, client):
    client.force_login(make_user("district"))
    values = {"version": version.pk, "division": DISTRICT}
    first = client.post(reverse("eligibility:run-new"), values)
    second = client.post(reverse("eligibility:run-new"), values)
    run = Recalculation.objects.get()
    assert first.url == second.url == reverse("eligibility:run", args=[run.pk])


# --- Simulations ------------------------------------------------------------------------------------------------


def test_a_simulation_leaves_what_counts_untouched(version, households):
    do(version)
    kept = [list(model.objects.order_by("pk").values()) for model in (Determination, Proposal)]
    run = do(version, simulate=True, changes={"line": "8999.99"})
    assert [list(model.objects.order_by("pk").values()) for model in (Determination, Proposal)] == kept
    assert run.counts == {
        "eligible": 4,
        "not_eligible": 8,
        "insufficient_data": 4,
        "newly_eligible": 0,
        "no_longer_eligible": 4,
    }
    rows = SimulatedDetermination.objects.filter(run=run)
    assert (rows.count(), rows.changes().count()) == (16, 4)
    assert do(version).counts["no_longer_eligible"] == 0


def test_an_interrupted_simulation_is_resumed_to_the_same_end(version, households, monkeypatch):
    expected = do(version, simulate=True).checksum
    run = recalculation.start(version, DISTRICT, None, simulate=True)
    with disturbed(monkeypatch, 2, go_away):
        jobs.run(run.pk)
    let_its_worker_fall_silent(run)
    jobs.run(run.pk)
    run.refresh_from_db()
    assert run.checksum == expected
    assert SimulatedDetermination.objects.filter(run=run).count() == 16
    assert not Determination.objects.exists()


def test_a_simulation_of_the_line_in_force_comes_to_the_checksum_of_the_run(version, households):
    assert do(version, simulate=True).checksum == do(version).checksum


# --- Proposals --------------------------------------------------------------------------------------------------


@pytest.fixture
def household(version) -> Household:
    household = make_household()
    make_income(household, wages="8000.00")
    return household


def register(household: Household, day: date) -> None:
    Household.objects.filter(pk=household.pk).update(status="registered", registered_on=day)


def proposed(household: Household, **values) -> list[tuple[str, str]]:
    return list(household.proposals.filter(**values).order_by("pk").values_list("kind", "state"))


def test_who_is_eligible_and_not_identified_is_proposed_for_identification(version, household):
    do(version)
    assert proposed(household) == [("identify", "open")]


@pytest.mark.parametrize(
    ("registered_on", "kind"),
    [
        (date(2015, 12, 30), "exit"),
        (date(2015, 12, 31), "suspected_error"),
        (date(2016, 1, 1), "suspected_error"),
    ],
)
def test_who_is_registered_and_not_eligible_is_proposed_by_the_day_of_registration(
    version, household, registered_on, kind
):
    register(household, registered_on)
    change_income(household, "9000.00")
    do(version)
    assert proposed(household) == [(kind, "open")]


def test_who_is_registered_and_eligible_or_undecided_is_not_proposed(version, household):
    other = make_household()
    for one in (household, other):
        register(one, date(2015, 1, 1))
    run = do(version)
    assert run.counts["insufficient_data"] == 1
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("status", ["exited_supported", "exited", "removed", "closed"])
def test_who_left_the_register_is_not_proposed_anew(version, household, status):
    Household.objects.filter(pk=household.pk).update(status=status, registered_on=date(2014, 1, 1))
    do(version)
    assert not Proposal.objects.exists()


def test_a_proposal_that_still_holds_is_neither_doubled_nor_lost(version, household):
    do(version)
    first = Proposal.objects.get()
    do(version)
    change_income(household, "7000.00")
    last = do(version)
    only = Proposal.objects.get()
    assert (only.pk, only.state, only.made_at) == (first.pk, "open", first.made_at)
    assert only.determination.run == last


def test_a_proposal_that_no_longer_holds_lapses(version, household):
    do(version)
    change_income(household, "9000.00")
    do(version)
    assert proposed(household) == [("identify", "lapsed")]
    assert Proposal.objects.get().closed_at
    change_income(household, "8000.00")
    do(version)
    assert proposed(household) == [("identify", "lapsed"), ("identify", "open")]


def test_a_proposal_that_somebody_takes_up_meanwhile_stays_taken_up(version, household, monkeypatch):
    do(version)
    change_income(household, "9000.00")
    real = proposals._outdated

    def outdated(*args):
        found = real(*args)
        Proposal.objects.update(state="taken_up")
        return found

    monkeypatch.setattr(proposals, "_outdated", outdated)
    do(version)
    assert proposed(household) == [("identify", "taken_up")]


@pytest.mark.parametrize("state", ["dismissed", "taken_up"])
def test_what_people_settled_is_proposed_again_only_when_the_result_has_changed(version, household, state):
    do(version)
    Proposal.objects.update(state=state)
    do(version)
    assert proposed(household) == [("identify", state)]
    change_income(household, "7000.00")
    do(version)
    assert proposed(household) == [("identify", state), ("identify", "open")]


def test_a_household_has_one_open_proposal_whichever_standard_makes_it(version, household):
    do(version)
    do(make_version(code="other"))
    assert proposed(household) == [("identify", "open")]


def test_a_run_over_one_village_renews_only_its_proposals(version, household):
    other = make_household(make_village("320412100202"))
    make_income(other, wages="8000.00")
    do(version)
    for one in (household, other):
        change_income(one, "9000.00")
    do(version, household.village_id)
    assert proposed(household) == [("identify", "lapsed")]
    assert proposed(other) == [("identify", "open")]


# --- The command ------------------------------------------------------------------------------------------------


def command(*arguments: str) -> dict[str, str]:
    told = StringIO()
    call_command("recalculate", *arguments, stdout=told)
    return dict(line.split(": ", 1) for line in told.getvalue().splitlines())


@pytest.fixture
def _nobody_takes_it(monkeypatch):
    monkeypatch.setattr("eligibility.management.commands.recalculate.PATIENCE_SECONDS", 0)


@pytest.mark.usefixtures("_nobody_takes_it", "households")
class TestCommand:
    def test_it_waits_for_the_end_and_prints_counts_and_checksum(self, version):
        told = command("demo-2015", "--wait")
        run = Recalculation.objects.get()
        assert told == {"run": str(run.pk)} | {k: str(v) for k, v in run.counts.items()} | {"checksum": run.checksum}
        assert told["eligible"] == "8"

    def test_it_keeps_to_a_division(self):
        assert command("demo-2015", "--division", "320412101", "--wait")["eligible"] == "2"

    def test_it_simulates_another_line(self):
        assert command("demo-2015", "--simulate", "--line", "8000.01", "--wait")["eligible"] == "4"
        assert not Determination.objects.exists()

    def test_without_wait_it_leaves_the_run_to_a_worker(self, woken, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            told = command("demo-2015")
        assert [str(job) for job in woken] == [told["run"]]
        assert Job.objects.get().state == JobState.QUEUED

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["unknown"], "No approved standard"),
            (["demo-2015", "--division", "999999"], "no division"),
            (["demo-2015", "--line", "1.00"], "simulated"),
            (["demo-2015", "--simulate", "--line", "much"], "amount"),
        ],
    )
    def test_it_says_what_is_wrong(self, arguments, message, settings):
        settings.LANGUAGE_CODE = "en"
        with pytest.raises(CommandError, match=message):
            command(*arguments)

    def test_it_says_which_run_is_in_its_way(self, version):
        run = recalculation.start(version, DISTRICT, None)
        with pytest.raises(CommandError, match=str(run.pk)):
            command("demo-2015")


# --- At the same moment -----------------------------------------------------------------------------------------


def at_once(*works) -> list:
    """Do the works in threads with connections of their own; their results, or what they raised."""
    results, gate = [None] * len(works), threading.Barrier(len(works))

    def go(position: int, work) -> None:
        try:
            gate.wait()
            results[position] = work()
        except Exception as error:
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
class TestAtOnce:
    def test_of_two_starts_one_is_refused_with_a_link_to_the_other(self):
        version = make_version(code="demo-2015")
        make_district()
        results = at_once(*[lambda: recalculation.start(version, DISTRICT, None)] * 2)
        (started,) = [result for result in results if isinstance(result, Recalculation)]
        (refused,) = [result for result in results if isinstance(result, recalculation.AlreadyRunning)]
        assert refused.run == started

    def test_workers_on_one_run_share_its_chunks(self):
        version = make_version(code="demo-2015")
        make_district()
        expected = undisturbed_checksum(version)
        run = recalculation.start(version, DISTRICT, None)
        job = jobs.claim(run.pk)
        assert at_once(*[lambda: recalculation.run(job)] * 3) == [None] * 3
        run.refresh_from_db()
        assert (run.job.state, run.checksum) == (JobState.DONE, expected)
        assert Determination.objects.count() == 16
        assert Proposal.objects.count() == 8

    def test_a_worker_with_a_chunk_in_hand_keeps_no_other_from_the_next_one(self, monkeypatch):
        version = make_version(code="demo-2015")
        make_district()
        run = recalculation.start(version, DISTRICT, None)
        job = jobs.claim(run.pk)
        run = recalculation._prepared(job)
        one, other = recalculation._claimed(run), recalculation._claimed(run)
        writer, in_hand, other_is_done = determinations.Writer(run), threading.Event(), threading.Event()
        real = determinations.Writer.write

        def write(writer, chunk):
            if chunk == one:
                in_hand.set()
                assert other_is_done.wait(10)
            return real(writer, chunk)

        def do_the_other() -> None:
            assert in_hand.wait(10)
            recalculation._do(run, other, writer)
            jobs.progress(job, 4)
            other_is_done.set()

        monkeypatch.setattr(determinations.Writer, "write", write)
        assert at_once(lambda: recalculation._do(run, one, writer), do_the_other) == [None, None]

    def test_a_chunk_is_done_though_another_worker_touches_it_while_looking_for_its_own(self):
        version = make_version(code="demo-2015")
        make_district()
        run = recalculation.start(version, DISTRICT, None)
        run = recalculation._prepared(jobs.claim(run.pk))
        chunk = recalculation._claimed(run)
        touched, done = threading.Event(), threading.Event()

        def touch() -> None:
            with transaction.atomic():
                run.chunks.select_for_update().get(pk=chunk.pk)
                touched.set()
                while not done.is_set() and not _somebody_waits():
                    done.wait(0.01)

        def do_it() -> None:
            touched.wait(30)
            recalculation._do(run, chunk, determinations.Writer(run))
            done.set()

        assert at_once(touch, do_it) == [None, None]
        chunk.refresh_from_db()
        assert chunk.state == ChunkState.DONE


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0
