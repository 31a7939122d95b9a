"""Runs over a part: chosen villages or households, and only what was touched since the run before.

An incremental run must leave the register as a full one would: whatever changed, and whoever wrote it when.
"""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from eligibility import determinations, recalculation, scopes, standards
from eligibility.choices import ScopeKind
from eligibility.models import Determination, Proposal, Recalculation, RecalculationHousehold
from fupin import clock, jobs
from fupin.clock import DatabaseNow
from households import entries, services
from households.choices import FactKind
from households.models import Household
from households.rules import FactEntry
from tests.eligibility.makers import make_version
from tests.eligibility.test_recalculation import VILLAGES, do, make_district
from tests.factories import DISTRICT, make_household, make_income, make_user, make_village
from tests.households.makers import make_entry
from villages.models import Village

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(determinations, "HOUSEHOLDS_A_CHUNK", 4)
    monkeypatch.setattr("eligibility.models.runs.OVERLAP", timedelta(0))


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def households(version) -> list[Household]:
    return make_district()


@pytest.fixture
def clerk():
    return make_user("district")


def edit(household: Household, actor, **income) -> None:
    """Save other amounts of 2015, as the page of entry does."""
    household.refresh_from_db()
    entry = entries.entry_of(household)
    entry.incomes[0].amounts |= {name: Decimal(value) for name, value in income.items()}
    services.update_household(household, entry, household.version, actor)


def incremental(version, scope=DISTRICT) -> Recalculation:
    return do(version, scope, incremental=True)


def judged(run: Recalculation) -> int:
    return sum(run.counts[outcome] for outcome in determinations.OUTCOMES)


def standing(version) -> list[tuple]:
    """How every household stands now, up to what differs between runs."""
    rows = Determination.objects.current().filter(standard=version.standard)
    return sorted(rows.values_list("household_id", "village_id", "outcome", "headcount", "net_income", "reasons"))


def as_by_a_full_run(version) -> list[tuple]:
    """How every household would stand after a full run, which leaves no trace."""
    with transaction.atomic():
        do(version)
        rows = standing(version)
        transaction.set_rollback(True)
    return rows


# --- Chosen villages and households -----------------------------------------------------------------------------


def test_a_run_over_chosen_villages_judges_these(version, households):
    chosen = Village.objects.filter(pk__in=(VILLAGES[0], VILLAGES[2]))
    run = do(version, scopes.of_villages(chosen))
    assert (run.scope, run.division_code) == (ScopeKind.VILLAGES, "320412100")
    assert set(Determination.objects.values_list("village_id", flat=True)) == {VILLAGES[0], VILLAGES[2]}
    assert (judged(run), run.counts["eligible"]) == (8, 4)


def test_a_run_over_chosen_households_judges_these_and_proposes_for_these(version, households):
    chosen = households[0], households[5], households[12]
    run = do(version, scopes.of_households(Household.objects.filter(pk__in=[household.pk for household in chosen])))
    assert (run.scope, run.division_code, judged(run)) == (ScopeKind.HOUSEHOLDS, DISTRICT, 3)
    assert set(Determination.objects.values_list("household", flat=True)) == {household.pk for household in chosen}
    proposed = set(Proposal.objects.open().values_list("household", flat=True))
    assert proposed == {households[0].pk, households[12].pk}
    assert RecalculationHousehold.objects.filter(run=run).count() == 3


def test_pasted_numbers_are_a_scope(version, households, clerk):
    text = f" {households[0].number},{households[1].number}；\n{households[0].number}\t{households[2].number} "
    assert judged(do(version, scopes.of_numbers(text, clerk))) == 3


def test_a_number_that_is_unknown_in_ones_area_is_named(households):
    township = make_user("township", "320412101")
    with pytest.raises(ValidationError, match=households[0].number):
        scopes.of_numbers(f"{households[12].number} {households[0].number}", township)
    with pytest.raises(ValidationError):
        scopes.of_numbers(" ,\n", township)


