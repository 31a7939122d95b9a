"""Objections as the procedure has them: who takes them, who reads them, who answers, what they hold up."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AuditEvent
from casework import receipts
from casework.models import Notice, Objection
from casework.rules import faults_of_clock
from casework.services import close_finished, enter_objection, follow, handle, object_to, take_step
from casework.statements import Statement
from fupin.conflicts import Conflict
from tests.factories import make_case, make_household, make_notice, make_user, make_village

pytestmark = pytest.mark.django_db

TOWNSHIP = "320412100"


@pytest.fixture
def village():
    return make_village("320412100201", "大成村")


@pytest.fixture
def cases(village):
    return [make_case(make_household(village, head_name=name), "village_publicity") for name in ("张大山", "李小河")]


@pytest.fixture
def notice(cases):
    return make_notice(*cases)


@pytest.fixture
def clerk():
    return make_user("township", TOWNSHIP)


def against(notice, position=1, **values):
    return Statement("listed", "他家有车", entry=notice.entries.get(position=position), **values)


def answer(objection, actor, state="upheld", **values):
    values = {"answer": "经核实，情况属实。", "findings": "走访两户邻居"} | values
    return handle(actor, objection, objection.version, state, **values)


def passed(notice, days=7):
    """So many days later."""
    Notice.objects.filter(pk=notice.pk).update(
        starts_on=notice.starts_on - timedelta(days=days), ends_on=notice.ends_on - timedelta(days=days)
    )


def test_anybody_objects_while_the_list_is_posted(notice, settings):
    settings.FUPIN_OBJECTION_DAYS = 10
    objection = object_to(notice, against(notice, name="王五", phone="13800000000"))
    assert (objection.state, objection.level, objection.entered_by) == ("open", "township", None)
    assert objection.due_on == timezone.localdate() + timedelta(days=10)
    assert receipts.normalise(objection.receipt) == objection.receipt


def test_during_the_announcement_it_goes_to_the_district(cases):
    notice = make_notice(*cases, kind="announcement")
    assert object_to(notice, against(notice)).level == "district"


@pytest.mark.parametrize("shift", [-7, 1])
def test_before_the_first_day_and_after_the_last_nobody_objects_on_the_public_page(cases, shift):
    notice = make_notice(*cases, starts_on=timezone.localdate() + timedelta(days=shift))
    with pytest.raises(ValidationError):
        object_to(notice, against(notice))
    assert not Objection.objects.exists()


def test_on_the_first_day_and_on_the_last_one_may(cases):
    for shift in (0, -6):
        notice = make_notice(*cases, starts_on=timezone.localdate() + timedelta(days=shift))
        assert object_to(notice, against(notice)).pk


def test_one_can_object_to_an_omission(notice):
    objection = object_to(notice, Statement("omitted", "他家最困难", omitted="赵六，3组"))
    assert objection.entry is None
    with pytest.raises(ValidationError) as refusal:
        object_to(notice, Statement("omitted", "他家最困难", omitted=" "))
    assert "omitted" in refusal.value.error_dict


def test_not_to_a_household_that_is_not_listed(cases, notice):
    other = make_notice(make_case(make_household(cases[0].village), "village_publicity"))
    with pytest.raises(ValidationError) as refusal:
        object_to(notice, Statement("listed", "理由", entry=other.entries.get()))
    assert "entry" in refusal.value.error_dict


def test_not_to_one_that_was_drawn_out(notice):
    notice.entries.filter(position=1).update(drawn_out_at=timezone.now())
    with pytest.raises(ValidationError):
        object_to(notice, against(notice))


@pytest.mark.parametrize(("statement", "field"), [
    (lambda n: Statement("listed", "理由"), "entry"),
    (lambda n: Statement("listed", "  ", entry=n.entries.get(position=1)), "text"),
    (lambda n: Statement("else", "理由"), "ground"),
])  # fmt: skip
def test_what_is_missing_is_said_at_its_field(notice, statement, field):
    with pytest.raises(ValidationError) as refusal:
        object_to(notice, statement(notice))
    assert field in refusal.value.error_dict


def test_sending_the_same_form_twice_makes_one_objection(notice):
    receipt = receipts.new_receipt()
    first, second = (object_to(notice, against(notice), receipt) for _time in range(2))
    assert first == second
    assert Objection.objects.count() == 1


def test_what_is_written_stands_encrypted(notice):
    object_to(notice, against(notice, name="王五"))
    (kept,) = Objection.objects.extra(select={"raw_text": "text", "raw_name": "name"}).values("raw_text", "raw_name")
    assert "车" not in kept["raw_text"]
    assert "王五" not in kept["raw_name"]


# --- On paper -------------------------------------------------------------------------------------------------------
def test_the_township_enters_one_that_came_on_paper(notice, clerk):
    objection = enter_objection(clerk, notice, against(notice), notice.starts_on)
    assert objection.entered_by == clerk


@pytest.mark.parametrize("role", ["village", "cadre", "auditor", "administrator"])
def test_others_do_not(notice, role):
    actor = make_user(role, notice.village_id)
    with pytest.raises(PermissionDenied):
        enter_objection(actor, notice, against(notice), notice.starts_on)


def test_nor_another_township(notice):
    with pytest.raises(Notice.DoesNotExist):
        enter_objection(make_user("township", "320412101"), notice, against(notice), notice.starts_on)


def test_it_came_while_the_list_was_posted(notice, clerk):
    passed(notice, 10)
    notice.refresh_from_db()
    one_day = timedelta(days=1)
    for day in (notice.starts_on - one_day, notice.ends_on + one_day, timezone.localdate() + one_day):
        with pytest.raises(ValidationError) as refusal:
            enter_objection(clerk, notice, against(notice), day)
        assert "received_on" in refusal.value.error_dict
    assert enter_objection(clerk, notice, against(notice), notice.ends_on).pk


# --- Answering ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["upheld", "not_upheld", "withdrawn"])
def test_the_handler_closes_it_with_findings_and_an_answer(notice, clerk, state):
    objection = answer(object_to(notice, against(notice)), clerk, state)
    objection.refresh_from_db()
    assert (objection.state, objection.handled_by, objection.version) == (state, clerk, 2)
    assert objection.closed_at
    assert AuditEvent.objects.filter(actor=clerk, subject="objection").count() == 1


@pytest.mark.parametrize(("state", "values", "field"), [
    ("upheld", {"findings": ""}, "findings"),
    ("not_upheld", {"answer": " "}, "answer"),
    ("open", {}, "state"),
    ("lost", {}, "state"),
])  # fmt: skip
def test_not_without_what_was_found_or_the_answer(notice, clerk, state, values, field):
    with pytest.raises(ValidationError) as refusal:
        answer(object_to(notice, against(notice)), clerk, state, **values)
    assert field in refusal.value.error_dict


def test_only_the_level_that_it_goes_to(notice, clerk):
    objection = object_to(notice, against(notice))
    for actor in (make_user("district", "320412"), make_user("township", "320412101")):
        with pytest.raises(Objection.DoesNotExist):
            answer(objection, actor)
    with pytest.raises(PermissionDenied):
        answer(objection, make_user("village", notice.village_id))


def test_never_who_opened_the_case_or_entered_the_household(village, clerk):
    entered = make_case(make_household(village, entered_by=clerk), "village_publicity")
    opened = make_case(make_household(village), "village_publicity", opened_by=clerk)
    notice = make_notice(entered, opened)
    for position in (1, 2):
        objection = object_to(notice, against(notice, position))
        with pytest.raises(PermissionDenied) as refusal:
            answer(objection, clerk)
        assert str(refusal.value)
        assert answer(objection, make_user("township", TOWNSHIP)).state == "upheld"


def test_it_is_closed_once(notice, clerk):
    objection = object_to(notice, against(notice))
    answer(objection, clerk)
    with pytest.raises(Conflict):
        handle(clerk, objection, 1, "not_upheld", "第二次答复", "再查")
    objection.refresh_from_db()
    with pytest.raises(Conflict):
        answer(objection, clerk, "not_upheld")


# --- What it holds up -----------------------------------------------------------------------------------------------
def test_the_clock_waits_for_the_household_objected_to_and_for_no_other(notice, cases, clerk):
    objection = object_to(notice, against(notice, 1))
    passed(notice)
    assert close_finished() == 1
    for case in cases:
        case.refresh_from_db()
    assert [case.stage for case in cases] == ["village_publicity", "township_review"]
    answer(objection, clerk, "not_upheld")
    assert close_finished() == 1


def test_an_upheld_one_lets_its_case_only_back_or_out(notice, cases, clerk):
    answer(object_to(notice, against(notice, 1)), clerk, "upheld")
    passed(notice)
    case = cases[0]
    case.refresh_from_db()
    assert faults_of_clock(case, timezone.localdate())
    assert close_finished() == 1
    day = {"on": timezone.localdate(), "reason": "异议成立"}
    (returned,) = take_step(clerk, "return", {case.pk: case.version}, day | {"to_stage": "to_publicise"})
    assert returned.stage == "to_publicise"
    assert notice.entries.get(case=case).drawn_out_at
    later = make_notice(returned)
    returned.stage = "village_publicity"
    returned.save()
    passed(later)
    returned.refresh_from_db()
    assert not faults_of_clock(returned, timezone.localdate())


def test_a_letter_entered_after_the_clock_has_closed_still_keeps_the_review_waiting(notice, cases, clerk):
    notice.photo = None
    passed(notice)
    close_finished()
    notice.refresh_from_db()
    enter_objection(clerk, notice, against(notice), notice.ends_on)
    case = cases[0]
    case.refresh_from_db()
    with pytest.raises(ValidationError) as refusal:
        take_step(clerk, "review", {case.pk: case.version}, {"on": timezone.localdate(), "opinion": "同意"})
    assert len(refusal.value.messages) == 2


# --- Following ------------------------------------------------------------------------------------------------------
def test_number_and_code_show_it_and_neither_alone(notice):
    objection = object_to(notice, against(notice))
    code = receipts.code_of(objection.receipt)
    assert follow(receipts.grouped(objection.receipt).lower(), code) == objection
    assert follow(objection.receipt, "00000000" if code != "00000000" else "1") is None
    assert follow(receipts.new_receipt(), code) is None
    assert follow("", "") is None
    other = receipts.new_receipt()
    assert follow(other, receipts.code_of(other)) is None
