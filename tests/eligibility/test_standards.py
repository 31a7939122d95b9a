"""From draft to approval by a second person; what is approved never changes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AuditEvent
from eligibility import standards
from eligibility.choices import VersionState
from eligibility.models import ApprovedNeverChanges, Standard, StandardVersion
from households.models import IncomeYear
from tests.eligibility.makers import DAY, criteria_of_demo, make_version
from tests.factories import make_user

pytestmark = pytest.mark.django_db

VALUES = {
    "reference_date": DAY,
    "income_year": 2015,
    "line": Decimal("9000.00"),
    "items": list(IncomeYear.ITEMS),
}


@pytest.fixture
def proposer():
    return make_user("district")


@pytest.fixture
def second():
    return make_user("district")


@pytest.fixture
def draft(proposer):
    return standards.propose("line-2016", "识别标准", "household", VALUES, criteria_of_demo(), proposer)


def test_a_proposed_standard_is_a_draft_with_its_criteria_in_order(draft):
    assert draft.state == VersionState.DRAFT
    assert [(row.position, row.code) for row in draft.criteria.all()][:2] == [(0, "vehicle"), (1, "housing")]
    assert standards.version_in_force("line-2016") is None


@pytest.fixture
def submitted(draft, proposer):
    return standards.submit(draft, proposer)


def test_approval_by_a_second_person_puts_it_in_force_with_its_basis(submitted, second):
    standards.approve(submitted, second, " 武扶办〔2016〕1号 ")
    version = standards.version_in_force("line-2016")
    assert (version.pk, version.approved_by, version.basis) == (submitted.pk, second, "武扶办〔2016〕1号")
    assert AuditEvent.objects.filter(actor=second, action="approve", reference="line-2016").exists()


def test_a_draft_is_submitted_before_it_is_approved(draft, second):
    with pytest.raises(ValidationError) as refusal:
        standards.approve(draft, second, "文号")
    assert refusal.value.code == "not_submitted"


def test_what_is_submitted_stays_as_it_is_until_it_is_taken_back(submitted, proposer):
    for change in (
        lambda: standards.edit_draft(submitted, VALUES, [], proposer),
        lambda: standards.discard_draft(submitted, proposer),
        lambda: standards.submit(submitted, proposer),
    ):
        with pytest.raises(ValidationError) as refusal:
            change()
        assert refusal.value.code == "not_draft"
    standards.take_back(submitted, proposer)
    assert standards.edit_draft(submitted, {"line": Decimal("9100.00")}, [], proposer).line == Decimal("9100.00")


def test_it_is_returned_with_a_reason_that_stands_on_the_draft_until_it_is_submitted_again(submitted, proposer, second):
    with pytest.raises(ValidationError) as refusal:
        standards.send_back(submitted, second, "  ")
    assert "reason" in refusal.value.message_dict
    version = standards.send_back(submitted, second, " 标准线与文件不符 ")
    assert (version.state, version.returned_by, version.returned_because) == ("draft", second, "标准线与文件不符")
    event = AuditEvent.objects.get(actor=second)
    assert (event.purpose, event.details) == ("标准线与文件不符", {"version": 1, "step": "return"})
    version = standards.submit(standards.edit_draft(version, VALUES, [], proposer), proposer)
    assert (version.returned_by, version.returned_because) == (None, "")


def test_it_waits_for_who_may_approve_it_and_returned_for_who_wrote_it(submitted, proposer, second):
    waiting = {user: list(standards.waiting_for(user)) for user in (proposer, second, make_user("township"))}
    assert [found for found in waiting.values() if found] == [[submitted]]
    assert waiting[second] == [submitted]
    returned = standards.send_back(submitted, second, "标准线与文件不符")
    assert list(standards.waiting_for(proposer)) == [returned]
    assert not standards.waiting_for(second)
    standards.submit(returned, proposer)
    assert not standards.waiting_for(proposer)


def test_what_was_changed_since_it_was_read_is_not_approved(submitted, proposer, second):
    read = submitted.submitted_at
    standards.take_back(submitted, proposer)
    standards.edit_draft(submitted, {"line": Decimal("1.00")}, [], proposer)
    again = standards.submit(submitted, proposer)
    with pytest.raises(ValidationError) as refusal:
        standards.approve(submitted, second, "文号", seen=read)
    assert refusal.value.code == "stale"
    assert standards.approve(submitted, second, "文号", seen=again.submitted_at).line == Decimal("1.00")


@pytest.mark.parametrize(
    ("first_day", "end", "refused"),
    [(0, None, ""), (1, None, "not_yet_valid"), (-9, 1, ""), (-9, 0, "no_longer_valid")],
)
def test_what_is_not_valid_today_takes_nothings_place(proposer, second, first_day, end, refused):
    in_force = make_version(code="line-2016")
    today = timezone.localdate()
    validity = {
        "valid_from": today + timedelta(days=first_day),
        "valid_to": end if end is None else today + timedelta(days=end),
    }
    draft = standards.edit_draft(
        standards.new_draft(in_force.standard, proposer), VALUES | validity, criteria_of_demo(), proposer
    )
    submitted = standards.submit(draft, proposer)
    if refused:
        with pytest.raises(ValidationError) as error:
            standards.approve(submitted, second, "文号")
        assert error.value.code == refused
    else:
        standards.approve(submitted, second, "文号")
    assert standards.version_in_force("line-2016").pk == (in_force if refused else submitted).pk


def test_neither_who_wrote_it_nor_who_submitted_it_can_approve(draft, proposer, second):
    standards.submit(draft, second)
    for author in (proposer, second):
        with pytest.raises(ValidationError) as refusal:
            standards.approve(draft, author, "文号")
        assert refusal.value.code == "same_person"
    assert standards.approve(draft, make_user("administrator"), "文号").state == VersionState.APPROVED


def test_whoever_edited_a_draft_last_cannot_approve_it(draft, proposer, second):
    standards.edit_draft(draft, {"line": Decimal("9100.00")}, [], second)
    standards.submit(draft, second)
    with pytest.raises(ValidationError):
        standards.approve(draft, second, "文号")
    assert standards.approve(draft, proposer, "文号").line == Decimal("9100.00")


def test_approval_needs_a_document(submitted, second):
    with pytest.raises(ValidationError) as refusal:
        standards.approve(submitted, second, "  ")
    assert "basis" in refusal.value.message_dict


def test_an_approved_version_cannot_be_edited_discarded_returned_or_approved_again(submitted, proposer, second):
    standards.approve(submitted, second, "文号")
    for change in (
        lambda: standards.edit_draft(submitted, VALUES, [], proposer),
        lambda: standards.discard_draft(submitted, proposer),
        lambda: standards.submit(submitted, proposer),
        lambda: standards.take_back(submitted, proposer),
        lambda: standards.send_back(submitted, second, "再看"),
        lambda: standards.approve(submitted, second, "文号"),
    ):
        with pytest.raises(ValidationError) as refusal:
            change()
        assert refusal.value.code in ("not_draft", "not_submitted")


def test_whatever_code_tries_an_approved_version_and_its_criteria_stay_as_they_are(draft, proposer, second):
    draft.line = Decimal("9100.00")
    draft.save()
    version = standards.approve(standards.submit(draft, proposer), second, "文号")
    criterion = version.criteria.first()
    criterion.effect = "include"
    version.line = Decimal("1.00")
    for change in (version.save, version.delete, criterion.save, criterion.delete):
        with pytest.raises(ApprovedNeverChanges):
            change()
    version.refresh_from_db()
    assert (version.line, version.criteria.first().effect) == (Decimal("9100.00"), "exclude")


def test_a_new_version_supersedes_the_one_before_when_it_is_approved(submitted, proposer, second):
    standards.approve(submitted, second, "文号")
    following = standards.new_draft(submitted.standard, proposer)
    assert (following.number, following.criteria.count(), following.basis) == (2, 6, "")
    assert standards.version_in_force("line-2016") == submitted
    standards.approve(standards.submit(following, proposer), second, "文号二")
    submitted.refresh_from_db()
    assert submitted.state == VersionState.SUPERSEDED
    assert standards.version_in_force("line-2016") == following


def test_there_is_one_draft_at_a_time_submitted_or_not(draft, proposer):
    with pytest.raises(ValidationError):
        standards.new_draft(draft.standard, proposer)
    standards.submit(draft, proposer)
    with pytest.raises(ValidationError):
        standards.new_draft(draft.standard, proposer)


def test_a_discarded_first_draft_takes_its_standard_along(draft, proposer):
    standards.discard_draft(draft, proposer)
    assert not Standard.objects.filter(code="line-2016").exists()


@pytest.mark.parametrize(
    "values",
    [
        {"items": []},
        {"items": ["wages", "lottery"]},
        {"line": Decimal("-0.01")},
        {"valid_from": date(2016, 1, 1), "valid_to": date(2016, 1, 1)},
    ],
)
def test_a_draft_with_a_wrong_value_is_refused(proposer, values):
    with pytest.raises(ValidationError):
        standards.propose("wrong", "标准", "household", VALUES | values, [], proposer)
    assert not StandardVersion.objects.exists()


@pytest.mark.parametrize(
    "criterion",
    [
        {"effect": "exclude"},
        {"effect": "deduct", "fact_kind": "vehicle"},
        {"effect": "include", "fact_kind": "subsistence", "cost": "medical_cost"},
    ],
)
def test_a_criterion_has_what_its_effect_needs_and_no_more(proposer, criterion):
    with pytest.raises(ValidationError):
        standards.propose("wrong", "标准", "household", VALUES, [criterion], proposer)


def test_a_village_standard_counts_categories_of_villages_and_has_no_criteria(proposer):
    values = VALUES | {"items": ["operating", "subsidy"], "line": Decimal("1500000.00")}
    with pytest.raises(ValidationError):
        standards.propose("weak", "标准", "village", values, criteria_of_demo(), proposer)
    assert standards.propose("weak", "标准", "village", values, [], proposer).items == ["operating", "subsidy"]


@pytest.mark.parametrize("role", ["village", "township", "auditor", "administrator", "cadre"])
def test_only_the_district_edits(role):
    with pytest.raises(PermissionDenied):
        standards.propose("other", "标准", "household", VALUES, [], make_user(role))


@pytest.mark.parametrize(("role", "may"), [("administrator", True), ("township", False), ("auditor", False)])
def test_who_approves_and_returns(submitted, role, may):
    actor = make_user(role)
    if may:
        assert standards.approve(submitted, actor, "文号").approved_by == actor
        return
    with pytest.raises(PermissionDenied):
        standards.approve(submitted, actor, "文号")
    with pytest.raises(PermissionDenied):
        standards.send_back(submitted, actor, "再看")


@pytest.mark.parametrize("role", ["township", "auditor", "administrator"])
def test_who_may_not_submit_or_take_back(draft, proposer, role):
    actor = make_user(role)
    with pytest.raises(PermissionDenied):
        standards.submit(draft, actor)
    standards.submit(draft, proposer)
    with pytest.raises(PermissionDenied):
        standards.take_back(draft, actor)


def test_a_version_is_in_force_on_the_days_of_its_validity():
    today = timezone.localdate()
    make_version(code="past", valid_to=today)
    make_version(code="coming", valid_from=today + timedelta(days=1))
    current = make_version(code="current", valid_from=today, valid_to=today + timedelta(days=1))
    assert standards.version_in_force("past") is None
    assert standards.version_in_force("coming") is None
    assert standards.version_in_force("current") == current


def test_without_a_code_the_latest_reference_date_counts():
    make_version(reference_date=date(2014, 12, 31))
    latest = make_version(reference_date=date(2016, 12, 31))
    make_version(subject="village", reference_date=date(2020, 12, 31))
    assert standards.version_in_force() == latest