def test_runs_over_lists_are_refused_where_they_share_a_household(version, households):
    def chosen(*positions):
        return scopes.of_households(Household.objects.filter(pk__in=[households[place].pk for place in positions]))

    recalculation.start(version, chosen(0, 5), None)
    assert recalculation.start(version, chosen(1, 6), None)
    for scope in (
        chosen(5, 7),
        VILLAGES[1],
        scopes.of_villages(Village.objects.filter(pk__in=VILLAGES[1:3])),
        DISTRICT,
    ):
        with pytest.raises(recalculation.AlreadyRunning):
            recalculation.start(version, scope, None)
    assert recalculation.start(version, VILLAGES[2], None)
    assert recalculation.start(version, scopes.of_villages(Village.objects.filter(pk=VILLAGES[3])), None)
    assert Recalculation.objects.count() == 4, "what is refused leaves nothing"


def test_households_are_not_chosen_for_a_standard_of_villages(households):
    version = make_version(subject="village")
    with pytest.raises(ValidationError):
        recalculation.start(version, scopes.of_households(Household.objects.all()), None)
    run = do(version, scopes.of_villages(Village.objects.filter(pk__in=VILLAGES[:2])))
    assert run.counts["insufficient_data"] == 2


# --- Only what was touched --------------------------------------------------------------------------------------


def test_without_a_run_before_everything_is_judged(version, households):
    run = incremental(version)
    assert (run.is_incremental, judged(run)) == (False, 16)


def test_only_what_was_touched_is_judged(version, households, clerk):
    first = do(version)
    edit(households[1], clerk, wages="8999.99")
    edit(households[6], clerk, wages="9100.00")
    run = incremental(version)
    assert (run.base, judged(run), run.job.total) == (first, 2, 2)
    assert (run.counts["newly_eligible"], run.counts["no_longer_eligible"]) == (1, 1)
    assert run.chunks.count() == 1
    assert judged(incremental(version)) == 0
    assert standing(version) == as_by_a_full_run(version)


def test_villages_of_the_untouched_are_not_looked_at(version, households, clerk):
    do(version)
    edit(households[5], clerk, wages="1.00")
    run = incremental(version)
    assert list(run.chunks.values_list("first_village", "last_village")) == [(VILLAGES[1], VILLAGES[1])]


def test_after_a_change_of_the_version_everything_is_judged(version, households, clerk):
    do(version)
    draft = standards.new_draft(version.standard, clerk)
    draft = standards.edit_draft(draft, {"line": Decimal("8999.99")}, [], clerk)
    standards.submit(draft, clerk)
    standards.approve(draft, make_user("district"), "文号二")
    run = incremental(standards.version_in_force("demo-2015"))
    assert (run.is_incremental, judged(run), run.counts["no_longer_eligible"]) == (False, 16, 4)


@pytest.mark.parametrize(("scope", "is_incremental"), [(VILLAGES[0], True), ("320412100", True), (DISTRICT, False)])
def test_it_goes_on_from_a_run_over_all_of_its_scope(version, households, clerk, scope, is_incremental):
    do(version, "320412100")
    edit(households[0], clerk, wages="9000.00")
    run = incremental(version, scope)
    assert (run.is_incremental, run.counts["no_longer_eligible"]) == (is_incremental, 1)
    assert judged(run) == (1 if is_incremental else 16)


def test_neither_a_simulation_nor_a_cancelled_run_is_gone_on_from(version, households):
    do(version, simulate=True)
    jobs.cancel(recalculation.start(version, DISTRICT, None).job)
    assert not incremental(version).is_incremental


def test_chosen_villages_go_on_from_a_run_over_them_or_over_more(version, households, clerk):
    chosen = scopes.of_villages(Village.objects.filter(pk__in=VILLAGES[:2]))
    first = do(version, chosen)
    edit(households[0], clerk, wages="9000.00")
    second = incremental(version, chosen)
    assert (second.base, judged(second)) == (first, 1)
    third = do(version)
    assert incremental(version, chosen).base == third


def test_proposals_of_the_touched_are_renewed(version, households, clerk):
    do(version)
    edit(households[0], clerk, wages="9000.00")
    edit(households[1], clerk, wages="8000.00")
    run = incremental(version)
    assert list(Proposal.objects.filter(household=households[0]).values_list("state", flat=True)) == ["lapsed"]
    assert Proposal.objects.open().get(household=households[1]).made_by == run


# --- What touches a household -----------------------------------------------------------------------------------


