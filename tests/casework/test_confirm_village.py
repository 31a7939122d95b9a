"""A village is economically weak when the township has audited it and the district has said so, and not before."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AuditEvent
from casework.candidates import villages_to_confirm
from casework.models import Case, CaseEvent
from casework.services import AlreadyDecided, open_case, open_village_case
from eligibility.models import Recalculation, VillageDetermination
from fupin.models import Job, JobKind
from tests.casework.steps import step
from tests.eligibility.makers import make_version
from tests.factories import make_household, make_user, make_village
from villages.models import VillageIncome, VillageProfile

pytestmark = pytest.mark.django_db

DAY = date(2016, 6, 1)
VILLAGE, TOWNSHIP = "320412100201", "320412100"
DECISION = {"on": DAY, "document": "武农〔2016〕3号"}


@pytest.fixture
def worker():
    return make_user("village", VILLAGE)


@pytest.fixture
def clerk():
    return make_user("township", TOWNSHIP)


@pytest.fixture
def district():
    return make_user("district")


@pytest.fixture
def run():
    version = make_version(code="village-2015", subject="village")
    job = Job.objects.create(kind=JobKind.RECALCULATION, title="run")
    return Recalculation.objects.create(job=job, version=version, division_code="320412", line=version.line)


def determine(run, village=None, outcome="weak", **values):
    village = village or make_village(VILLAGE)
    return VillageDetermination.objects.create(
        run=run, standard=run.version.standard, village=village, outcome=outcome, line=run.line, **values
    )


@pytest.fixture
def case(run, worker):
    return open_village_case(worker, determine(run), "收入低于标准")


@pytest.fixture
def audited(case, clerk):
    return step(clerk, case, "audit", on=DAY)


def standing_of(village):
    profile = VillageProfile.objects.filter(village=village).first()
    return (profile.standing, profile.standing_since) if profile else ("ordinary", None)


def test_audited_and_confirmed_it_becomes_weak_with_date_history_and_audit(audited, district):
    assert standing_of(audited.village) == ("ordinary", None)
    done = step(district, audited, "confirm", **DECISION)
    assert standing_of(done.village) == ("weak", DAY)
    assert (done.stage, done.household, done.decided_on, done.document) == (
        "completed", None, DAY, DECISION["document"],
    )  # fmt: skip
    assert list(CaseEvent.objects.filter(case=done).values_list("step", flat=True)) == ["open", "audit", "confirm"]
    assert VillageProfile.objects.get().history.first().history_user == district
    assert AuditEvent.objects.filter(action="confirm", details__step="confirm").exists()


def test_refused_it_keeps_its_standing_and_the_reason_is_kept(audited, district):
    done = step(district, audited, "reject_district", **DECISION, reason="资产已入账")
    assert (done.stage, standing_of(done.village)) == ("rejected", ("ordinary", None))
    assert done.events.last().reason == "资产已入账"
    assert not villages_to_confirm(district).exists()


def test_a_weak_village_above_the_line_becomes_ordinary(run, worker, clerk, district):
    village = make_village(VILLAGE)
    VillageProfile.objects.create(village=village, standing="weak", standing_since=date(2014, 1, 1), version=4)
    case = open_village_case(worker, determine(run, village, "not_weak"), "收入已超过标准")
    step(clerk, case, "audit", on=DAY)
    step(district, case, "confirm", **DECISION)
    assert standing_of(village) == ("ordinary", DAY)
    assert VillageProfile.objects.get(village=village).version == 5


def test_returned_it_is_audited_again_and_says_why(audited, clerk, district):
    back = step(district, audited, "return_district", on=DAY, to_stage="township_review", reason="缺厂房租金")
    assert (back.stage, back.returned_reason) == ("township_review", "缺厂房租金")
    assert step(clerk, audited, "audit", on=DAY).stage == "district_review"


def test_no_step_is_skipped(case, district):
    for code in ("confirm", "reject_district", "return_district"):
        with pytest.raises(ValidationError):
            step(district, case, code, **DECISION, to_stage="township_review", reason="理由")
    assert standing_of(case.village) == ("ordinary", None)


@pytest.mark.parametrize("role", ["village", "district", "auditor", "administrator", "cadre", "contact"])
def test_only_the_township_audits(case, role):
    with pytest.raises((PermissionDenied, Case.DoesNotExist)):
        step(make_user(role, VILLAGE if role == "village" else "320412"), case, "audit", on=DAY)


@pytest.mark.parametrize("role", ["village", "township", "auditor", "administrator", "cadre", "contact"])
def test_only_the_district_confirms(audited, role):
    with pytest.raises((PermissionDenied, Case.DoesNotExist)):
        step(make_user(role, VILLAGE if role == "village" else "320412"), audited, "confirm", **DECISION)


def test_whoever_entered_the_income_neither_audits_nor_confirms(case, clerk, district):
    income = VillageIncome.objects.create(village=case.village, year=2015, entered_by=clerk)
    VillageIncome.objects.create(village=case.village, year=2014, entered_by=make_user("township", TOWNSHIP))
    with pytest.raises(PermissionDenied):
        step(clerk, case, "audit", on=DAY)
    VillageIncome.objects.filter(pk=income.pk).update(entered_by=district)
    step(clerk, case, "audit", on=DAY)
    with pytest.raises(PermissionDenied):
        step(district, case, "confirm", **DECISION)
    assert step(make_user("district"), case, "confirm", **DECISION).stage == "completed"


def test_whoever_opened_the_case_does_not_confirm_it(run, clerk, district):
    case = open_village_case(district, determine(run), "收入低于标准")
    step(clerk, case, "audit", on=DAY)
    with pytest.raises(PermissionDenied):
        step(district, case, "confirm", **DECISION)


def test_no_decision_lies_in_the_future_or_before_the_audit(audited, district):
    for day in (timezone.localdate() + timedelta(1), DAY - timedelta(1)):
        with pytest.raises(ValidationError) as refusal:
            step(district, audited, "confirm", **DECISION | {"on": day})
        assert set(refusal.value.message_dict) == {"on"}


def test_a_result_that_a_newer_one_replaced_is_not_decided(audited, district, worker):
    old = audited.determination
    VillageDetermination.objects.filter(pk=old.pk).update(is_current=False)
    with pytest.raises(ValidationError):
        step(district, audited, "confirm", **DECISION)
    assert step(worker, audited, "withdraw", on=DAY, reason="已重新核算").stage == "withdrawn"


def test_a_result_is_in_one_case_until_that_is_withdrawn(case, worker):
    with pytest.raises(AlreadyDecided):
        open_village_case(worker, case.determination, "再次")
    step(worker, case, "withdraw", on=DAY, reason="误开")
    assert open_village_case(worker, case.determination, "再次").stage == "township_review"


def test_nothing_is_opened_upon_what_changes_nothing(run, worker):
    village = make_village(VILLAGE)
    for values in ({"outcome": "insufficient_data"}, {"outcome": "not_weak"}, {"is_current": False}):
        with pytest.raises(AlreadyDecided):
            open_village_case(worker, determine(run, village, **values), "不变")
        VillageDetermination.objects.all().delete()
    with pytest.raises(ValidationError):
        open_village_case(worker, determine(run, village), " ")


def test_it_is_opened_by_those_who_open_cases_within_their_reach(run, worker):
    with pytest.raises(VillageDetermination.DoesNotExist):
        open_village_case(worker, determine(run, make_village("320412100202")), "别村")
    mine = determine(run, make_village(VILLAGE))
    for role in ("auditor", "administrator", "cadre", "contact"):
        with pytest.raises(PermissionDenied):
            open_village_case(make_user(role), mine, "无权")


def test_no_household_gets_a_case_of_a_village(district):
    with pytest.raises(ValidationError):
        open_case(district, "village_confirmation", make_household(make_village(VILLAGE)), "理由")


def test_the_district_confirms_a_whole_list_by_one_document(run, district):
    from casework.services import take_step

    cases = []
    for number in range(201, 204):
        opened = open_village_case(
            make_user("village", f"320412100{number}"), determine(run, make_village(f"320412100{number}")), "低于标准"
        )
        cases.append(step(make_user("township", TOWNSHIP), opened, "audit", on=DAY))
    take_step(district, "confirm", {case.pk: case.version for case in cases}, DECISION | {"opinion": ""})
    assert {standing_of(case.village) for case in cases} == {("weak", DAY)}


def test_what_waits_for_a_case_is_what_would_change_a_standing(run, district):
    below, above, without, weak_below, weak_above = (make_village(f"32041210020{number}") for number in range(1, 6))
    for village in (weak_below, weak_above):
        VillageProfile.objects.create(village=village, standing="weak")
    VillageProfile.objects.create(village=below)
    first = determine(run, below)
    determine(run, above, "not_weak")
    determine(run, without, "insufficient_data")
    determine(run, weak_below)
    last = determine(run, weak_above, "not_weak")
    unseen = determine(run, make_village("320412100209"), total=Decimal(0))
    determine(run, make_village("320411100209"))
    assert list(villages_to_confirm(district)) == [first, last, unseen]
    open_village_case(district, first, "低于标准")
    assert list(villages_to_confirm(district)) == [last, unseen]
