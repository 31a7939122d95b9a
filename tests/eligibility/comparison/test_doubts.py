"""What people do about doubts: who may, what must be written down, and what follows."""

from base64 import b64encode
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assistance.models import Cadre, HelpingUnit, Pairing
from casework.forms import Decision
from casework.rules import has_entered, proposed_comparison
from casework.services import take_step
from casework.views.cases import offers_of
from eligibility.assessment import assess
from eligibility.comparison import authorisations, doubts, figures
from eligibility.comparison.models import Authorisation, Doubt
from eligibility.comparison.standing import standing_of
from fupin import jobs
from fupin.conflicts import Conflict
from households.models import Fact
from tests.eligibility.comparison.makers import (
    HEADINGS,
    PICTURE,
    authorise,
    csv_of,
    make_doubt,
    make_listing,
    make_paper,
    row_of,
)
from tests.eligibility.makers import make_version
from tests.factories import make_case, make_fact, make_household, make_income, make_user, make_village

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
VILLAGE = "320412100201"


@pytest.fixture
def household():
    return make_household(make_village(VILLAGE), members=2, status="registered", registered_on=date(2016, 1, 1))


@pytest.fixture
def member(household):
    return household.members.order_by("pk").last()


@pytest.fixture
def worker(household):
    return make_user("village", VILLAGE)


@pytest.fixture
def clerk(household):
    return make_user("township", VILLAGE[:9])


def checked(doubt, actor, result="true", **values) -> Doubt:
    papers = values.pop("papers", None) or ([] if result == "true" else [make_paper(actor)])
    values = {"on": TODAY(), "findings": "入户查看", "papers": papers} | values
    return doubts.check(actor, doubt, doubt.version, result=result, **values)


# --- The home check ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("result", ["true", "false", "explained"])
def test_a_home_check_waits_for_the_township(member, worker, result):
    doubt = checked(make_doubt(member), worker, result)
    assert (doubt.state, doubt.result, doubt.checked_by) == ("checked", result, worker)
    assert not Fact.objects.exists()
    assert [step.kind for step in doubt.steps.all()] == ["checked"]


@pytest.mark.parametrize(("values", "field"), [
    ({"findings": " "}, "findings"),
    ({"on": TODAY() + timedelta(days=1)}, "on"),
    ({"on": TODAY() - timedelta(days=1)}, "on"),
    ({"result": "pending"}, "result"),
    ({"found_date": TODAY() + timedelta(days=1)}, "found_date"),
])  # fmt: skip
def test_a_check_that_is_not_complete_is_refused(member, worker, values, field):
    with pytest.raises(ValidationError) as refusal:
        checked(make_doubt(member), worker, **values)
    assert field in refusal.value.message_dict
    assert Doubt.objects.get().state == "open"


@pytest.mark.parametrize("result", ["false", "explained"])
def test_what_clears_a_doubt_needs_evidence(member, worker, result):
    with pytest.raises(ValidationError) as refusal:
        doubts.check(worker, make_doubt(member), 1, result=result, on=TODAY(), findings="说没有", papers=[])
    assert "papers" in refusal.value.message_dict


def test_a_true_doubt_needs_a_date(member, worker):
    with pytest.raises(ValidationError) as refusal:
        checked(make_doubt(member, fact_date=None), worker)
    assert "found_date" in refusal.value.message_dict


def test_two_people_do_not_check_the_same_doubt(member, worker):
    doubt = make_doubt(member)
    checked(doubt, worker)
    with pytest.raises(Conflict):
        doubts.check(worker, doubt, 1, result="true", on=TODAY(), findings="再查", papers=[])


@pytest.mark.parametrize(("role", "place", "error"), [
    ("district", "320412", PermissionDenied), ("auditor", "320412", PermissionDenied),
    ("village", "320412100202", Doubt.DoesNotExist), ("cadre", "", Doubt.DoesNotExist),
])  # fmt: skip
def test_nobody_else_checks(member, role, place, error):
    with pytest.raises(error):
        checked(make_doubt(member), make_user(role, place))


# --- The township -----------------------------------------------------------------------------------------------------
def test_a_true_doubt_becomes_a_verified_fact_that_names_its_source_and_reaches_the_assessment(member, worker, clerk):
    household, version = member.household, make_version()
    make_income(household, wages="1000")
    assert assess(household, version).outcome == "eligible"
    doubt = checked(make_doubt(member), worker)
    assert assess(household, version).outcome == "eligible"
    before = household.version
    doubts.close(clerk, doubt, doubt.version)
    fact = Fact.objects.get()
    assert (fact.kind, fact.fact_date, fact.verification) == ("vehicle", date(2014, 5, 1), "true")
    assert "2016-09-01" in fact.note
    assert Doubt.objects.get().fact == fact
    assert assess(household, version).outcome == "not_eligible"
    household.refresh_from_db()
    assert household.version == before + 1
    assert not has_entered(household, clerk)


