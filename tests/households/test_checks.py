"""The check of the register: findings follow the rules and the data, explanations hold as long as the value stays."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings as settings_of_site
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from fupin import jobs
from fupin.models import Job
from households.checks import ProcessRule, refresh, sweep
from households.checks.explaining import explain
from households.checks.finding import circumstances, digest_of_problem, sought_in
from households.checks.loading import entries_of
from households.checks.registry import Found, known_rules, process_rules, register_rules
from households.checks.run import AlreadyRunning, check_everything, chunks, start
from households.choices import Severity
from households.entries import entry_of
from households.models import Explanation, Finding, Household, Member
from households.rules import problems_of
from households.services import Answers, EntryRefused, create_household, update_household
from tests.factories import make_division, make_fact, make_household, make_income, make_member, make_user, make_village
from tests.households.makers import fact, income, make_entry, person
from villages.models import Division

pytestmark = pytest.mark.django_db
BOY = date(timezone.localdate().year - 10, 1, 1)
WHY = "随父母在外地就读"


@pytest.fixture
def village():
    return make_village("320412100201", "东庄村")


@pytest.fixture
def clerk(village):
    return make_user("township", "320412100")


def out_of_school(**values):
    """A household with a boy of ten who is not at school: one doubt."""
    return make_entry(person(BOY, labour="04", **values))


def open_doubts(household: Household) -> list[str]:
    return list(household.findings.open().values_list("rule", flat=True))


# --- Asked when it is entered ---------------------------------------------------------------------------------------
def test_a_doubt_is_asked_about_before_a_household_is_written(village, clerk):
    with pytest.raises(EntryRefused) as refused:
        create_household(out_of_school(), clerk, Answers())
    assert [(one.rule, one.path) for one in refused.value.asked] == [("M-210", "members.1.schooling")]
    assert not Household.objects.exists()


def test_an_explained_doubt_is_kept_with_its_explanation(village, clerk):
    answers = Answers({("M-210", "members.1.schooling"): WHY})
    household = create_household(out_of_school(), clerk, answers)
    finding = household.findings.get(rule="M-210")
    child = household.members.get(relationship="03")
    assert (finding.place, finding.member) == (f"members.{child.pk}.schooling", child)
    assert (finding.explanation.text, finding.explanation.given_by) == (WHY, clerk)
    assert open_doubts(household) == []


def test_an_explanation_of_another_field_does_not_answer(village, clerk):
    with pytest.raises(EntryRefused):
        create_household(out_of_school(), clerk, Answers({("M-210", "members.0.schooling"): WHY}))
    with pytest.raises(EntryRefused):
        create_household(out_of_school(), clerk, Answers({("M-210", "members.1.schooling"): "  "}))


def test_two_children_are_explained_each(village, clerk):
    entry = make_entry(person(BOY, labour="04"), person(BOY, labour="04", name="张小寒"))
    texts = {("M-210", "members.1.schooling"): "病休", ("M-210", "members.2.schooling"): "特教"}
    household = create_household(entry, clerk, Answers(texts))
    told = household.findings.filter(rule="M-210").values_list("member__name", "explanation__text")
    assert set(told) == {("张小满", "病休"), ("张小寒", "特教")}


def test_hints_are_never_asked_about_and_errors_never_explained_away(village, clerk):
    assert create_household(make_entry(person(date(1975, 3, 8), relationship="21", health=[])), clerk, Answers())
    wrong = make_entry(phone="12")
    with pytest.raises(EntryRefused):
        create_household(wrong, clerk, Answers({("H-108", "phone"): WHY}))


def test_what_stands_in_the_register_already_does_not_hinder_another_edit(village, clerk):
    household = create_household(out_of_school(), clerk)
    assert open_doubts(household) == ["M-210"]
    entry = entry_of(household)
    entry.address = "东庄6号"
    changed = update_household(household, entry, household.version, clerk, Answers())
    assert changed.address == "东庄6号"
    assert open_doubts(household) == ["M-210"]


# --- Explained until the value changes -------------------------------------------------------------------------------
def test_an_explanation_holds_until_the_value_changes_and_then_the_doubt_comes_back(village, clerk):
    household = create_household(make_entry(incomes=[income(wages="250.00")]), clerk)
    finding = household.findings.get(rule="Y-201")
    explain(finding, "只做了两天工", clerk)
    assert open_doubts(household) == []

    entry = entry_of(household)
    entry.incomes[0].amounts["wages"] = Decimal("260.00")
    with pytest.raises(EntryRefused) as refused:
        update_household(household, entry, household.version, clerk, Answers())
    assert [one.rule for one in refused.value.asked] == ["Y-201"]
    household = update_household(household, entry, household.version, clerk)
    assert open_doubts(household) == ["Y-201"]
    assert Explanation.objects.count() == 1, "what was said of the other value is kept"


def test_an_explanation_outlives_edits_of_something_else_and_the_nightly_check(village, clerk):
    household = create_household(make_entry(incomes=[income(wages="250.00")]), clerk)
    explain(household.findings.get(rule="Y-201"), "只做了两天工", clerk)
    entry = entry_of(household)
    entry.group = "5组"
    household = update_household(household, entry, household.version, clerk)
    Finding.objects.all().delete()
    sweep([household.pk], circumstances())
    assert household.findings.get(rule="Y-201").explanation.text == "只做了两天工"


def test_a_corrected_value_takes_the_finding_away(village, clerk):
    household = create_household(make_entry(incomes=[income(wages="250.00")]), clerk)
    entry = entry_of(household)
    entry.incomes[0].amounts["wages"] = Decimal("25000.00")
    update_household(household, entry, household.version, clerk)
    assert not household.findings.filter(rule="Y-201").exists()


def test_only_doubts_are_explained_with_words_by_who_enters(village, clerk):
    household = create_household(make_entry(person(date(1975, 3, 8), relationship="21", health=[])), clerk)
    hint = household.findings.get(rule="M-301")
    with pytest.raises(ValidationError):
        explain(hint, WHY, clerk)
    doubt = create_household(out_of_school(), clerk).findings.get(rule="M-210")
    with pytest.raises(ValidationError):
        explain(doubt, "  ", clerk)
    with pytest.raises(PermissionDenied):
        explain(doubt, WHY, make_user("auditor"))


def test_the_value_itself_is_not_kept(village, clerk):
    household = create_household(make_entry(phone="1380000000"), clerk)
    finding = household.findings.get(rule="H-201")
    assert "1380000000" not in str(vars(finding))


# --- One definition, many households ---------------------------------------------------------------------------------
AMOUNTS = st.sampled_from(["0", "0.01", "50", "199.99", "250", "9000", "400000"])
PEOPLE = st.fixed_dictionaries(
    {
        "born_on": st.dates(date(1930, 1, 1), date(2015, 12, 31)),
        "sex": st.sampled_from("12"),
        "relationship": st.sampled_from(["02", "03", "04", "11", "12", "21", "99"]),
        "labour": st.sampled_from(["", "01", "02", "03", "04", "05"]),
        "schooling": st.sampled_from(["01", "02", "03", "05", "08", "12", "16"]),
        "education": st.sampled_from(["", "01", "02", "05", "06"]),
        "health": st.sampled_from([[], ["01"], ["02"], ["02", "04"], ["01", "04"]]),
        "employment": st.sampled_from(["", "01", "05"]),
        "employment_months": st.sampled_from([None, 0, 6]),
        "phone": st.sampled_from(["", "1380000000", "12"]),
        "left_on": st.sampled_from([None, None, date(2016, 1, 1)]),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_check_of_many_finds_what_the_rules_find_of_each(data):
    village = make_village("320412100201")
    households = []
    for _number in range(data.draw(st.integers(1, 3))):
        household = make_household(
            village,
            main_cause=data.draw(st.sampled_from(["", "01", "02", "03", "08"])),
            attribute=data.draw(st.sampled_from(["01", "02", "03"])),
            phone=data.draw(st.sampled_from(["", "13800000000", "138"])),
        )
        for values in data.draw(st.lists(PEOPLE, max_size=3)):
            make_member(household, **values)
        make_income(household, 2015, wages=data.draw(AMOUNTS), pension=data.draw(AMOUNTS), business=data.draw(AMOUNTS))
        if data.draw(st.booleans()):
            make_fact(household, "subsistence", date(2014, 1, 1), verification="pending")
        households.append(household)
    around = circumstances()
    keys = [household.pk for household in households]
    found = sought_in(keys, around).values()
    of_many = {(one.household, one.rule, one.digest) for one in found if one.rule[0] in "HMYFL"}
    of_each = {
        (household.pk, problem.rule, digest_of_problem(problem))
        for household in households
        for problem in problems_of(entry_of(household), around)
    }
    assert of_many == of_each
    entries = entries_of(keys)
    assert all(entries[one.pk].members == entry_of(one).members for one in households)
    refresh(keys, around)
    assert sweep(keys, around) == 0, "checked twice, nothing differs"


def test_more_households_ask_no_more_queries(village):
    def asked(keys):
        with CaptureQueriesContext(connection) as queries:
            refresh(keys)
        return len(queries)

    few = asked([make_household(village, phone="138").pk])
    assert asked([make_household(village, phone="138", members=3).pk for _number in range(8)]) == few


def test_a_village_that_went_into_another_is_a_doubt(village):
    household = make_household(village)
    refresh([household.pk])
    assert not household.findings.filter(rule="H-202").exists()
    Division.objects.filter(pk=village.pk).update(valid_to=timezone.localdate())
    refresh([household.pk])
    assert household.findings.filter(rule="H-202").exists()


def test_a_dissolved_household_is_asked_nothing(village):
    household = make_household(village, phone="12")
    refresh([household.pk])
    assert household.findings.filter(rule="H-108").exists()
    Household.objects.filter(pk=household.pk).update(status="closed", registered_on=date(2016, 1, 1))
    refresh([household.pk])
    assert not household.findings.exists()


def test_findings_move_with_their_household(village, clerk):
    household = make_household(village, phone="12")
    refresh([household.pk])
    other = make_village("320412100202")
    Household.objects.filter(pk=household.pk).update(village=other)
    sweep([household.pk], circumstances())
    assert household.findings.get(rule="H-108").village_id == other.pk


def test_upper_floors_register_rules_of_their_own(village):
    household = make_household(village)
    register_rules(
        ProcessRule("X-201", Severity.DOUBT, "A test.", lambda keys, today: map(Found, keys), lambda n: f"/{n}")
    )
    try:
        refresh([household.pk])
        finding = household.findings.for_list().get(rule="X-201")
        assert (finding.known.says, finding.url, finding.field_label) == ("A test.", f"/{household.number}", "")
    finally:
        del process_rules["X-201"]


# --- The job ---------------------------------------------------------------------------------------------------------
def test_portions_go_through_all_households_once_and_go_on_after_a_stop(village, monkeypatch):
    monkeypatch.setattr("households.checks.run.CHUNK", 2)
    other = make_village("320412100202")
    made = [make_household(place) for place in (other, village, village, other, village)]
    seen = list(chunks(Household.objects.all()))
    assert sorted(pk for keys, _last in seen for pk in keys) == sorted(one.pk for one in made)
    assert [len(keys) for keys, _last in seen] == [2, 2, 1]
    rest = list(chunks(Household.objects.all(), seen[0][1]))
    assert [keys for keys, _last in rest] == [keys for keys, _last in seen[1:]]


def test_a_check_runs_as_a_job_within_its_division(village, clerk):
    inside = make_household(village, phone="12")
    outside = make_household(make_village("320412101201"), phone="12")
    job = start(Division.objects.get(pk="320412100"), clerk)
    with pytest.raises(AlreadyRunning):
        start(Division.objects.get(pk="320412100"), clerk)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["households"], job.result["errors"]) == ("done", 1, 1)
    assert inside.findings.exists()
    assert not outside.findings.exists()


def test_after_an_import_only_what_it_touched_is_checked(village, clerk):
    old, new = make_household(village, phone="12"), make_household(village, phone="12")
    Household.objects.filter(pk=old.pk).update(touched_at=timezone.now() - timedelta(days=1))
    job = start(Division.objects.get(pk="320412100"), clerk, touched_since=timezone.now() - timedelta(minutes=1))
    jobs.run(job.pk)
    assert (old.findings.exists(), new.findings.exists()) == (False, True)


def test_at_night_every_district_is_checked(village):
    make_household(village, phone="12")
    assert [job.arguments["division"] for job in check_everything()] == ["320412"]
    assert check_everything() == []


# --- The command -----------------------------------------------------------------------------------------------------
def command(*arguments: str) -> str:
    out = StringIO()
    call_command("check_data", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_counts_by_rule_and_village(village):
    make_household(village, main_cause="02")
    said = command()
    assert "1 households checked." in said
    assert any(line.startswith("H-205") for line in said.splitlines())
    assert "320412100201 东庄村  H-205  1" in said


def test_the_command_ends_with_1_where_errors_exist(village):
    make_household(village, phone="12")
    with pytest.raises(CommandError, match=r"1 errors\."):
        command()
    make_division("320412101")
    assert "0 households checked." in command("--division", "320412101")
    with pytest.raises(CommandError, match="no division"):
        command("--division", "999999")


def test_the_command_writes_the_list(village, tmp_path):
    household = make_household(village, main_cause="02", head_name="张大山")
    command("--report", str(tmp_path / "out.xlsx"))
    rows = load_workbook(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert [row[5] for row in rows if row[0] == "H-205"] == [household.number]


# --- The pages -------------------------------------------------------------------------------------------------------
@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def test_the_page_counts_by_place_and_rule_and_leads_to_the_list(desk, village):
    household = make_household(village, phone="12", main_cause="02")
    refresh([household.pk])
    page = desk.get(reverse("households:checks"))
    assert [(place.code, dict(place.counts)["error"]) for place in page.context["summary"].places] == [(village.pk, 1)]
    assert {rule.known.number for rule in page.context["summary"].rules} >= {"H-108", "H-205"}
    listed = desk.get(reverse("households:findings"), {"village": village.pk, "state": "error"})
    assert [finding.rule for finding in listed.context["page"]] == ["H-108"]
    assert f"{reverse('households:edit', args=[household.number])}?field=phone" in listed.content.decode()


def test_a_link_opens_the_form_at_its_field(desk, village):
    household = make_household(village)
    member = household.members.get()
    edit = reverse("households:edit", args=[household.number])
    for place, target in (
        (f"members.{member.pk}.schooling", "id_members-0-schooling"),
        (f"members.{member.pk}.born_on", "id_members-0-id_number"),
        ("phone", "id_phone"),
        ("living.fuel", "id_living-fuel"),
        ("living", "id_living-cultivated_mu"),
        ("incomes", "incomes"),
    ):
        body = desk.get(edit, {"field": place}).content.decode()
        assert f'data-field-target="{target}"' in body
        assert f'id="{target}"' in body
    assert "data-field-target" not in desk.get(edit, {"field": "members.0.nothing"}).content.decode().replace(
        'data-field-target="members"', ""
    )


def test_a_doubt_is_explained_from_the_list(desk, village, clerk):
    household = make_household(village, main_cause="02")
    refresh([household.pk])
    finding = household.findings.get(rule="H-205")
    page = reverse("households:finding-explain", args=[finding.pk])
    assert desk.post(page, {"text": ""}).status_code == 200
    assert desk.post(page, {"text": WHY}).status_code == 302
    assert household.findings.get(rule="H-205").explanation.text == WHY
    assert WHY in desk.get(reverse("households:detail", args=[household.number])).content.decode()


def test_check_again_starts_a_job_that_the_page_shows(desk, village):
    make_household(village, phone="12")
    desk.post(reverse("households:check-run", args=["320412100"]))
    job = Job.objects.get(kind="check")
    assert desk.get(reverse("households:checks")).context["job"] == job


def test_the_pages_ask_as_often_for_many_as_for_few(desk, village):
    def asked(name):
        desk.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse(name))
        return len(queries)

    refresh([make_household(village, phone="12").pk])
    few = [asked("households:checks"), asked("households:findings")]
    refresh([make_household(village, phone="12", main_cause="02", members=3).pk for _number in range(6)])
    assert [asked("households:checks"), asked("households:findings")] == few


def test_every_known_rule_says_something():
    for rule in known_rules().values():
        assert rule.says
        assert "%(" not in rule.says


def test_a_member_who_is_taken_out_takes_their_findings_along(village, clerk):
    household = create_household(out_of_school(), clerk)
    entry = entry_of(household)
    entry.members = entry.members[:1]
    update_household(household, entry, household.version, clerk)
    assert Member.objects.filter(household=household).count() == 1
    assert not household.findings.filter(rule="M-210").exists()


def test_a_fact_that_waits_is_a_hint(village, clerk):
    household = create_household(make_entry(facts=[fact(verification="pending")]), clerk, Answers())
    finding = household.findings.get(rule="F-301")
    assert (finding.severity, finding.row, finding.is_open) == ("hint", "vehicle", False)


def test_the_documentation_lists_every_rule_as_it_is():
    page = (settings_of_site.BASE_DIR / "docs" / "data-checks.md").read_text(encoding="utf-8")
    severities = {"error": "错误", "doubt": "疑点", "hint": "提示"}
    with override("en"):
        for rule in known_rules().values():
            assert f"| {rule.number} | {severities[rule.severity]} | " in page
            assert f" | {rule.says} |" in page


def test_no_finding_means_nothing_before_all_has_been_checked(desk, village):
    asked = reverse("households:checks")
    assert "尚未全面校验" in desk.get(asked).content.decode()
    part = Job.objects.create(
        kind="check", state="done", arguments={"division": "320412", "touched_since": "2016-01-01"}
    )
    assert "尚未全面校验" in desk.get(asked).content.decode()
    Job.objects.filter(pk=part.pk).update(arguments={"division": "320412"})
    assert "尚未全面校验" not in desk.get(asked).content.decode()
