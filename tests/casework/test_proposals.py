"""Proposals become cases or are dismissed: none is lost, none opens twice."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.models import Case
from casework.services import dismiss, open_case, take_up
from eligibility.models import Determination, Proposal, Recalculation
from fupin.models import Job
from tests.casework.test_steps import at_once
from tests.eligibility.makers import make_version
from tests.factories import make_fact, make_household, make_user, make_village

pytestmark = pytest.mark.django_db

DAY = date(2016, 3, 1)
VILLAGE = "320412100201"
CASES = {"identify": "identification", "exit": "exit", "suspected_error": "removal"}


@pytest.fixture
def clerk():
    make_village(VILLAGE)
    return make_user("township", VILLAGE[:9])


def make_proposal(kind="identify", household=None, village=VILLAGE, hit="", **values) -> Proposal:
    if household is None:
        status = {} if kind == "identify" else {"status": "registered", "registered_on": DAY}
        household = make_household(make_village(village), **status)
    version = make_version()
    job = Job.objects.create(kind="recalculation", title=f"run {uuid4().hex[:6]}", state="done")
    run = Recalculation.objects.create(job=job, version=version, division_code="320412", line=version.line)
    determination = Determination.objects.create(
        run=run, household=household, village=household.village, standard=version.standard,
        outcome="eligible" if kind == "identify" else "not_eligible", headcount=1, line=run.line,
        net_income="5000.00", reasons=version.criteria.get(fact_kind=hit).bit if hit else 0,
    )  # fmt: skip
    return Proposal.objects.create(household=household, kind=kind, determination=determination, made_by=run, **values)


@pytest.mark.parametrize("kind", CASES)
def test_it_becomes_the_case_that_it_asks_for_and_the_ground_tells_why(clerk, kind):
    proposal = make_proposal(kind)
    (case,) = take_up(clerk, [proposal.pk]).cases
    proposal.refresh_from_db()
    assert (case.kind, case.household, case.proposal) == (CASES[kind], proposal.household, proposal)
    assert (proposal.state, proposal.closed_by) == ("taken_up", clerk)
    assert case.ground
    assert case.events.get().reason == case.ground


def test_many_become_a_case_each(clerk):
    proposals = [make_proposal(kind) for kind in CASES]
    taken = take_up(clerk, [proposal.pk for proposal in proposals])
    assert {case.proposal_id for case in taken.cases} == {proposal.pk for proposal in proposals}
    assert not taken.refused


def test_one_that_cannot_be_opened_stays_open_and_says_why(clerk):
    busy, free = make_proposal(), make_proposal()
    other = open_case(clerk, "identification", busy.household, "本人申请")
    taken = take_up(clerk, [busy.pk, free.pk])
    ((refused, why),) = taken.refused
    busy.refresh_from_db()
    assert (refused, busy.state, busy.closed_at) == (busy, "open", None)
    assert str(other.pk) in why
    assert [case.proposal for case in taken.cases] == [free]


@pytest.mark.parametrize("kind", ["exit", "suspected_error"])
def test_one_whose_household_has_no_day_of_registration_says_why(clerk, kind):
    proposal = make_proposal(kind, make_household(make_village(VILLAGE)))
    taken = take_up(clerk, [proposal.pk])
    assert not taken.cases
    assert taken.refused[0][1]


def test_taken_twice_the_second_time_does_nothing(clerk):
    proposal = make_proposal()
    take_up(clerk, [proposal.pk])
    again = take_up(clerk, [proposal.pk, proposal.pk])
    assert (again.cases, again.refused, Case.objects.count()) == ([], [], 1)
    assert dismiss(clerk, [proposal.pk], "重复") == 0


def test_a_dismissal_has_a_reason(clerk):
    proposal = make_proposal()
    with pytest.raises(ValidationError) as refusal:
        dismiss(clerk, [proposal.pk], "  ")
    assert "reason" in refusal.value.error_dict
    assert dismiss(clerk, [proposal.pk], " 情况不实 ") == 1
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason, proposal.closed_by) == ("dismissed", "情况不实", clerk)
    assert take_up(clerk, [proposal.pk]).cases == []
    assert not Case.objects.exists()


def test_out_of_reach_nothing_is_touched(clerk):
    away = make_proposal(village="320412101201")
    assert take_up(clerk, [away.pk]).cases == []
    assert dismiss(clerk, [away.pk], "不实") == 0
    away.refresh_from_db()
    assert away.state == "open"


@pytest.mark.parametrize("role", ["village", "cadre", "auditor", "administrator"])
def test_others_do_not_settle_them(role):
    proposal = make_proposal()
    actor = make_user(role, VILLAGE)
    for settle in (lambda: take_up(actor, [proposal.pk]), lambda: dismiss(actor, [proposal.pk], "不实")):
        with pytest.raises(PermissionDenied):
            settle()


@pytest.mark.parametrize("keys", [[], list(range(1, 502))])
def test_neither_none_nor_too_many(clerk, keys):
    for settle in (lambda: take_up(clerk, keys), lambda: dismiss(clerk, keys, "不实")):
        with pytest.raises(ValidationError):
            settle()


@pytest.mark.parametrize(("kind", "wanted"), [("suspected_error", date(2015, 2, 1)), ("exit", date(2016, 4, 1))])
def test_the_case_rests_on_the_earliest_fact_on_the_right_side(clerk, kind, wanted):
    proposal = make_proposal(kind, hit="vehicle")
    for day in (date(2015, 6, 1), date(2015, 2, 1), date(2016, 8, 1), date(2016, 4, 1)):
        make_fact(proposal.household, "vehicle", day)
    make_fact(proposal.household, "vehicle", date(2014, 1, 1), verification="pending")
    (case,) = take_up(clerk, [proposal.pk]).cases
    assert case.fact.fact_date == wanted


@given(st.lists(st.tuples(st.sampled_from(["take_up", "dismiss"]), st.sets(st.integers(0, 4), min_size=1)), max_size=6))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_none_is_lost_and_none_is_settled_twice(moves):
    make_village(VILLAGE)
    clerk = make_user("township", VILLAGE[:9])
    keys = [make_proposal().pk for _number in range(5)]
    wanted = dict.fromkeys(keys, "open")
    for move, chosen in moves:
        chosen = [keys[number] for number in chosen]
        if move == "take_up":
            taken = {case.proposal_id for case in take_up(clerk, chosen).cases}
            assert taken == {key for key in chosen if wanted[key] == "open"}
        else:
            assert dismiss(clerk, chosen, "不实") == sum(wanted[key] == "open" for key in chosen)
        state = {"take_up": "taken_up", "dismiss": "dismissed"}[move]
        wanted |= {key: state for key in chosen if wanted[key] == "open"}
    assert dict(Proposal.objects.filter(pk__in=keys).values_list("pk", "state")) == wanted
    opened = Case.objects.filter(proposal__in=keys).values_list("proposal", flat=True)
    assert sorted(opened) == sorted(key for key, state in wanted.items() if state == "taken_up")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
def test_two_who_take_up_the_same_at_once_open_each_case_once(clerk):
    keys = [make_proposal().pk for _number in range(4)]
    other = make_user("township", VILLAGE[:9])
    results = at_once(lambda: take_up(clerk, keys), lambda: take_up(other, keys[::-1]))
    assert sorted(len(taken.cases) for taken in results) == [0, 4]
    assert Case.objects.count() == 4
