"""What the pages of a household and a village say of results, and what the entry page says while somebody types."""

import html
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from eligibility import panels, recalculation
from eligibility.models import Determination, Proposal, Recalculation, StandardVersion, VillageDetermination
from fupin import jobs
from fupin.models import Job, JobKind
from tests.eligibility.makers import make_version
from tests.factories import DISTRICT, make_fact, make_household, make_income, make_user
from tests.households.makers import head, income, make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return make_version(code="demo-2015")


def run_of(version):
    job = Job.objects.create(kind=JobKind.RECALCULATION, title="run", state="done")
    return Recalculation.objects.create(job=job, version=version, division_code="320412", line=version.line)


def page(client, household, role="district") -> str:
    client.force_login(make_user(role))
    return html.unescape(client.get(reverse("households:detail", args=[household.number])).content.decode())


def test_a_household_is_told_its_result_and_why(client, version):
    household = make_household()
    make_income(household, wages="8999.99")
    context = panels.of_household(household, make_user("district"))
    assert context["assessment"].outcome == "eligible"
    shown = page(client, household)
    assert context["why"] in shown
    assert "8,999.99" in shown


def test_a_criterion_that_hit_is_named(version):
    household = make_household()
    make_income(household, wages="100.00")
    make_fact(household, "vehicle", date(2015, 3, 1))
    context = panels.of_household(household, make_user("district"))
    assert context["assessment"].outcome == "not_eligible"
    assert [reason.code for reason in context["assessment"].reasons] == ["vehicle"]


def test_a_result_that_the_last_recalculation_did_not_see_is_pointed_out(client, version):
    household = make_household()
    run = run_of(version)
    determination = Determination.objects.create(
        run=run, household=household, village=household.village, standard=version.standard,
        outcome="insufficient_data", headcount=1, line=run.line,
    )  # fmt: skip
    assert page(client, household).count("badge--amber") == 3
    make_income(household, wages="100.00")
    Proposal.objects.create(household=household, kind="identify", determination=determination, made_by=run)
    context = panels.of_household(household, make_user("district"))
    assert (context["determined"].outcome, context["assessment"].outcome) == ("insufficient_data", "eligible")
    assert context["proposal"].kind == "identify"


@pytest.mark.parametrize("role", ["cadre", "contact"])
def test_helpers_are_not_told_of_income_by_a_result(version, role):
    household = make_household()
    assert panels.of_household(household, make_user(role)) is None
    assert panels.of_village(household.village, make_user(role)) is None


def test_without_a_standard_in_force_there_is_nothing_to_say(client):
    household = make_household()
    assert panels.of_household(household, make_user("district")) is None
    assert panels.of_entry(make_entry()) is None
    assert panels.income_year() is None
    assert household.number in page(client, household)


def test_a_village_is_told_its_result_and_why(client):
    household = make_household()
    version = make_version(code="village-2015", subject="village")
    run = run_of(version)
    VillageDetermination.objects.create(
        run=run, standard=version.standard, village=household.village, outcome="weak", total=900_000, line=run.line
    )
    client.force_login(make_user("district"))
    shown = client.get(reverse("villages:detail", args=[household.village_id])).content.decode()
    assert "900,000.00" in shown


def test_an_entry_is_assessed_while_it_is_typed(version):
    context = panels.of_entry(make_entry(incomes=[income(2015, wages="9000.00")]))
    assert context["assessment"].outcome == "not_eligible"
    context = panels.of_entry(make_entry(incomes=[income(2015, wages="8999.99")]))
    assert context["assessment"].outcome == "eligible"


@pytest.mark.parametrize(
    "entry",
    [
        make_entry(members=[], village=""),
        make_entry(members=[head(born_on=None, id_number="3")]),
        make_entry(incomes=[income(None, wages="1.00")]),
        make_entry(incomes=[income(2015), income(2015)]),
    ],
)
def test_an_unfinished_entry_is_no_fault(version, entry):
    assert panels.of_entry(entry)["assessment"].outcome in ("eligible", "insufficient_data")


def test_an_amount_that_is_none_shows_nothing(version):
    assert panels.of_entry(make_entry(incomes=[income(2015, wages="0.001")])) is None


def test_the_entry_page_opens_with_the_income_year_of_the_standard(client, version):
    assert panels.income_year() == 2015
    client.force_login(make_user("district"))
    answer = client.post(reverse("households:create"), {"add": "incomes"})
    assert answer.context["forms"].incomes[0]["year"].value() == 2015


def test_a_kept_result_that_differs_is_explained_too(client, version, settings):
    settings.LANGUAGE_CODE = "en"
    household = make_household(members=2)
    income = make_income(household, wages="16000.00")
    jobs.run(recalculation.start(version, DISTRICT, None).pk)
    assert "data as of" not in page(client, household)
    income.wages = Decimal("18000.00")
    income.save()
    shown = page(client, household)
    assert "Not eligible: Net income of 2015 was 18,000.00 yuan" in shown
    assert "Eligible: Net income of 2015 was 16,000.00 yuan; for 2 persons that is 8,000.00 yuan a head" in shown


def test_a_kept_result_is_explained_when_its_standard_is_no_longer_in_force(client, version, settings):
    settings.LANGUAGE_CODE = "en"
    household = make_household(members=2)
    make_income(household, wages="16000.00")
    jobs.run(recalculation.start(version, DISTRICT, None).pk)
    StandardVersion.objects.update(state="superseded")
    assert "Eligible: Net income of 2015 was 16,000.00 yuan" in page(client, household)


def test_a_household_takes_few_queries(version, django_assert_max_num_queries):
    household = make_household()
    jobs.run(recalculation.start(version, DISTRICT, None).pk)
    make_income(household, wages="1.00")
    user = make_user("district")
    with django_assert_max_num_queries(6):
        panels.of_household(household, user)
