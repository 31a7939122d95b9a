"""The pages of standards, recalculations and results: what they show, and how many questions their lists ask."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eligibility import recalculation, standard_files, standards
from eligibility.choices import VersionState
from eligibility.models import Standard, StandardVersion
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
    client.post(url("version-submit", "demo-2015", 2))
    own = client.get(url("version-approve", "demo-2015", 2))
    assert own.context["is_own"]
    client.post(url("version-approve", "demo-2015", 2), {"basis": "文号"})
    draft.refresh_from_db()
    assert draft.state == VersionState.SUBMITTED
    client.force_login(make_user("administrator"))
    seen = {"seen": shown(client.get(url("version-approve", "demo-2015", 2)), "seen")}
    assert client.post(url("version-approve", "demo-2015", 2), {"basis": " "} | seen).context["form"].errors
    answer = client.post(url("version-approve", "demo-2015", 2), {"basis": "文号"} | seen)
    assert answer.url == url("standard", "demo-2015")
    assert standards.version_in_force("demo-2015") == draft


def shown(answer, name: str) -> str:
    """The value of an input of this name on the page."""
    return re.search(f'name="{name}" value="([^"]*)"', answer.content.decode())[1]


def test_what_was_submitted_anew_since_the_page_was_opened_is_not_approved(client, district, version):
    draft = standards.submit(standards.new_draft(version.standard, district), district)
    client.force_login(make_user("administrator"))
    seen = {"seen": shown(client.get(url("version-approve", "demo-2015", 2)), "seen")}
    standards.take_back(draft, district)
    standards.submit(standards.edit_draft(draft, {"line": Decimal("1.00")}, [], district), district)
    answer = client.post(url("version-approve", "demo-2015", 2), {"basis": "文号"} | seen)
    assert "changed since you opened this page" in answer.content.decode()
    assert standards.version_in_force("demo-2015") == version


def test_a_submitted_version_is_taken_back_or_returned_with_a_reason_that_its_author_reads(client, district, version):
    client.post(url("version-new", "demo-2015"))
    client.post(url("version-submit", "demo-2015", 2))
    assert client.get(url("version-edit", "demo-2015", 2)).url == url("standard", "demo-2015")
    client.post(url("version-take-back", "demo-2015", 2))
    assert client.get(url("version-edit", "demo-2015", 2)).status_code == 200
    client.post(url("version-submit", "demo-2015", 2))
    administrator = make_user("administrator")
    client.force_login(administrator)
    assert client.post(url("version-return", "demo-2015", 2), {"reason": " "}).context["return_form"].errors
    answer = client.post(url("version-return", "demo-2015", 2), {"reason": "文号不对"})
    assert answer.url == url("standard", "demo-2015")
    client.force_login(district)
    assert "文号不对" in client.get(url("standard", "demo-2015")).content.decode()
    assert StandardVersion.objects.get(number=2).state == VersionState.DRAFT


def typed(draft_page) -> dict:
    """What a browser would post of the page of a draft as it stands."""
    draft = draft_page.context["draft"]
    forms = [draft.version, *draft.rows] + ([draft.naming] if draft.naming else [])
    values = {field.html_name: field.value() for form in forms for field in form}
    return {name: str(value) for name, value in values.items() if value not in (None, "", False)}


def test_all_that_a_standard_says_can_be_typed_and_comes_back_as_it_was(client, district):
    page = client.get(url("standard-new"))
    values = typed(page) | {
        "code": "income-2016", "title": "识别标准", "line": "9000", "reference_date": "2015-12-31",
        "income_year": "2015", "basis": "文号", "divisor": "registered", "inclusive": "on", "valid_from": "2016-01-01",
        "item-pension-note": "按文件不计", "vehicle-effect": "exclude", "vehicle-threshold": "30,000",
        "vehicle-note": "购置价", "disabled-effect": "include", "medical_cost-is_deducted": "on",
        "medical_cost-floor": "1000", "medical_cost-cap": "20000.50",
    }  # fmt: skip
    del values["item-pension-is_counted"]
    assert client.post(url("standard-new"), values).url == url("standard", "income-2016")
    version = StandardVersion.objects.get()
    assert (version.line, version.inclusive, version.divisor, version.basis) == (
        Decimal("9000.00"), True, "registered", "文号",
    )  # fmt: skip
    assert "pension" not in version.items
    assert version.item_notes == {"pension": "按文件不计"}
    assert [(row.code, row.effect, row.threshold, row.floor, row.cap) for row in version.criteria.all()] == [
        ("vehicle", "exclude", Decimal("30000.00"), Decimal("0.00"), None),
        ("disabled", "include", None, Decimal("0.00"), None),
        ("medical_cost", "deduct", None, Decimal("1000.00"), Decimal("20000.50")),
    ]
    before = standard_files.write(version)
    edit = client.get(url("version-edit", "income-2016", 1))
    client.post(url("version-edit", "income-2016", 1), typed(edit))
    assert standard_files.write(StandardVersion.objects.get()) == before


def test_a_wrong_amount_in_a_row_is_named_above_with_its_row(client, district):
    page = client.get(url("standard-new"))
    values = typed(page) | {"code": "x", "title": "标准", "vehicle-effect": "exclude", "vehicle-threshold": "much"}
    answer = client.post(url("standard-new"), values)
    assert [
        anchor for anchor, name, _message in answer.context["draft"].faults if name.startswith("Motor vehicle")
    ] == ["id_vehicle-threshold"]
    assert "much" in answer.content.decode()


def test_all_that_is_wrong_with_a_new_standard_is_said_in_one_place(client, district):
    answer = client.post(url("standard-new"), {})
    anchors = {anchor for anchor, _name, _message in answer.context["draft"].faults}
    assert anchors >= {"id_code", "id_title", "id_line", "id_reference_date"}
    assert answer.content.decode().count("notice--error") == 1


# --- Reading, comparing, printing, files --------------------------------------------------------------------------
def test_any_two_versions_stand_side_by_side_with_what_differs_marked(client, district, version):
    other = make_version(code="other", line=Decimal("9500.00"), item_notes={"wages": "按月核实"})
    answer = client.get(url("standard-compare"), {"left": version.pk, "right": other.pk})
    pairs = {pair.label: pair for pair in answer.context["pairs"]}
    assert pairs["Line"].before == [("below 9,000.00 yuan a head a year", True)]
    assert pairs["Line"].after == [("below 9,500.00 yuan a head a year", True)]
    assert not pairs["Reference date"].differs
    assert "按月核实" in answer.content.decode()


@pytest.mark.parametrize("query", [{"left": "0", "right": "x"}, {"left": "1"}])
def test_what_cannot_be_compared_is_said(client, district, version, query):
    assert client.get(url("standard-compare"), query).context["form"].errors


def test_households_and_villages_are_not_compared(client, district, version):
    village = make_version(code="village-2015", subject="village")
    answer = client.get(url("standard-compare"), {"left": version.pk, "right": village.pk})
    assert answer.context["form"].errors
    assert "pairs" not in answer.context


def test_a_version_is_read_on_one_sheet_of_paper(client, district):
    version = make_version(
        code="printed", criteria=[{"effect": "exclude", "fact_kind": "vehicle", "threshold": Decimal("30000.00")}]
    )
    page = client.get(url("version-print", "printed", version.number)).content.decode()
    assert "below 9,000.00 yuan a head a year" in page
    assert "purchase price above 30,000.00 yuan" in page
    assert client.get(url("version-print", "printed", version.number), {"format": "pdf"}).status_code in (200, 503)


def test_the_file_of_a_version_comes_back_as_a_draft_that_says_the_same(client, district, version):
    answer = client.get(url("version-file", "demo-2015", 1))
    assert answer["Content-Disposition"] == 'attachment; filename="demo-2015-v1.yaml"'
    file = SimpleUploadedFile("demo.yaml", answer.content)
    assert client.post(url("standard-upload"), {"file": file}).url == url("standard", "demo-2015")
    draft = StandardVersion.objects.get(number=2)
    assert (draft.state, standard_files.write(draft)) == (VersionState.DRAFT, answer.content.decode())


def test_a_file_with_mistakes_is_told_line_by_line_and_its_text_stays(client, district, version):
    text = standard_files.write(version).replace("'9000.00'", "neuntausend").replace("fact: vehicle", "fact: yacht")
    answer = client.post(url("standard-upload"), {"file": SimpleUploadedFile("demo.yaml", text.encode("gb18030"))})
    lines = text.splitlines()
    assert [(mistake.path, lines[mistake.line - 1].strip()) for mistake in answer.context["mistakes"]] == [
        ("/line", "line: neuntausend"),
        ("/criteria/0/fact", "fact: yacht"),
    ]
    assert "neuntausend" in answer.content.decode()
    assert StandardVersion.objects.count() == 1
    corrected = text.replace("neuntausend", "9000").replace("yacht", "vehicle")
    assert client.post(url("standard-upload"), {"text": corrected}).status_code == 302


def test_a_file_does_not_put_itself_over_a_draft_unasked(client, district, version):
    draft = standards.new_draft(version.standard, district)
    text = standard_files.write(version).replace("9000.00", "9100.00")
    answer = client.post(url("standard-upload"), {"text": text})
    assert "is a draft already" in answer.content.decode()
    assert client.post(url("standard-upload"), {"text": text, "replace_draft": "on"}).status_code == 302
    draft.refresh_from_db()
    assert draft.line == Decimal("9100.00")


@pytest.mark.parametrize("posted", [{}, {"text": "  "}, {"text": "- 1"}, {"text": "a: [" * 500}, {"text": "a: &b 1"}])
def test_what_is_no_standard_is_refused_with_a_message(client, district, posted):
    answer = client.post(url("standard-upload"), posted)
    assert answer.status_code == 200
    assert answer.context["form"].errors or answer.context["mistakes"]


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
    standards.propose("newest", "标准", "household", VALUES, criteria_of_demo(), district)
    assert client.post(url("version-discard", "newest", 1)).url == url("standards")
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


@pytest.mark.parametrize("values", [{}, {"division": "nowhere"}, {"version": "0"}])
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