@pytest.mark.parametrize("result", ["false", "explained"])
def test_what_was_cleared_writes_nothing(member, worker, clerk, result):
    doubt = checked(make_doubt(member), worker, result)
    assert doubts.close(clerk, doubt, doubt.version).state == "closed"
    assert not Fact.objects.exists()


def test_a_fact_that_waited_for_verification_is_the_one_that_is_verified(member, worker, clerk):
    fact = make_fact(member.household, "vehicle", date(2014, 5, 1), verification="pending", note="群众反映")
    doubt = checked(make_doubt(member), worker)
    doubts.close(clerk, doubt, doubt.version)
    fact.refresh_from_db()
    assert fact.verification == "true"
    assert fact.note.startswith("群众反映；")


@pytest.mark.parametrize("source", ["deceased", "student"])
def test_what_is_no_fact_of_the_household_writes_none(member, worker, clerk, source):
    doubt = checked(make_doubt(member, source), worker)
    assert doubts.close(clerk, doubt, doubt.version).fact is None
    assert not Fact.objects.exists()


def test_a_benefit_that_has_ended_ends_the_fact(member, worker, clerk):
    fact = make_fact(member.household, "subsistence", date(2010, 1, 1))
    doubt = make_doubt(member, "subsistence", direction="missing", fact_date=None, detail="")
    doubt = checked(doubt, worker, found_date=date(2016, 7, 1))
    doubts.close(clerk, doubt, doubt.version)
    fact.refresh_from_db()
    assert fact.ended_on == date(2016, 7, 1)


def test_who_checked_does_not_confirm(member, clerk):
    doubt = checked(make_doubt(member), clerk)
    for act in (lambda: doubts.close(clerk, doubt, doubt.version),
                lambda: doubts.send_back(clerk, doubt, doubt.version, reason="重查")):  # fmt: skip
        with pytest.raises(PermissionDenied):
            act()
    colleague = make_user("township", VILLAGE[:9])
    assert doubts.close(colleague, doubt, doubt.version).state == "closed"


@pytest.mark.parametrize("role", ["village", "district", "administrator"])
def test_only_the_township_confirms(member, worker, role):
    doubt = checked(make_doubt(member), worker)
    with pytest.raises(PermissionDenied):
        doubts.close(make_user(role, VILLAGE if role == "village" else "320412"), doubt, doubt.version)


def test_what_is_sent_back_is_checked_again_with_a_new_deadline(member, worker, clerk):
    doubt = checked(make_doubt(member, due_on=TODAY() - timedelta(days=3)), worker)
    doubt = doubts.send_back(clerk, doubt, doubt.version, reason="照片不清")
    assert (doubt.state, doubt.result, doubt.checked_by) == ("open", "", None)
    assert doubt.due_on == TODAY() + timedelta(days=15)
    assert checked(doubt, worker).state == "checked"


# --- Authorisations ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("values", "field"), [
    ({"signed_on": TODAY() + timedelta(days=1)}, "signed_on"),
    ({"valid_until": date(2000, 1, 1)}, "valid_until"),
    ({"signed_by": " "}, "signed_by"),
    ({"papers": []}, "papers"),
])  # fmt: skip
def test_an_authorisation_that_is_not_complete_is_refused(household, worker, values, field):
    complete = {"signed_on": TODAY(), "valid_until": date(2099, 1, 1), "signed_by": "张三"}
    values = complete | {"papers": [make_paper(worker)]} | values
    with pytest.raises(ValidationError) as refusal:
        authorisations.authorise(worker, household, **values)
    assert field in refusal.value.message_dict
    assert not Authorisation.objects.exists()


def test_a_household_takes_its_authorisation_back(household, worker):
    authorisation = authorise(household)
    authorisations.withdraw(worker, authorisation, TODAY())
    assert standing_of(household).authorisation is None
    with pytest.raises(ValidationError):
        authorisations.withdraw(worker, authorisation, TODAY())


