"""The pages of standards, recalculations and results: what they show, and how many questions their lists ask."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from eligibility import recalculation, standards
from eligibility.choices import VersionState
from eligibility.models import Proposal, Standard, StandardVersion
from fupin import jobs
from households.models import IncomeYear
from tests.eligibility.makers import DAY, criteria_of_demo, make_version
from tests.factories import DISTRICT, make_household, make_income, make_user, make_village
from villages.models import VillageIncome

pytestmark = pytest.mark.django_db

VALUES = {"reference_date": DAY, "income_year": 2015, "line": Decimal("9000.00"), "items": list(IncomeYear.ITEMS)}


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def district(client):
    user = make_user("district")
    client.force_login(user)
    return user


@pytest.fixture
def version():
    return make_version(code="demo-2015")


def url(name: str, *arguments) -> str:
    return reverse(f"eligibility:{name}", args=arguments)


def make_district(villages: int) -> None:
    for number in range(villages):
        village = make_village(f"3204121002{number:02d}")
        VillageIncome.objects.create(village=village, year=2015, operating=Decimal(number))
        for wages in ("8000.00", "9500.00"):
            make_income(make_household(village), wages=wages)


def do(version, **values):
    run = recalculation.start(version, DISTRICT, None, **values)
    jobs.run(run.pk)
    run.refresh_from_db()
    return run


# --- Lists --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "rows"), [("determinations", 24), ("proposals", 12), ("village-determinations", 12), ("runs", 2)]
)
def test_a_list_asks_the_same_few_questions_whatever_its_length(
    client, district, version, django_assert_max_num_queries, name, rows
):
    make_district(12)
    do(version)
    do(make_version(code="village-2015", subject="village"))
    client.get(url(name))
    with django_assert_max_num_queries(10):
        answer = client.get(url(name))
    assert len(answer.context["page"].rows) == rows


def test_the_list_of_changes_asks_few_questions(client, district, version, django_assert_max_num_queries):
    make_district(12)
    run = do(version)
    client.get(url("run-changes", run.pk))
    with django_assert_max_num_queries(10):
        answer = client.get(url("run-changes", run.pk))
    assert len(answer.context["page"].rows) == 24


def test_the_list_of_standards_asks_few_questions(client, district, django_assert_max_num_queries):
    for _n in range(5):
        make_version()
    client.get(url("standards"))
    with django_assert_max_num_queries(7):
        answer = client.get(url("standards"))
    assert len(answer.context["standards"]) == 5


def test_each_sees_the_results_of_their_own_area(client, version):
    make_district(2)
    do(version)
    client.force_login(make_user("village", "320412100200"))
    assert {row.village_id for row in client.get(url("determinations")).context["page"].rows} == {"320412100200"}
    assert {row.household.village_id for row in client.get(url("proposals")).context["page"].rows} == {"320412100200"}


# --- Standards ----------------------------------------------------------------------------------------------------


def test_a_standard_goes_from_draft_to_force_by_two_people(client, district, version):
    answer = client.post(url("version-new", "demo-2015"))
    assert answer.url == url("version-edit", "demo-2015", 2)
    draft = StandardVersion.objects.get(number=2)
    own = client.get(url("version-approve", "demo-2015", 2))
    assert own.context["is_own"]
    client.post(url("version-approve", "demo-2015", 2), {"basis": "文号"})
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT
    client.force_login(make_user("administrator"))
    assert client.post(url("version-approve", "demo-2015", 2), {"basis": " "}).context["form"].errors
    answer = client.post(url("version-approve", "demo-2015", 2), {"basis": "文号"})
    assert answer.url == url("standard", "demo-2015")
    assert standards.version_in_force("demo-2015") == draft


def test_an_approved_version_has_no_page_to_edit_it(client, district, version):
    answer = client.get(url("version-edit", "demo-2015", 1))
    assert answer.url == url("standard", "demo-2015")
    assert client.post(url("version-edit", "demo-2015", 1), {"line": "1"}).url == url("standard", "demo-2015")
    assert StandardVersion.objects.get().line == Decimal("9000.00")


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, district):
    answer = client.post(url("standard-new"), {"code": "Ein Titel", "title": "标准甲", "line": "9000.001"})
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "9000.001" in shown
    assert "标准甲" in shown
    assert not Standard.objects.exists()


def test_a_draft_can_be_thrown_away(client, district):
    standards.propose("new", "标准", "household", VALUES, criteria_of_demo(), district)
    assert client.post(url("version-discard", "new", 1)).url == url("standards")
    assert not Standard.objects.exists()


# --- Runs ---------------------------------------------------------------------------------------------------------
def test_a_run_shows_how_far_it_is_and_no_difference_before_its_end(client, district, version):
    make_district(2)
    do(version)
    run = recalculation.start(version, DISTRICT, district)
    shown = client.get(url("run", run.pk)).content.decode()
    assert 'hx-trigger="every' in shown
    assert "before 2" not in shown
    jobs.run(run.pk)
    shown = client.get(url("run", run.pk)).content.decode()
    assert "before 2 (+0)" in shown
    assert 'hx-trigger="every' not in shown


def test_a_simulation_with_another_line_is_started_from_the_page(client, district, version):
    make_district(1)
    values = {"version": version.pk, "division": DISTRICT, "simulate": "on", "line": "8000.00"}
    answer = client.post(url("run-new"), values)
    jobs.run(answer.url.rstrip("/").rpartition("/")[2])
    shown = client.get(answer.url)
    assert [(figure.name, figure.count) for figure in shown.context["figures"].outcomes] == [
        ("eligible", 0),
        ("not_eligible", 2),
        ("insufficient_data", 0),
    ]
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("values", [{}, {"line": "much", "simulate": "on"}, {"division": "nowhere"}, {"version": "0"}])
def test_a_run_that_cannot_be_started_says_why(client, district, version, values):
    make_district(1)
    answer = client.post(url("run-new"), {"division": DISTRICT} | values)
    assert answer.status_code == 200
    assert answer.context["form"].errors


def columns_and_cells(page) -> tuple[int, int]:
    """How many columns the first table of `page` names, and how many cells its first row has."""
    head, _, rest = page.content.decode().partition("</thead>")
    return len(re.findall("<th[ >]", head.rpartition("<thead>")[2])), len(
        re.findall("<t[hd][ >]", rest.split("</tr>")[0])
    )


def test_every_number_stands_under_its_own_heading(client, district, version):
    make_district(1)
    run = do(version)
    results, changes = client.get(url("determinations")), client.get(url("run-changes", run.pk))
    assert columns_and_cells(results) == (7, 7)
    assert columns_and_cells(changes) == (8, 8)


def test_a_run_that_waits_shows_no_figures(client, district, version):
    make_district(1)
    run = recalculation.start(version, DISTRICT, None)
    assert "All results that changed" not in client.get(url("run", run.pk)).content.decode()
    jobs.run(run.pk)
    assert "All results that changed" in client.get(url("run", run.pk)).content.decode()
