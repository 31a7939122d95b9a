"""Weak villages: the line to the fen, changes, and a candidate that nothing but the district's decision confirms."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import OperationalError

from casework.services import open_village_case
from eligibility import recalculation, villages
from eligibility.models import VillageDetermination
from fupin import jobs
from fupin.models import JobState
from tests.casework.steps import step
from tests.eligibility.makers import make_version
from tests.eligibility.test_recalculation import let_its_worker_fall_silent
from tests.factories import DISTRICT, make_user, make_village
from villages.choices import VillageStanding
from villages.models import Village, VillageIncome, VillageProfile

pytestmark = pytest.mark.django_db

VILLAGE, OTHER = "320412100201", "320412101201"


@pytest.fixture
def version():
    return make_version(code="village-2015", subject="village")


def make_income(code: str = VILLAGE, year: int = 2015, **amounts) -> Village:
    village = make_village(code)
    amounts = {name: Decimal(amount) for name, amount in amounts.items()}
    VillageIncome.objects.update_or_create(village=village, year=year, defaults=amounts)
    return village


def do(version, division: str = DISTRICT, **values):
    run = recalculation.start(version, division, None, **values)
    jobs.run(run.pk)
    run.refresh_from_db()
    return run


def current(village: Village) -> VillageDetermination:
    return VillageDetermination.objects.current().get(village=village)


@pytest.mark.parametrize(
    ("amounts", "inclusive", "outcome"),
    [
        ({"operating": "1499999.99"}, False, "weak"),
        ({"operating": "1500000.00"}, False, "not_weak"),
        ({"operating": "1500000.01"}, False, "not_weak"),
        ({"operating": "1500000.00"}, True, "weak"),
        ({"operating": "1500000.01"}, True, "not_weak"),
        ({"operating": "500000.00", "subsidy": "500000.00", "other": "499999.99"}, False, "weak"),
        ({"operating": "500000.00", "subsidy": "500000.00", "other": "500000.00"}, False, "not_weak"),
        ({}, False, "weak"),
    ],
)
def test_the_line_is_met_to_the_fen(amounts, inclusive, outcome):
    village = make_income(**amounts)
    run = do(make_version(subject="village", inclusive=inclusive))
    assert current(village).outcome == outcome
    assert run.counts[outcome] == 1


def test_only_counted_categories_count():
    village = make_income(operating="1499999.99", subsidy="900000.00")
    do(make_version(subject="village", items=["operating", "contracting"]))
    assert (current(village).outcome, current(village).total) == ("weak", Decimal("1499999.99"))


def test_without_a_statement_of_the_year_it_cannot_be_decided(version):
    village = make_income(year=2014, operating="1.00")
    run = do(version)
    assert (current(village).outcome, current(village).total) == ("insufficient_data", None)
    assert "income of 2015 has not been entered" in in_english(current(village))
    assert run.counts == {
        "weak": 0,
        "not_weak": 0,
        "insufficient_data": 1,
        "newly_weak": 0,
        "no_longer_weak": 0,
    }


def in_english(determination: VillageDetermination) -> str:
    from django.utils.translation import override

    with override("en"):
        return villages.explain(determination)


@pytest.mark.parametrize(
    ("operating", "inclusive", "sentence"),
    [
        ("1499999.99", False, "Income of 2015 came to 1,499,999.99 yuan, below the line of 1,500,000.00 yuan."),
        ("1500000.00", False, "Income of 2015 came to 1,500,000.00 yuan, not below the line of 1,500,000.00 yuan."),
        ("1500000.00", True, "Income of 2015 came to 1,500,000.00 yuan, not above the line of 1,500,000.00 yuan."),
        ("1500000.01", True, "Income of 2015 came to 1,500,000.01 yuan, above the line of 1,500,000.00 yuan."),
    ],
)
def test_it_is_explained_in_a_sentence(operating, inclusive, sentence):
    village = make_income(operating=operating)
    do(make_version(subject="village", inclusive=inclusive))
    assert in_english(current(village)) == sentence


def test_changes_are_told_against_the_run_before_and_an_unchanged_run_writes_nothing(version):
    falling, rising = make_income(VILLAGE, operating="2000000"), make_income(OTHER, operating="1000000")
    first = do(version)
    unchanged = do(version)
    assert unchanged.checksum == first.checksum
    assert not VillageDetermination.objects.filter(run=unchanged).exists()
    make_income(VILLAGE, operating="1000000")
    make_income(OTHER, operating="2000000")
    run = do(version)
    assert (run.counts["newly_weak"], run.counts["no_longer_weak"]) == (1, 1)
    assert (current(falling).previous_outcome, current(falling).outcome) == ("not_weak", "weak")
    assert (current(rising).previous_outcome, current(rising).outcome) == ("weak", "not_weak")
    assert VillageDetermination.objects.count() == 4


def test_a_simulation_leaves_what_counts_untouched(version):
    village = make_income(operating="1000000")
    first = do(version)
    run = do(version, simulate=True, changes={"line": "900000.00"})
    assert (run.counts["not_weak"], run.counts["no_longer_weak"]) == (1, 1)
    assert current(village).run == first
    assert do(version).counts["weak"] == 1


def test_a_run_over_a_township_leaves_the_others_alone(version):
    village, other = make_income(VILLAGE), make_income(OTHER)
    do(version, VILLAGE[:9])
    assert current(village)
    assert not VillageDetermination.objects.filter(village=other).exists()


def test_an_interrupted_run_is_resumed_to_the_same_end(version, monkeypatch):
    make_income(VILLAGE, operating="2000000")
    make_income(OTHER, operating="1000000")
    expected = do(version, simulate=True).checksum
    real = villages.Writer.write

    def write(*args):
        real(*args)
        raise OperationalError("the database went away")

    run = recalculation.start(version, DISTRICT, None)
    with monkeypatch.context() as patch:
        patch.setattr(villages.Writer, "write", write)
        patch.setattr(jobs, "close_old_connections", lambda: None)
        jobs.run(run.pk)
    assert not VillageDetermination.objects.filter(run=run).exists()
    let_its_worker_fall_silent(run)
    jobs.run(run.pk)
    run.refresh_from_db()
    assert (run.job.state, run.checksum) == (JobState.DONE, expected)
    assert VillageDetermination.objects.filter(run=run).count() == 2


def test_a_village_that_was_merged_away_is_not_determined(version):
    make_income(VILLAGE)
    Village.objects.filter(pk=make_income(OTHER).pk).update(valid_to=date(2016, 1, 1))
    assert do(version).counts["weak"] == 1


def test_a_result_is_a_candidate_until_the_district_confirms_it(version):
    village = make_income(operating="1000000")
    do(version)
    assert not VillageProfile.objects.filter(village=village, standing=VillageStanding.WEAK).exists()
    case = open_village_case(make_user("district"), current(village), "低于标准")
    step(make_user("township", village.pk[:9]), case, "audit")
    step(make_user("district"), case, "confirm")
    assert VillageProfile.objects.get(village=village).standing == VillageStanding.WEAK
    make_income(operating="2000000")
    do(version)
    assert current(village).outcome == "not_weak"
    assert VillageProfile.objects.get(village=village).standing == VillageStanding.WEAK