# --- The district's decision ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("state", "result", "source", "proposed", "allowed"), [
    (None, "", "vehicle", Decision.CLEAN, {Decision.CLEAN, Decision.EXPLAINED}),
    ("open", "", "vehicle", "", set()),
    ("checked", "false", "vehicle", "", set()),
    ("closed", "true", "vehicle", Decision.HIT, set()),
    ("closed", "true", "insurance", Decision.EXPLAINED, {Decision.EXPLAINED}),
    ("closed", "false", "vehicle", Decision.EXPLAINED, {Decision.EXPLAINED}),
    ("closed", "explained", "vehicle", Decision.EXPLAINED, {Decision.EXPLAINED}),
    ("lapsed", "", "disabled", Decision.CLEAN, {Decision.CLEAN, Decision.EXPLAINED}),
])  # fmt: skip
def test_the_districts_decision_must_say_what_the_doubts_say(state, result, source, proposed, allowed):
    make_version()
    household = make_household(make_village(VILLAGE))
    if state:
        make_doubt(household.members.get(), source, state=state, result=result)
    assert proposed_comparison(standing_of(household)) == proposed
    officer, passing = make_user("district"), set()
    for said in (Decision.CLEAN, Decision.EXPLAINED, Decision.HIT):
        case = make_case(household, "district_review")
        values = {"on": TODAY(), "comparison": said, "comparison_note": "有发票", "opinion": "同意"}
        with suppress(ValidationError):
            take_step(officer, "decide", {case.pk: case.version}, values)
            passing.add(said)
        case.events.all().delete()
        case.delete()
    assert passing == allowed


def test_a_vehicle_that_was_sold_excludes_no_longer(member, worker, clerk):
    doubt = checked(make_doubt(member), worker)
    doubts.close(clerk, doubt, doubt.version)
    assert standing_of(member.household).excluding
    Fact.objects.update(ended_on=date(2016, 1, 1))
    assert not standing_of(member.household).excluding


def test_what_was_verified_stands_on_the_case_and_on_each_step_that_leads_on(client, member, worker, clerk):
    make_version()
    doubt = checked(make_doubt(member), worker)
    doubts.close(clerk, doubt, doubt.version)
    case = make_case(member.household, "appraisal")
    client.force_login(worker)
    page = client.get(reverse("casework:detail", args=[case.pk])).content.decode()
    assert "按现行标准应予排除" in page
    step = next(offer.step for offer in offers_of(case, worker) if offer.step.is_forward)
    page = client.get(reverse("casework:step", args=[case.pk, step.code])).content.decode()
    assert "按现行标准应予排除" in page


# --- Counters ---------------------------------------------------------------------------------------------------------
def test_every_counter_is_the_length_of_the_list_behind_it(client, household, clerk):
    listing = make_listing(clerk)
    states = [("open", "", 3), ("open", "", 20), ("checked", "true", 40), ("closed", "true", 9), ("closed", "false", 9)]
    for number, (state, result, age) in enumerate(states):
        found = TODAY() - timedelta(days=age)
        make_doubt(make_household(make_village(VILLAGE)).members.get(), "vehicle" if number % 2 else "housing",
                   listing=listing, state=state, result=result, raised_on=found,
                   due_on=found + timedelta(days=15))  # fmt: skip
    client.force_login(clerk)
    lines = [*figures.by_source(clerk), *figures.by_place(clerk)]
    cells = [cell for line in lines for cell in line.cells]
    cells += [(count, query) for _label, count, query in figures.by_age(clerk)]
    for count, query in cells:
        assert client.get(f"{reverse('comparison:doubts')}?{query}").context["count"] == count, query
    assert sum(count for _label, count, _query in figures.by_age(clerk)) == 3
    assert figures.waiting_for(clerk).overdue == 2


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_lists_and_counters_ask_the_same_few_questions_whatever_their_length(
    client, household, django_assert_max_num_queries
):
    user = make_user("district")
    listing = make_listing(user)
    for _n in range(12):
        make_doubt(make_household().members.get(), listing=listing)
    client.force_login(user)
    for name, most in (("overview", 10), ("doubts", 12), ("lists", 7), ("unauthorised", 11)):
        client.get(reverse(f"comparison:{name}"))
        with django_assert_max_num_queries(most):
            assert client.get(reverse(f"comparison:{name}")).status_code == 200


def test_a_check_with_a_mistake_keeps_the_photographs(client, member, worker):

    doubt = make_doubt(member)
    client.force_login(worker)
    url = reverse("comparison:check", args=[doubt.pk])
    values = {"version": 1, "result": "false", "on": "2999-01-01", "findings": "已过户"}
    answer = client.post(url, values | {"papers": SimpleUploadedFile("发票.png", PICTURE)})
    assert answer.status_code == 422
    assert "已过户" in answer.content.decode()
    kept = [token for token, _name in answer.context["kept"]]
    assert len(kept) == 1
    client.post(url, values | {"on": TODAY().isoformat(), "kept": kept})
    doubt.refresh_from_db()
    assert doubt.state == "checked"
    assert [paper.name for paper in doubt.steps.get().papers.all()] == ["发票.png"]