def test_every_service_that_changes_a_household_touches_it(version, households, clerk):
    """Whatever is done through the services, the next incremental run leaves what a full one would."""

    def verify_a_fact() -> Household:
        household = households[2]
        entry = entries.entry_of(household)
        entry.facts.append(FactEntry(kind=FactKind.VEHICLE, fact_date=date(2014, 1, 1), verification="true"))
        services.update_household(household, entry, household.version, clerk)
        return household

    def enter_anew() -> Household:
        return services.create_household(make_entry(village=VILLAGES[0]), clerk)

    def move() -> Household:
        return services.move_household(households[4], Village.objects.get(pk=VILLAGES[3]), "迁居", clerk)

    do(version)
    for act in (verify_a_fact, enter_anew, move):
        before = timezone.now() - timedelta(seconds=1)
        household = act()
        assert Household.objects.get(pk=household.pk).touched_at > before
        assert judged(incremental(version)) == 1, act.__name__
        assert standing(version) == as_by_a_full_run(version)


# --- Nothing slips through --------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
class TestTwoTransactions:
    """A change is written before a run begins, and committed after the run has read: its time lies before the run's."""

    def late_commit(self, household: Household, while_open) -> None:
        """Touch a household in a transaction of another session, and commit only when `while_open` has returned."""
        written, may_commit = threading.Event(), threading.Event()

        def write():
            with transaction.atomic():
                household.incomes.update(wages=Decimal("100000.00"))
                Household.objects.filter(pk=household.pk).update(touched_at=DatabaseNow())
                written.set()
                may_commit.wait(30)
            connection.close()

        thread = threading.Thread(target=write)
        thread.start()
        try:
            assert written.wait(30)
            while_open()
        finally:
            may_commit.set()
            thread.join(30)

    def test_what_was_committed_after_a_run_had_read_is_judged_by_the_next(self):
        version, households = make_version(code="demo-2015"), make_district()
        do(version)
        seen = []
        self.late_commit(households[0], lambda: seen.append(incremental(version)))
        (run,) = seen
        assert run.counts["no_longer_eligible"] == 0, "it was not yet to be seen"
        household = Household.objects.get(pk=households[0].pk)
        assert household.touched_at < run.job.finished_at, "and yet its time is earlier"
        assert run.watermark <= household.touched_at
        following = incremental(version)
        assert following.counts["no_longer_eligible"] == 1
        assert standing(version) == as_by_a_full_run(version)

    def test_a_transaction_that_began_before_and_writes_after_is_not_missed(self):
        began, may_write = threading.Event(), threading.Event()
        version, households = make_version(code="demo-2015"), make_district()

        def write():
            with transaction.atomic():
                Household.objects.count()
                began.set()
                may_write.wait(30)
                households[0].incomes.update(wages=Decimal("100000.00"))
                Household.objects.filter(pk=households[0].pk).update(touched_at=DatabaseNow())
            connection.close()

        thread = threading.Thread(target=write)
        thread.start()
        try:
            assert began.wait(30)
            do(version)
        finally:
            may_write.set()
            thread.join(30)
        assert incremental(version).counts["no_longer_eligible"] == 1

    def test_the_clock_of_the_web_machine_does_not_matter(self, monkeypatch):
        version, households, clerk = make_version(code="demo-2015"), make_district(), make_user("district")
        do(version)
        with monkeypatch.context() as patch:
            slow = timezone.now() - timedelta(hours=3)
            patch.setattr(timezone, "now", lambda: slow)
            edit(households[0], clerk, wages="9000.00")
        assert incremental(version).counts["no_longer_eligible"] == 1

    def test_a_session_of_another_role_makes_it_look_further_back(self):
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE IF EXISTS fupin_unprivileged")
            cursor.execute("CREATE ROLE fupin_unprivileged")
            try:
                connection.ensure_connection()
                other = connection.copy()
                other.ensure_connection()
                cursor.execute("SET ROLE fupin_unprivileged")
                assert clock.seen_until() < timezone.now() - timedelta(hours=23)
                other.close()
            finally:
                cursor.execute("RESET ROLE")
                cursor.execute("DROP ROLE fupin_unprivileged")


def test_a_touched_household_without_income_is_judged_too(version, households, clerk):
    do(version)
    newcomer = make_household(make_village(VILLAGES[0]))
    assert judged(incremental(version)) == 1
    make_income(newcomer, wages="1.00")
    assert judged(incremental(version)) == 0, "only services touch; tests that write rows do not"
