"""A village is economically weak when district staff have said so, and not before."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AuditEvent
from casework.candidates import villages_to_confirm
from casework.choices import CaseStage
from casework.models import Case
from casework.services import AlreadyDecided, confirm_village
from eligibility.models import Recalculation, Standard, StandardVersion, VillageDetermination
from fupin.models import Job, JobKind
from tests.factories import make_user, make_village
from villages.models import VillageIncome, VillageProfile

pytestmark = pytest.mark.django_db

DAY = date(2016, 6, 1)


@pytest.fixture
def district():
    return make_user("district")


@pytest.fixture
def run():
    standard = Standard.objects.create(code="village-2015", title="示例标准", subject="village")
    version = StandardVersion.objects.create(
        standard=standard, reference_date=date(2015, 12, 31), income_year=2015, line=Decimal(1_500_000)
    )
    job = Job.objects.create(kind=JobKind.RECALCULATION, title="run")
    return Recalculation.objects.create(job=job, version=version, division_code="320412", line=version.line)


def determine(run, village=None, outcome="weak", **values):
    village = village or make_village()
    return VillageDetermination.objects.create(
        run=run, standard=run.version.standard, village=village, outcome=outcome, line=run.line, **values
    )


def standing_of(village):
    profile = VillageProfile.objects.get(village=village)
    return profile.standing, profile.standing_since


def confirm(determination, actor, *, decision=True, document="武农〔2016〕3号", decided_on=DAY, reason=""):
    return confirm_village(determination, decision, document, decided_on, reason, actor)


def test_a_candidate_that_is_confirmed_becomes_weak_with_date_case_history_and_audit(run, district):
    determination = determine(run)
    case = confirm(determination, district)
    assert standing_of(determination.village) == ("weak", DAY)
    assert (case.stage, case.village, case.household, case.decided_on) == (
        CaseStage.COMPLETED,
        determination.village,
        None,
        DAY,
    )
    event = case.events.get()
    assert event.details == {"determination": determination.pk, "from": "ordinary", "to": "weak"}
    assert VillageProfile.objects.get().history.first().history_user == district
    audit = AuditEvent.objects.get()
    assert (audit.action, audit.subject, audit.reference) == ("confirm", "village", determination.village_id)


def test_a_candidate_that_is_refused_stays_ordinary_and_the_reason_is_kept(run, district):
    determination = determine(run)
    case = confirm(determination, district, decision=False, reason="资产已入账")
    assert standing_of(determination.village) == ("ordinary", None)
    assert (case.stage, case.events.get().reason) == (CaseStage.REJECTED, "资产已入账")


def test_a_weak_village_above_the_line_becomes_ordinary(run, district):
    village = make_village()
    VillageProfile.objects.create(village=village, standing="weak", standing_since=date(2014, 1, 1))
    case = confirm(determine(run, village, "not_weak"), district, decision=False)
    assert (standing_of(village), case.stage) == (("ordinary", DAY), CaseStage.COMPLETED)


def test_a_weak_village_that_stays_weak_keeps_its_day(run, district):
    village = make_village()
    VillageProfile.objects.create(village=village, standing="weak", standing_since=date(2014, 1, 1), version=4)
    confirm(determine(run, village), district)
    assert standing_of(village) == ("weak", date(2014, 1, 1))
    assert VillageProfile.objects.get().version == 4


@pytest.mark.parametrize(("outcome", "decision"), [("weak", False), ("not_weak", True)])
def test_a_decision_against_the_result_needs_a_reason(run, district, outcome, decision):
    with pytest.raises(ValidationError) as refusal:
        confirm(determine(run, outcome=outcome), district, decision=decision)
    assert set(refusal.value.message_dict) == {"reason"}
    assert not Case.objects.exists()


@pytest.mark.parametrize("decision", [True, False])
def test_without_income_there_is_nothing_to_decide(run, district, decision):
    with pytest.raises(ValidationError):
        confirm(determine(run, outcome="insufficient_data"), district, decision=decision, reason="无")


def test_document_and_date_are_needed(run, district):
    with pytest.raises(ValidationError) as refusal:
        confirm(determine(run), district, document=" ", decided_on=timezone.localdate() + timedelta(1))
    assert set(refusal.value.message_dict) == {"document", "decided_on"}


def test_a_result_is_decided_once(run, district):
    determination = determine(run)
    confirm(determination, district)
    with pytest.raises(AlreadyDecided):
        confirm(determination, district)
    assert Case.objects.count() == 1


def test_a_result_that_is_no_longer_current_cannot_be_decided(run, district):
    with pytest.raises(AlreadyDecided):
        confirm(determine(run, is_current=False), district)


@pytest.mark.parametrize("role", ["village", "township", "auditor", "administrator", "cadre", "contact"])
def test_only_district_staff_confirm(run, role):
    with pytest.raises(PermissionDenied):
        confirm(determine(run), make_user(role))


def test_a_village_of_another_district_is_out_of_reach(run, district):
    with pytest.raises(PermissionDenied):
        confirm(determine(run, make_village("320411100201")), district)


def test_whoever_entered_the_income_does_not_confirm(run, district):
    determination = determine(run)
    VillageIncome.objects.create(village=determination.village, year=2014, entered_by=district)
    income = VillageIncome.objects.create(village=determination.village, year=2015, entered_by=district)
    with pytest.raises(PermissionDenied):
        confirm(determination, district)
    VillageIncome.objects.filter(pk=income.pk).update(entered_by=make_user("village"))
    assert confirm(determination, district).stage == CaseStage.COMPLETED


def test_what_waits_for_a_decision_is_what_would_change_a_standing(run, district):
    below, above, without, weak_below, weak_above = (make_village(f"32041210020{number}") for number in range(1, 6))
    for village in (weak_below, weak_above):
        VillageProfile.objects.create(village=village, standing="weak")
    VillageProfile.objects.create(village=below)
    first = determine(run, below)
    determine(run, above, "not_weak")
    determine(run, without, "insufficient_data")
    determine(run, weak_below)
    last = determine(run, weak_above, "not_weak")
    unseen = determine(run, make_village("320412100209"))
    determine(run, make_village("320411100209"))
    assert list(villages_to_confirm(district)) == [first, last, unseen]
    confirm(first, district, decision=False, reason="资产已入账")
    assert list(villages_to_confirm(district)) == [last, unseen]