def test_a_paired_cadre_checks_on_the_phone_and_nobody_else(client, member):
    user = make_user("cadre")
    unit = HelpingUnit.objects.create(code="U1", name="局")
    cadre = Cadre.objects.create(code="C1", name="干部", unit=unit, user=user)
    doubt = make_doubt(member)
    client.force_login(user)
    url = reverse("my:doubt", args=[doubt.pk])
    assert client.get(url).status_code == 404
    Pairing.objects.create(household=member.household, cadre=cadre, started_on=date(2016, 1, 1))
    assert url in client.get(reverse("my:home")).content.decode()
    assert url in client.get(reverse("my:household", args=[member.household.number])).content.decode()
    values = {"version": 1, "result": "true", "on": TODAY().isoformat(), "found_date": "2014-05-01"}
    assert client.post(url, values).context["form"].errors
    assert client.post(url, values | {"findings": "属实"}).status_code == 302
    doubt.refresh_from_db()
    assert (doubt.state, doubt.checked_by) == ("checked", user)


def test_a_list_is_loaded_and_compared_in_the_browser(client, household, member):

    authorise(household)
    client.force_login(make_user("district"))
    file = SimpleUploadedFile("车辆.csv", csv_of([row_of(member)]))
    values = {"source": "vehicle", "authority": "车管所", "list_date": "2016-09-01", "division": "320412", "file": file}
    page = client.post(reverse("comparison:load"), values).url
    jobs.run(client.get(page).context["listing"].job_id)
    shown = client.get(page)
    assert shown.context["form"].initial["id_number"] == HEADINGS[2]
    assert member.id_number not in shown.content.decode()
    key = shown.context["listing"].pk
    match = reverse("comparison:match", args=[key])
    assert client.post(match, {"sheet": ""}).context["form"].errors
    assert client.post(match, {"sheet": "", "id_number": HEADINGS[2], "detail": [HEADINGS[3]]}).url == page
    jobs.run(client.get(page).context["listing"].job_id)
    assert client.get(page).context["listing"].counts["new"] == 1
    assert client.get(f"{reverse('comparison:doubts')}?listing={key}").context["count"] == 1


@pytest.mark.parametrize("name", ["household_panel", "my_work"])
def test_the_doubts_stand_where_people_look(client, member, worker, name):
    doubt = make_doubt(member)
    client.force_login(worker)
    if name == "my_work":
        assert client.get(reverse("casework:desk")).context["work"].doubts.to_check == 1
    else:
        page = client.get(reverse("households:detail", args=[member.household.number])).content.decode()
        assert reverse("comparison:doubt", args=[doubt.pk]) in page
        assert reverse("comparison:authorise", args=[member.household.number]) in page


# --- For programs -----------------------------------------------------------------------------------------------------
def test_a_program_answers_a_doubt(client, member, worker):
    doubt = make_doubt(member)
    client.force_login(worker)
    url = f"/api/v1/doubts/{doubt.pk}/answer/"
    sent = {"version": 1, "result": "false", "on": TODAY().isoformat(), "findings": "已过户"}
    refused = client.post(url, sent, "application/json")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/papers"
    sent |= {"papers": [{"name": "发票.png", "content": b64encode(PICTURE).decode()}]}
    answer = client.post(url, sent, "application/json")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["result"]) == ("checked", "false")
    assert client.post(url, sent, "application/json").status_code == 409
    assert member.id_number not in client.get("/api/v1/doubts/").content.decode()


def test_a_program_closes_a_doubt_or_has_it_checked_again(client, member, worker, clerk):
    doubt = make_doubt(member)
    url = f"/api/v1/doubts/{doubt.pk}/"

    def post(actor, action: str, **sent):
        client.force_login(actor)
        return client.post(f"{url}{action}/", sent, "application/json")

    sent = {"result": "true", "on": TODAY().isoformat(), "findings": "行驶证在户", "found_date": "2015-03-01"}
    sent |= {"papers": [{"name": "行驶证.png", "content": b64encode(PICTURE).decode()}]}
    assert post(clerk, "close", version=1).status_code == 400, "nothing was found yet"
    assert post(worker, "answer", version=1, **sent).status_code == 200
    assert post(worker, "close", version=2).status_code == 403
    assert post(clerk, "send-back", version=2).json()["errors"][0]["pointer"] == "/reason"
    assert post(clerk, "send-back", version=2, reason="照片不清").json()["state"] == "open"
    assert post(worker, "answer", version=3, **sent).status_code == 200
    assert post(clerk, "close", version=3).status_code == 409, "it has been answered since"
    closed = post(clerk, "close", version=4, remark="核实无误").json()
    assert (closed["state"], closed["result"]) == ("closed", "true")
    assert member.household.facts.get(kind="vehicle").verification == "true"
