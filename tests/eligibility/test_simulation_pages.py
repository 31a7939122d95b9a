"""The pages of simulations: from the form to the figures, beside each other, as files, and to their end."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from eligibility import simulations
from eligibility.models import Proposal, Simulation
from eligibility.terms import Terms
from fupin import jobs
from tests.eligibility.makers import make_version
from tests.factories import DISTRICT, make_fact, make_household, make_income, make_user, make_village

pytestmark = pytest.mark.django_db


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


def make_district(villages: int = 2) -> None:
    """In every village an income a head of 8,000, 9,000, 9,400 and 12,000 yuan."""
    for number in range(villages):
        village = make_village(f"3204121002{number:02d}")
        for wages in ("8000.00", "9000.00", "9400.00", "12000.00"):
            make_income(make_household(village, main_cause="01"), wages=wages)


def do(version, actor=None, scope=DISTRICT, **values) -> Simulation:
    simulation = simulations.start(version, scope, actor, **values)
    jobs.run(simulation.pk)
    return Simulation.objects.with_run().get(pk=simulation.pk)


def filled_in(client, address: str) -> dict:
    """What the form at an address would send as it stands."""
    forms = client.get(address).context["forms"]
    sent = {}
    for form in (forms.about, forms.terms, *forms.rows):
        for field in form:
            value = field.value()
            if value not in (None, False, ""):
                sent[field.html_name] = "on" if value is True else value
    return sent | {f"{form.prefix}-is_deducted": "" for _label, form in forms.costs if not form.initial}


# --- Started ------------------------------------------------------------------------------------------------------
def test_the_form_as_it_comes_tries_the_standard_itself(client, district, version):
    make_district()
    sent = filled_in(client, url("simulation-new")) | {"name": "原样"}
    answer = client.post(url("simulation-new"), sent)
    simulation = Simulation.objects.get()
    assert answer.url == url("simulation", simulation.pk)
    assert (simulation.name, simulation.run.changes, simulation.run.job.actor) == ("原样", {}, district)


@pytest.mark.parametrize(
    ("sent", "changes"),
    [
        ({"line": "９，５００"}, {"line": "9500.00"}),
        ({"inclusive": "on"}, {"inclusive": True}),
        ({"divisor": "registered"}, {"divisor": "registered"}),
        ({"income_year": "2016"}, {"income_year": 2016}),
        ({"reference_date": "2016-12-31"}, {"reference_date": "2016-12-31"}),
        ({"items": ["wages"]}, {"items": ["wages"]}),
    ],
)
def test_each_term_is_changed_on_the_page(client, district, version, sent, changes):
    make_district(1)
    before = filled_in(client, url("simulation-new"))
    client.post(url("simulation-new"), before | {"name": "试"} | sent)
    assert Simulation.objects.get().run.changes == changes


def test_conditions_are_switched_and_added_on_the_page(client, district, version):
    make_district(1)
    before = filled_in(client, url("simulation-new"))
    sent = {
        "name": "试",
        "vehicle-effect": "",
        "housing-effect": "include",
        "medical_cost-is_deducted": "on",
        "medical_cost-floor": "1000",
    }
    client.post(url("simulation-new"), before | sent)
    simulation = Simulation.objects.with_run().get()
    assert list(simulation.run.changes) == ["criteria"]
    told = {change.label: (change.before, change.after) for change in _differences(client, simulation)}
    assert told == {
        "Rules a household out": (["Motor vehicle", "Commercial housing"], []),
        "Identifies without a look at income": ([], ["Commercial housing"]),
        "Deducted from income": ([], ["Medical costs paid by the household, what exceeds 1,000.00 yuan"]),
    }


def _differences(client, simulation):
    return client.get(url("simulation", simulation.pk)).context["differences"]


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"name": ""}, "about"),
        ({"line": "much"}, "terms"),
        ({"line": "-1"}, "terms"),
        ({"items": []}, "terms"),
        ({"scope": "households", "numbers": "99"}, "about"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, district, version, sent, where):
    make_district(1)
    answer = client.post(url("simulation-new"), filled_in(client, url("simulation-new")) | {"name": "试算甲"} | sent)
    assert answer.status_code == 200
    assert getattr(answer.context["forms"], where).errors
    assert "name" in sent or "试算甲" in answer.content.decode()
    assert not Simulation.objects.exists()


def test_it_may_be_over_chosen_villages_or_households(client, district, version):
    make_district(3)
    before = filled_in(client, url("simulation-new"))
    client.post(
        url("simulation-new"),
        before | {"name": "村", "scope": "villages", "villages": ["320412100200", "320412100202"]},
    )
    client.post(
        url("simulation-new"), before | {"name": "户", "scope": "households", "numbers": make_household().number}
    )
    for simulation in Simulation.objects.all():
        jobs.run(simulation.pk)
    totals = {simulation.name: simulation.figures["total"]["households"] for simulation in Simulation.objects.all()}
    assert totals == {"村": 8, "户": 1}


def test_another_is_begun_from_the_terms_of_one(client, district, version):
    make_district(1)
    first = do(version, district, changes={"line": "9500.00", "inclusive": True})
    address = f"{url('simulation-new')}?from={first.pk}"
    client.post(address, filled_in(client, address) | {"name": "再", "line": "9600.00"})
    assert Simulation.objects.get(name="再").run.changes == {"line": "9600.00", "inclusive": True}


# --- Shown --------------------------------------------------------------------------------------------------------
def test_its_page_says_what_differs_who_comes_and_goes_and_what_the_curve_is(client, district, version):
    make_district()
    simulation = do(version, district, changes={"line": "9500.00"})
    answer = client.get(url("simulation", simulation.pk), {"line": "9000.01"})
    assert answer.context["asked_line"]["eligible"] == 4
    assert [breakdown.dimension for breakdown in answer.context["breakdowns"]] == [
        "township",
        "cause",
        "size",
        "labour",
    ]
    shown = answer.content.decode()
    assert "below 9,500.00 yuan a head a year" in shown
    assert "chart__mark" in shown
    assert client.get(url("simulation", simulation.pk), {"line": "much"}).status_code == 200


def test_the_numbers_on_its_page_are_those_of_the_lists_they_lead_to(client, district, version):
    make_district()
    make_fact(
        make_household(make_village("320412100200"), status="registered", registered_on="2016-01-01"),
        "vehicle",
        version.reference_date,
    )
    simulation = do(version, district, changes={"line": "9500.00"})
    figures = simulation.figures

    def listed(**query) -> int:
        return client.get(url("simulated", simulation.pk), query).context["count"]

    for name in ("newly_eligible", "no_longer_eligible", "entering", "leaving"):
        assert listed(movement=name) == figures["total"][name]
        for dimension in ("township", "cause", "size", "labour"):
            for key, counts in figures["by"][dimension].items():
                if key:
                    assert listed(movement=name, **{dimension: key}) == counts[name]
    for margin in ("5", "10"):
        for outcome, count in figures["near"][margin].items():
            assert listed(near=margin, outcome=outcome) == count
    assert listed(near="5") == 2
    assert listed(near="10") == 4


def test_it_is_found_in_the_lists_and_the_address_of_its_run_leads_to_it(client, district, version):
    make_district(1)
    simulation = do(version, district, name="提高到9500")
    assert [row.pk for row in client.get(url("simulations"), {"q": "9500"}).context["page"]] == [simulation.pk]
    assert not client.get(url("simulations"), {"q": "9600"}).context["page"].rows
    assert client.get(url("run", simulation.pk)).url == url("simulation", simulation.pk)


@pytest.mark.parametrize("name", ["simulations", "simulated", "simulation-differences", "simulation"])
def test_pages_ask_the_same_few_questions_whatever_they_show(
    client, district, version, django_assert_max_num_queries, name
):
    make_district(12)
    for number in range(12):
        do(version, district, scope="320412100200" if number else DISTRICT, changes={"line": f"{9000 + number}.00"})
    one, other = do(version, district), do(version, district, changes={"line": "20000.00"})
    address = url(name, *{"simulations": (), "simulation-differences": (one.pk, other.pk)}.get(name, (one.pk,)))
    client.get(address)
    with django_assert_max_num_queries(14):
        answer = client.get(address)
    assert answer.status_code == 200


def test_a_simulation_of_villages_is_shown_too(client, district):
    make_district(1)
    simulation = do(make_version(code="village-2015", subject="village"), district)
    assert client.get(url("simulation", simulation.pk)).status_code == 200
    assert client.get(f"{url('simulation-new')}?from={simulation.pk}").context["forms"].facts == []


# --- Compared -----------------------------------------------------------------------------------------------------
def test_two_stand_beside_each_other_with_the_households_that_differ(client, district, version):
    make_district()
    one, other = do(version, district, name="甲"), do(version, district, name="乙", changes={"line": "9500.00"})
    answer = client.get(url("simulation-compare"), {"simulation": [one.pk, other.pk]})
    assert answer.context["chosen"] == [one, other]
    assert answer.context["pairs"] == [(other, 4, False)]
    assert [label for label, _lines in answer.context["terms"]] == ["Line"]
    eligible = next(cells for label, cells in answer.context["counts"].rows if label == "Eligible")
    assert [(cell.count, cell.difference) for cell in eligible] == [(2, None), (6, 4)]
    listed = client.get(url("simulation-differences", one.pk, other.pk)).context["page"]
    assert {(row.outcome, row.other_outcome) for row in listed} == {("not_eligible", "eligible")}
    assert len(listed) == 4


@pytest.mark.parametrize("asked", [[], ["nonsense", "\N{SNOWMAN}"], ["00000000-0000-0000-0000-000000000000"]])
def test_fewer_than_two_are_not_compared(client, district, asked):
    assert client.get(url("simulation-compare"), {"simulation": asked}).url == url("simulations")


def test_only_what_one_may_see_is_compared(client, version):
    make_district(1)
    pair = [do(version).pk, do(version).pk]
    client.force_login(make_user("township", "320412101"))
    assert client.get(url("simulation-compare"), {"simulation": pair}).status_code == 302


# --- As files -----------------------------------------------------------------------------------------------------
def test_the_figures_leave_as_a_workbook(client, district, version):
    make_district()
    simulation = do(version, district, name="=提高", changes={"line": "9500.00"})
    answer = client.get(url("simulation-figures", simulation.pk))
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert book.sheetnames[:3] == ["About", "What differs", "Counts"]
    assert book["About"]["B2"].value == "'=提高"
    curve = {row[0]: row[1] for row in book["Curve"].iter_rows(min_row=2, values_only=True)}
    assert (curve[8000], curve[9200], curve[9400], curve[12200]) == (0, 4, 4, 8)


def test_the_households_near_the_line_leave_as_a_file(client, district, version):
    make_district()
    simulation = do(version, district, changes={"line": "9500.00"})
    answer = client.get(url("simulated", simulation.pk), {"near": "5", "format": "csv"})
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + 2
    assert "9400.01" in rows[1]


# --- To their end -------------------------------------------------------------------------------------------------
def test_its_author_keeps_it_and_throws_it_away_on_the_page(client, district, version):
    make_district(1)
    simulation = do(version, district)
    client.post(url("simulation-keep", simulation.pk), {"keep": "1"})
    assert Simulation.objects.get().is_kept
    client.post(url("simulation-keep", simulation.pk))
    assert not Simulation.objects.get().is_kept
    client.post(url("simulation-throw-away", simulation.pk))
    assert not Simulation.objects.alive().exists()
    for name in ("simulation", "simulated"):
        assert client.get(url(name, simulation.pk)).status_code == 404
    assert not Proposal.objects.exists()


def test_who_only_reads_is_offered_nothing_to_change(client, version):
    make_district(1)
    simulation = do(version)
    client.force_login(make_user("auditor"))
    shown = client.get(url("simulation", simulation.pk)).content.decode()
    assert url("simulation-throw-away", simulation.pk) not in shown
    assert url("simulation-new") not in client.get(url("simulations")).content.decode()


def test_terms_of_the_run_are_those_that_were_shown(version):
    make_district(1)
    simulation = do(version, changes={"line": "9500.00"})
    assert Terms.of_run(simulation.run).as_json() == Terms.of_version(version).as_json() | {"line": "9500.00"}
