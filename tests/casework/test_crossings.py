"""A change that moves a submitted household across the line asks for a reason, and a reviewer has to see it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from casework import work
from casework.checks import submitted
from casework.models import CaseEvent
from eligibility import recalculation
from eligibility.crossing import sides
from eligibility.standards import version_in_force
from fupin import jobs
from households.crossings import acknowledge
from households.entries import entry_of
from households.models import Household, LineCrossing
from households.services import Answers, EntryRefused, update_household
from tests.api.conftest import client_of
from tests.factories import DISTRICT, make_case, make_household, make_income, make_user, make_village
from tests.worlds import make_standard

pytestmark = pytest.mark.django_db
WHY = "漏记了外出务工收入"


@pytest.fixture
def village():
    return make_village("320412100201")


@pytest.fixture
def clerk(village):
    return make_user("village", village.pk)


@pytest.fixture
def household(village):
    """On the register, one person with 8,999.99 yuan under a line of 9,000 (strictly below)."""
    make_standard("demo-2015", "household")
    household = make_household(village, status="registered", registered_on=date(2016, 4, 1), main_cause="99")
    make_income(household, 2015, wages="8999.99")
    return household


def save(household: Household, clerk, wages: str, reason: str = "") -> Household:
    household.refresh_from_db()
    entry = entry_of(household)
    entry.incomes[0].amounts["wages"] = Decimal(wages)
    return update_household(household, entry, household.version, clerk, Answers(reason=reason))


def test_a_move_across_the_line_is_not_saved_without_a_reason(household, clerk):
    with pytest.raises(EntryRefused) as refused:
        save(household, clerk, "9000.00")
    crossing = refused.value.crossing
    assert (crossing.per_head_before, crossing.per_head_after) == (Decimal("8999.99"), Decimal("9000.00"))
    assert str(household.incomes.get().wages) == "8999.99"
    assert not LineCrossing.objects.exists()


def test_with_a_reason_it_is_saved_and_flagged(household, clerk):
    save(household, clerk, "9000.00", WHY)
    crossing = LineCrossing.objects.get()
    assert (crossing.reason, crossing.changed_by, crossing.line) == (WHY, clerk, Decimal("9000.00"))
    assert (crossing.standard, crossing.went_up, crossing.seen_at) == ("demo-2015", True, None)


def test_down_across_the_line_is_flagged_as_well(household, clerk):
    save(household, clerk, "9000.00", WHY)
    with pytest.raises(EntryRefused):
        save(household, clerk, "8999.99")
    save(household, clerk, "8999.99", "重复录入")
    assert [crossing.went_up for crossing in LineCrossing.objects.order_by("pk")] == [True, False]


@pytest.mark.parametrize("wages", ["8000.00", "8999.98"])
def test_a_change_on_the_same_side_asks_nothing(household, clerk, wages):
    save(household, clerk, wages)
    assert not LineCrossing.objects.exists()


def test_before_submission_nothing_is_asked(household, clerk):
    Household.objects.filter(pk=household.pk).update(status="unregistered", registered_on=None)
    save(household, clerk, "20000.00")
    assert not LineCrossing.objects.exists()


def test_a_household_is_submitted_when_its_case_has_left_the_first_stage(village):
    draft, applied, passed, withdrawn = (make_household(village) for _number in range(4))
    make_case(applied)
    case = make_case(passed, "appraisal")
    CaseEvent.objects.create(case=case, step="x", from_stage="application", to_stage="appraisal", actor=case.opened_by)
    case = make_case(withdrawn, "withdrawn")
    CaseEvent.objects.create(case=case, step="x", from_stage="application", to_stage="withdrawn", actor=case.opened_by)
    exited = make_household(village, status="exited", registered_on=date(2016, 4, 1))
    keys = [one.pk for one in (draft, applied, passed, withdrawn, exited)]
    assert submitted(keys) == {passed.pk, exited.pk}


def test_without_a_statement_there_is_no_side_to_cross_to(household, clerk):
    entry = entry_of(household)
    entry.incomes = []
    update_household(household, entry, household.version, clerk)
    assert sides([household.pk]) == {}
    assert not LineCrossing.objects.exists()


def test_two_saves_do_not_pass_by_what_one_save_is_asked(household, clerk):
    """The statement is taken out, and entered again with another income."""
    run = recalculation.start(version_in_force("demo-2015"), DISTRICT, None)
    jobs.run(run.pk)
    entry = entry_of(household)
    statement = entry.incomes.pop()
    update_household(household, entry, household.version, clerk)
    household.refresh_from_db()
    entry = entry_of(household)
    entry.incomes = [replace(statement, pk=None, amounts=statement.amounts | {"wages": Decimal("9000.00")})]
    with pytest.raises(EntryRefused) as refused:
        update_household(household, entry, household.version, clerk, Answers())
    assert (refused.value.crossing.per_head_before, refused.value.crossing.went_up) == (Decimal("8999.99"), True)
    update_household(household, entry, household.version, clerk, Answers(reason=WHY))
    assert LineCrossing.objects.get().reason == WHY


# --- Until it is seen -------------------------------------------------------------------------------------------------
@pytest.fixture
def crossing(household, clerk):
    save(household, clerk, "9000.00", WHY)
    return LineCrossing.objects.get()


def test_it_waits_in_the_work_of_the_township_until_seen(crossing, clerk):
    township, elsewhere = make_user("township", "320412100"), make_user("township", "320412101")
    assert work.of(township).crossings == [crossing]
    assert (work.of(clerk).crossings, work.of(elsewhere).crossings) == ([], [])
    acknowledge(crossing, township)
    assert (crossing.seen_by, work.of(township).crossings) == (township, [])
    acknowledge(crossing, make_user("district"))
    assert crossing.seen_by == township, "seen twice, the first stays"


def test_nobody_reviews_their_own_change(household):
    both = make_user("township", "320412100")
    save(household, both, "9000.00", WHY)
    crossing = LineCrossing.objects.get()
    assert work.of(both).crossings == []
    with pytest.raises(ValidationError):
        acknowledge(crossing, both)
    with pytest.raises(PermissionDenied):
        acknowledge(crossing, make_user("village", "320412100201"))


def test_the_case_page_shows_it_and_the_history_keeps_it(client, crossing, household):
    case = make_case(household, "township_review", kind="exit")
    township = make_user("township", "320412100")
    client.force_login(township)
    url = reverse("casework:detail", args=[case.pk])
    assert WHY in client.get(url).content.decode()
    client.post(reverse("households:crossing-seen", args=[crossing.pk]))
    crossing.refresh_from_db()
    assert crossing.seen_by == township
    page = client.get(url).content.decode()
    assert WHY in page
    assert township.name in page
    listed = client.get(reverse("households:crossings"), {"seen": "yes"})
    assert list(listed.context["page"]) == [crossing]


def test_the_entry_page_asks_and_loses_nothing(client, household, clerk):
    client.force_login(clerk)
    edit = reverse("households:edit", args=[household.number])
    data = client.get(edit).context["forms"].as_data() | {"version": "1"}
    data["incomes-0-wages"], data["address"] = "12000", "东庄6号"
    asked = client.post(edit, data)
    assert asked.status_code == 200
    body = asked.content.decode()
    assert 'name="crossing-reason"' in body
    assert 'value="东庄6号"' in body
    assert client.post(edit, data | {"crossing-reason": WHY}).status_code == 302
    assert LineCrossing.objects.get().reason == WHY


def test_the_api_asks_too(household, clerk):

    url = f"/api/v1/households/{household.number}/"
    change = {"version": 1, "incomes": [{"year": 2015, "wages": "12000.00"}]}
    refused = client_of(clerk).patch(url, change, format="json")
    assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (400, ["/reason"])
    assert client_of(clerk).patch(url, change | {"reason": WHY}, format="json").status_code == 200
