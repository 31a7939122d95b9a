"""What the check of the register asks of who helps a household, and of how its cases went."""

from datetime import date, timedelta

import pytest

from assistance.checks import due_a_visit, long_unvisited, two_main_cadres, with_a_gap, without_main_cadre
from assistance.models import Pairing, Visit
from casework.checks import passed_over_objection, reviewed_by_enterer, short_publicity
from casework.models import CaseEvent, Objection
from households.checks import refresh
from tests.assistance.makers import make_cadre
from tests.factories import make_case, make_household, make_notice, make_user, make_village

pytestmark = pytest.mark.django_db
TODAY = date(2016, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def household():
    return make_household(make_village(), status="registered", registered_on=date(2016, 1, 1))


def paired(household, started_on, ended_on=None, **values) -> Pairing:
    return Pairing.objects.create(
        household=household, cadre=make_cadre(), started_on=started_on, ended_on=ended_on, **values
    )


def hit(rule, household) -> bool:
    return household.pk in {found.household for found in rule([household.pk], TODAY)}


def test_a_household_on_the_register_has_a_main_cadre_today(household):
    assert hit(without_main_cadre, household)
    paired(household, TODAY, is_main=False)
    assert hit(without_main_cadre, household)
    paired(household, TODAY)
    assert not hit(without_main_cadre, household)
    assert not hit(without_main_cadre, make_household(household.village))


def test_the_day_of_the_end_is_without_help(household):
    paired(household, date(2016, 1, 1), TODAY)
    assert hit(without_main_cadre, household)


@pytest.mark.parametrize(
    ("ended_on", "gap", "overlap"),
    [(date(2016, 3, 1), False, False), (date(2016, 2, 29), True, False), (date(2016, 3, 2), False, True)],
)
def test_from_one_main_cadre_to_the_next_without_gap_or_overlap(household, ended_on, gap, overlap):
    paired(household, date(2016, 1, 1), ended_on)
    paired(household, date(2016, 3, 1))
    assert (hit(with_a_gap, household), hit(two_main_cadres, household)) == (gap, overlap)


@pytest.mark.parametrize(
    ("days", "due", "long"), [(90, False, False), (91, True, False), (180, True, False), (181, False, True)]
)
def test_a_visit_every_ninety_days(settings, household, days, due, long):
    settings.FUPIN_VISIT_INTERVAL_DAYS = 90
    pairing = paired(household, TODAY - 400 * DAY)
    assert hit(long_unvisited, household)
    Visit.objects.create(household=household, cadre=pairing.cadre, visited_on=TODAY - days * DAY, situation="平稳")
    assert (hit(due_a_visit, household), hit(long_unvisited, household)) == (due, long)


@pytest.mark.parametrize(("days", "is_short"), [(6, True), (7, False)])
def test_a_publicity_lasts_seven_days(settings, household, days, is_short):
    settings.FUPIN_PUBLICITY_DAYS = 7
    make_notice(make_case(household), starts_on=date(2016, 6, 1), days=days)
    assert hit(short_publicity, household) == is_short


def test_a_publicity_that_ends_before_its_days_are_over_is_short(household):
    notice = make_notice(make_case(household), starts_on=date(2016, 6, 1), days=7)
    assert not hit(short_publicity, household)
    type(notice).objects.filter(pk=notice.pk).update(ends_on=date(2016, 6, 6))
    assert hit(short_publicity, household)


def test_no_case_goes_on_over_an_unanswered_objection(household):
    case = make_case(household, "village_publicity")
    notice = make_notice(case, starts_on=date(2016, 6, 1))
    objection = Objection.objects.create(
        receipt="R1", notice=notice, entry=notice.entries.get(), village=household.village, ground="listed",
        level="township", text="有车", due_on=TODAY,
    )  # fmt: skip
    assert not hit(passed_over_objection, household)
    type(case).objects.filter(pk=case.pk).update(stage="township_review")
    assert hit(passed_over_objection, household)
    Objection.objects.filter(pk=objection.pk).update(state="upheld", closed_at="2016-06-20T00:00:00Z")
    assert not hit(passed_over_objection, household)


def test_the_reviewer_is_not_who_entered(household):
    enterer, other = make_user("township"), make_user("township")
    type(household).objects.filter(pk=household.pk).update(entered_by=enterer)
    case = make_case(household, "township_review")
    CaseEvent.objects.create(case=case, step="review", from_stage="township_review", to_stage="x", actor=other)
    assert not hit(reviewed_by_enterer, household)
    CaseEvent.objects.create(case=case, step="review", from_stage="township_review", to_stage="x", actor=enterer)
    assert hit(reviewed_by_enterer, household)


def test_they_stand_in_the_same_list(household):
    refresh([household.pk])
    assert "P-201" in set(household.findings.values_list("rule", flat=True))
