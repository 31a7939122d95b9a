"""The steps of cases as the rules read (design §4): in order, by the right people, on the right days, all or none."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from casework.choices import CaseKind, CaseStage
from casework.models import Case, CaseEvent, Holiday, Notice
from casework.services import AlreadyOpen, close_finished, object_to, open_case, take_step
from casework.stages import PROCEDURES, Step
from casework.statements import Statement
from fupin.conflicts import Conflict
from households.checks.explaining import explain
from households.models import Finding, Household
from tests.casework.steps import days_pass, photographed, picture, step, values_of
from tests.factories import (
    make_case,
    make_fact,
    make_household,
    make_notice,
    make_user,
    make_village,
)

pytestmark = pytest.mark.django_db

VILLAGE, TOWNSHIP = "320412100201", "320412100"
DAY = timedelta(days=1)


def today():
    return timezone.localdate()


@pytest.fixture
def village():
    return make_village(VILLAGE)


@pytest.fixture
def worker(village):
    return make_user("village", VILLAGE)


@pytest.fixture
def clerk(village):
    return make_user("township", TOWNSHIP)


@pytest.fixture
def other_clerk(village):
    return make_user("township", TOWNSHIP)


@pytest.fixture
def officer(village):
    return make_user("district")


def test_steps_that_lead_in_a_circle_are_refused():
    usual = PROCEDURES[CaseKind.IDENTIFICATION]
    rows = [replace(row, target=CaseStage.APPRAISAL) if row.code == "decide" else row for row in usual.steps]
    with pytest.raises(ValueError, match="decide"):
        _ = replace(usual, steps=tuple(rows)).path


def test_a_province_with_a_step_of_its_own_adds_rows_and_no_code(monkeypatch, village, worker, clerk):
    """两评议 with a check in between (reference §2.1): two rows lead elsewhere, two are added."""
    usual = PROCEDURES[CaseKind.IDENTIFICATION]
    stage = CaseStage.VERIFICATION
    targets = {"appraise": stage, "close_township_publicity": CaseStage.TO_ANNOUNCE}
    rows = [replace(row, target=targets.get(row.code, row.target)) for row in usual.steps]
    rows += [
        Step("verify", "核实", (stage,), CaseStage.DISTRICT_REVIEW, "casework.appraise", "verification"),
        Step("assembly", "代表大会评议", (CaseStage.DISTRICT_REVIEW,), CaseStage.TO_PUBLICISE,
             "casework.review", "appraisal", not_by=("appraise", "verify")),
    ]  # fmt: skip
    rows = [row for row in rows if row.code not in ("decide", "return_district", "reject_district")]
    monkeypatch.setitem(PROCEDURES, CaseKind.IDENTIFICATION, replace(usual, steps=tuple(rows)))
    case = open_case(worker, CaseKind.IDENTIFICATION, make_household(village), "收入低")
    for actor, code in ((worker, "apply"), (worker, "appraise"), (clerk, "verify")):
        case = step(actor, case, code)
    with pytest.raises(PermissionDenied):
        take_step(clerk, "assembly", {case.pk: case.version}, values_of("appraise"))
    (case,) = take_step(make_user("township", TOWNSHIP), "assembly", {case.pk: case.version}, values_of("appraise"))
    assert case.stage == CaseStage.TO_PUBLICISE
    assert CaseStage.VERIFICATION in PROCEDURES[CaseKind.IDENTIFICATION].path
    assert list(CaseEvent.objects.filter(case=case).values_list("step", flat=True)) == [
        "open", "apply", "appraise", "verify", "assembly",
    ]  # fmt: skip


def registered(village, status="registered", **values):
    return make_household(village, status=status, **{"registered_on": today() - 30 * DAY} | values)


def listed(household, stage, kind="village", *, case_kind="identification", days_ago=0, photo=True, **values):
    """A case in a publicity that began so many days ago."""
    case = make_case(household, stage, kind=case_kind, **values)
    notice = make_notice(case, kind=kind, starts_on=today() - days_ago * DAY)
    if photo:
        notice.photo = picture(notice.created_by)
        notice.save()
    return case


def untouched(case):
    """What a refused step must leave as it was."""
    kept = Case.objects.get(pk=case.pk)
    return (
        Case.objects.filter(pk=case.pk).values().get(),
        CaseEvent.objects.count(),
        Notice.objects.count(),
        CaseEvent.papers.through.objects.count(),
        Household.objects.filter(pk=kept.household_id).values("status", "version").get(),
    )


# --- From the beginning to the end ------------------------------------------------------------------------------------
def walk(case, moves):
    """Take these steps in turn; None lets a publicity run out and the clock close it."""
    for move in moves:
        if move is None:
            days_pass(7)
            CaseEvent.objects.filter(case=case).update(details={})
            assert close_finished() == 1
            photographed()
        else:
            actor, code = move
            step(actor, case, code)
    case.refresh_from_db()
    return case


def test_identification_registers(village, worker, clerk, officer):
    household = make_household(village)
    case = open_case(worker, "identification", household, "本人申请")
    walk(case, [
        (worker, "apply"), (worker, "appraise"), (worker, "publicise"), None, (clerk, "review"),
        (clerk, "publicise_township"), None, (officer, "decide"), (officer, "announce"), None, (officer, "conclude"),
    ])  # fmt: skip
    household.refresh_from_db()
    assert (case.stage, household.status, household.registered_on) == ("completed", "registered", today())
    assert household.registration_document == "武扶公告〔2016〕1号"
    assert case.version == case.events.count()


def test_exit_keeps_the_support_for_the_configured_months(village, worker, clerk, settings):
    settings.FUPIN_SUPPORT_MONTHS = 12
    household = registered(village)
    case = open_case(worker, "exit", household, "收入稳定")
    walk(case, [
        (worker, "appraise"), (worker, "verify"), (worker, "publicise"), None, (clerk, "review"),
        (clerk, "announce"), None, (clerk, "conclude"),
    ])  # fmt: skip
    household.refresh_from_db()
    assert household.status == "exited_supported"
    assert 365 <= (case.supported_until - today()).days <= 366


def test_removal_removes(village, worker, clerk, officer):
    household = registered(village)
    case = open_case(worker, "removal", household, "错评")
    walk(case, [
        (worker, "appraise"), (worker, "publicise"), None, (clerk, "review"), (officer, "decide"),
        (officer, "announce"), None, (officer, "conclude"),
    ])  # fmt: skip
    household.refresh_from_db()
    assert household.status == "removed"


def found(household, rule: str, severity: str) -> Finding:
    place = {"household": household, "village": household.village, "place": "phone", "digest": "0" * 32}
    return Finding.objects.create(rule=rule, severity=severity, found_on=today(), **place)


@pytest.mark.parametrize(("rule", "severity", "stops"), [
    ("H-205", "doubt", True), ("H-101", "error", True), ("H-301", "hint", False),
    # Whoever left poverty and is poor again: that is why the case is opened.
    ("E-201", "doubt", False),
])  # fmt: skip
def test_what_the_data_check_finds_is_put_right_before_the_application(village, worker, client, rule, severity, stops):
    case = make_case(make_household(village), "application")
    found(case.household, rule, severity)
    if not stops:
        assert step(worker, case, "apply").stage == "appraisal"
        return
    with pytest.raises(ValidationError, match="逻辑校验"):
        step(worker, case, "apply")
    case.refresh_from_db()
    assert case.stage == "application"
    client.force_login(worker)
    page = client.get(reverse("casework:step", args=[case.pk, "apply"]))
    assert page.context["faults"], "the page says so before anything is typed"
    assert 'id="findings"' in page.content.decode()


def test_an_explained_doubt_does_not_stop_the_application(village, worker):
    case = make_case(make_household(village), "application")
    explain(found(case.household, "H-205", "doubt"), "户主长期在外", worker)
    assert step(worker, case, "apply").stage == "appraisal"


@pytest.mark.parametrize(("kind", "stage", "code"), [
    ("identification", "application", "appraise"),
    ("identification", "application", "review"),
    ("identification", "appraisal", "publicise"),
    ("identification", "to_publicise", "close_publicity"),
    ("identification", "to_publicise", "review"),
    ("identification", "township_review", "decide"),
    ("identification", "district_review", "conclude"),
    ("identification", "to_announce", "conclude"),
    ("identification", "announcement", "conclude"),
    ("identification", "announcement", "withdraw"),
    ("exit", "appraisal", "publicise"),
    ("exit", "township_review", "decide"),
    ("exit", "district_review", "decide"),
    ("removal", "township_review", "announce"),
    ("follow_up", "follow_up", "review"),
    ("member_change", "township_review", "conclude"),
    ("identification", "completed", "withdraw"),
    ("identification", "rejected", "apply"),
    ("identification", "application", "no_such_step"),
    ("carry_over", "completed", "conclude"),
])  # fmt: skip
def test_no_stage_is_skipped(village, clerk, officer, worker, kind, stage, code):
    case = make_case(make_household(village), stage, kind=kind)
    before = untouched(case)
    for actor in (worker, clerk, officer):
        with pytest.raises((ValidationError, PermissionDenied)):
            take_step(actor, code, {case.pk: 1}, {"on": today(), "reason": "x"})
    assert untouched(case) == before


# --- Who ------------------------------------------------------------------------------------------------------------
def test_out_of_the_jurisdiction_there_is_no_such_case(village):
    case = make_case(make_household(village), "township_review")
    for actor in (make_user("township", "320412101"), make_user("village", "320412100202")):
        with pytest.raises(Case.DoesNotExist):
            step(actor, case, "reject")
    with pytest.raises(Household.DoesNotExist):
        open_case(make_user("township", "320412101"), "identification", make_household(village), "申请")


@pytest.mark.parametrize("role", ["cadre", "contact", "auditor", "administrator"])
def test_roles_that_only_look_or_help_take_no_step_and_open_nothing(village, role):
    actor = make_user(role)
    case = make_case(make_household(village), "township_review")
    with pytest.raises((PermissionDenied, Case.DoesNotExist)):
        step(actor, case, "reject")
    with pytest.raises(PermissionDenied):
        open_case(actor, "identification", make_household(village), "申请")


BARRED = [
    *((kind, "township_review", "review", duty) for kind in ("identification", "return", "exit", "removal")
      for duty in ("entered", "edited", "opened", "appraise")),
    *((kind, "district_review", "decide", duty) for kind in ("identification", "return", "removal")
      for duty in ("entered", "edited", "opened", "review")),
    *((kind, "to_conclude", "conclude", duty) for kind in ("identification", "return", "exit", "removal")
      for duty in ("entered", "edited", "opened")),
    *(("follow_up", "township_review", "review", duty) for duty in ("entered", "edited", "visit")),
    ("member_change", "township_review", "review", "opened"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "stage", "code", "duty"), BARRED)
def test_one_who_had_a_duty_in_the_case_is_barred(village, kind, stage, code, duty):
    is_district = code == "decide" or (code == "conclude" and kind != "exit")
    actor = make_user("district") if is_district else make_user("township", TOWNSHIP)
    status = {"return": "exited", "follow_up": "exited_supported", "exit": "registered", "removal": "registered"}
    values = {"status": status[kind], "registered_on": today()} if kind in status else {}
    household = make_household(village, **values, **({"entered_by": actor} if duty == "entered" else {}))
    if duty == "edited":
        household._history_user = actor
        household.save()
    case = make_case(household, stage, kind=kind, **({"opened_by": actor} if duty == "opened" else {}))
    if duty in ("appraise", "review", "visit"):
        CaseEvent.objects.create(case=case, step=duty, to_stage=stage, actor=actor, details={"is_stable": True})
    before = untouched(case)
    with pytest.raises(PermissionDenied) as refusal:
        step(actor, case, code)
    assert str(refusal.value)
    assert untouched(case) == before


def test_what_a_case_wrote_is_no_edit_and_bars_nobody(village, clerk):
    household = make_household(village)
    household._history_user, household._change_reason = clerk, "identification"
    household.save()
    case = make_case(household, "township_review")
    assert step(clerk, case, "review").stage == "to_publicise_township"


def test_a_colleague_takes_the_step(village, clerk, other_clerk):
    case = make_case(make_household(village, entered_by=clerk), "township_review")
    assert step(other_clerk, case, "review").stage == "to_publicise_township"


@pytest.mark.parametrize(("role", "place"), [("district", "320412"), ("village", VILLAGE)])
def test_the_township_review_is_the_townships(village, role, place):
    with pytest.raises(PermissionDenied):
        step(make_user(role, place), make_case(make_household(village), "township_review"), "review")


# --- Publicity ------------------------------------------------------------------------------------------------------
def test_it_does_not_close_on_the_last_day_at_noon(village, worker, time_machine):
    time_machine.move_to("2016-05-09T12:00:00+08:00", tick=False)
    case = listed(make_household(village), "village_publicity", days_ago=6)
    assert case.notice.ends_on == today()
    with pytest.raises(ValidationError):
        step(worker, case, "close_publicity")
    assert close_finished() == 0
    time_machine.move_to("2016-05-09T23:59:59+08:00", tick=False)
    assert close_finished() == 0
    time_machine.move_to("2016-05-10T00:00:00+08:00", tick=False)
    assert step(worker, case, "close_publicity").stage == "township_review"


def test_six_days_are_too_few_and_seven_are_enough(village, worker, settings):
    settings.FUPIN_PUBLICITY_DAYS, settings.FUPIN_PUBLICITY_DAY_KIND = 7, "calendar"
    case = make_case(make_household(village), "to_publicise")
    with pytest.raises(ValidationError) as refusal:
        step(worker, case, "publicise", ends_on=today() + 5 * DAY)
    assert "ends_on" in refusal.value.error_dict
    step(worker, case, "publicise", ends_on=today() + 6 * DAY)
    assert case.notice is None
    case.refresh_from_db()
    assert (case.notice.ends_on - case.notice.starts_on).days == 6


@pytest.mark.parametrize(("first", "last"), [(-1, None), (31, None), (0, 60)])
def test_a_list_begins_soon_and_ends(village, worker, first, last):
    case = make_case(make_household(village), "to_publicise")
    days = {"on": today() + first * DAY} | ({"ends_on": today() + last * DAY} if last else {})
    with pytest.raises(ValidationError):
        step(worker, case, "publicise", **days)


def test_the_review_needs_the_photograph(village, clerk):
    case = listed(make_household(village), "township_review", days_ago=10, photo=False)
    with pytest.raises(ValidationError):
        step(clerk, case, "review")
    photographed()
    assert step(clerk, case, "review").stage == "to_publicise_township"


def test_the_clock_names_nobody_and_never_goes_further(village):
    case = listed(make_household(village), "village_publicity", days_ago=10)
    assert (close_finished(), close_finished()) == (1, 0)
    case.refresh_from_db()
    event = case.events.last()
    assert (case.stage, event.actor, event.step) == ("township_review", None, "close_publicity")
    with pytest.raises(PermissionDenied):
        take_step(None, "review", {case.pk: case.version}, values_of("review"))


def test_a_list_that_was_taken_down_does_not_close(village, worker):
    case = listed(make_household(village), "village_publicity", days_ago=10)
    Notice.objects.update(taken_down_at=timezone.now())
    assert close_finished() == 0
    with pytest.raises(ValidationError):
        step(worker, case, "close_publicity")


def test_a_case_whose_list_begins_later_is_returned_today(village, worker, clerk):
    case = make_case(make_household(village), "to_publicise")
    step(worker, case, "publicise", on=today() + 5 * DAY)
    assert step(clerk, case, "return", to_stage="to_publicise").stage == "to_publicise"
    assert Notice.objects.get().entries.get().drawn_out_at


# --- What is written down -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("values", "field"), [
    ({"in_favour": 24}, "in_favour"),
    ({"entitled": 29}, "attending"),
    ({"in_favour": 15, "against": 13}, "in_favour"),
    ({"on": timezone.localdate() + DAY}, "on"),
])  # fmt: skip
def test_votes_that_do_not_add_up(village, worker, values, field):
    case = make_case(make_household(village), "appraisal")
    with pytest.raises(ValidationError) as refusal:
        step(worker, case, "appraise", **values)
    assert set(refusal.value.error_dict) == {field}


def test_half_is_no_majority_and_one_more_is(village, worker):
    passed, failed = (make_case(make_household(village), "appraisal") for _number in range(2))
    half = {"in_favour": 15, "against": 15, "abstained": 0}
    with pytest.raises(ValidationError):
        step(worker, passed, "appraise", **half)
    assert step(worker, passed, "appraise", in_favour=16, against=14, abstained=0).stage == "to_publicise"
    with pytest.raises(ValidationError):
        step(worker, failed, "not_passed", in_favour=16, against=14, abstained=0)
    assert step(worker, failed, "not_passed", **half).stage == "rejected"


def test_nothing_is_written_down_of_before_what_happened_already(village, worker):
    case = make_case(make_household(village), "application")
    step(worker, case, "apply")
    with pytest.raises(ValidationError) as refusal:
        step(worker, case, "appraise", on=today() - DAY)
    assert "on" in refusal.value.error_dict


@pytest.mark.parametrize(("comparison", "note", "passes"), [
    ("clean", "", True), ("explained", "已核实", True), ("explained", " ", False), ("hit", "有车", False),
])  # fmt: skip
def test_true_hits_of_the_comparison_let_nobody_pass(village, officer, comparison, note, passes):
    case = make_case(make_household(village), "district_review")
    values = {"comparison": comparison, "comparison_note": note}
    if passes:
        assert step(officer, case, "decide", **values).stage == "to_announce"
        return
    with pytest.raises(ValidationError):
        step(officer, case, "decide", **values)


# --- Back and out ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "stage", "role", "code", "allowed"), [
    ("identification", "township_review", "township", "return", {"application", "appraisal", "to_publicise"}),
    ("identification", "district_review", "district", "return_district",
     {"application", "appraisal", "to_publicise", "township_review"}),
    ("exit", "township_review", "township", "return", {"appraisal", "verification", "to_publicise"}),
    ("removal", "township_review", "township", "return", {"appraisal", "to_publicise"}),
    ("removal", "district_review", "district", "return_district", {"appraisal", "to_publicise", "township_review"}),
    ("follow_up", "township_review", "township", "return", {"follow_up"}),
])  # fmt: skip
def test_it_is_returned_to_an_earlier_stage_and_to_no_other(village, kind, stage, role, code, allowed):
    actor = make_user(role, TOWNSHIP if role == "township" else "320412")
    for target in ("application", "appraisal", "verification", "to_publicise", "township_review", "follow_up",
                   "announcement", "to_conclude", "completed", "nowhere"):  # fmt: skip
        case = make_case(make_household(village), stage, kind=kind)
        if target in allowed:
            moved = step(actor, case, code, to_stage=target)
            assert (moved.stage, moved.returned_reason) == (target, "材料不全")
        else:
            with pytest.raises(ValidationError) as refusal:
                step(actor, case, code, to_stage=target)
            assert "to_stage" in refusal.value.error_dict


@pytest.mark.parametrize(("role", "stage", "code", "ends"), [
    ("township", "township_review", "reject", "rejected"),
    ("district", "district_review", "reject_district", "rejected"),
    ("village", "appraisal", "withdraw", "withdrawn"),
])  # fmt: skip
def test_it_ends_early_only_with_a_reason(village, role, stage, code, ends):
    household = make_household(village)
    case = make_case(household, stage)
    actor = make_user(role, {"township": TOWNSHIP, "district": "320412", "village": VILLAGE}[role])
    with pytest.raises(ValidationError) as refusal:
        step(actor, case, code, reason="  ")
    assert "reason" in refusal.value.error_dict
    moved = step(actor, case, code)
    household.refresh_from_db()
    assert (moved.stage, moved.decided_on, household.status) == (ends, today(), "unregistered")
    assert open_case(actor, "identification", household, "再次申请").pk


# --- Versions and batches -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_stale_version_is_a_conflict_and_writes_nothing(village, clerk, version):
    case = make_case(make_household(village), "township_review")
    paper, before = picture(clerk), untouched(case)
    with pytest.raises(Conflict):
        step(clerk, case, "reject", version=version, papers=[paper])
    assert untouched(case) == before
    assert not paper.events.exists()


def test_a_batch_is_all_or_none_and_names_the_household(village, clerk):
    good = make_case(make_household(village, head_name="张大山"), "township_review")
    bad = make_case(make_household(village, head_name="李小河", entered_by=clerk), "township_review")
    before = untouched(good), untouched(bad)
    with pytest.raises(PermissionDenied) as refusal:
        take_step(clerk, "review", {good.pk: 1, bad.pk: 1}, values_of("review"))
    assert "李小河" in str(refusal.value)
    assert "张大山" not in str(refusal.value)
    with pytest.raises(Conflict):
        take_step(clerk, "reject", {good.pk: 1, bad.pk: 7}, values_of("reject"))
    assert (untouched(good), untouched(bad)) == before


def test_a_fault_in_a_batch_is_said_at_its_field_with_the_household(village, clerk):
    good = make_case(make_household(village, head_name="张大山"), "township_review")
    bad = listed(make_household(village, head_name="李小河"), "township_review", photo=False)
    with pytest.raises(ValidationError) as refusal:
        take_step(clerk, "review", {good.pk: 1, bad.pk: 1}, values_of("review"))
    assert ["李小河" in message for message in refusal.value.messages] == [True]


def test_a_gap_in_the_calendar_is_said_in_a_batch_too(village, worker, settings):
    settings.FUPIN_PUBLICITY_DAY_KIND = "working"
    Holiday.objects.all().delete()
    cases = {make_case(make_household(village), "to_publicise").pk: 1 for _number in range(2)}
    for ends_on in (None, today() + 20 * DAY):
        with pytest.raises(ValidationError) as refusal:
            take_step(worker, "publicise", cases, values_of("publicise", ends_on=ends_on))
        assert str(today().year) in " ".join(refusal.value.messages)
    assert not Notice.objects.exists()


def test_each_case_of_a_batch_keeps_its_own_document_and_day(village, officer):
    first = make_case(make_household(village), "to_conclude", document="1号")
    second = make_case(make_household(village), "to_conclude", document="2号")
    take_step(officer, "conclude", {first.pk: 1, second.pk: 1}, values_of("conclude"))
    kept = Household.objects.order_by("pk").values_list("registration_document", flat=True)
    assert list(kept) == ["1号", "2号"]


def test_lists_that_ended_on_different_days_are_closed_each_on_its_own(village, worker):
    cases = [listed(make_household(village), "village_publicity", days_ago=ago) for ago in (9, 8)]
    take_step(worker, "close_publicity", {case.pk: 1 for case in cases}, {})
    days = [case.events.last().details["on"] for case in cases]
    assert days == [str(today() - 2 * DAY), str(today() - DAY)]


def test_cases_of_different_kinds_do_not_move_together(village, clerk):
    kinds = {"identification": make_household(village), "exit": registered(village)}
    cases = {make_case(household, "township_review", kind=kind).pk: 1 for kind, household in kinds.items()}
    with pytest.raises(ValidationError):
        take_step(clerk, "review", cases, values_of("review"))


def test_no_case_is_not_a_batch(clerk):
    with pytest.raises(ValidationError):
        take_step(clerk, "review", {}, values_of("review"))


def test_a_status_that_changed_under_the_case_is_not_written_over(village, officer):
    case = make_case(make_household(village), "to_conclude")
    Household.objects.update(status="closed", registered_on=today())
    with pytest.raises(ValidationError):
        step(officer, case, "conclude")
    assert Household.objects.get().status == "closed"


# --- Opening --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "statuses"), [
    ("identification", {"unregistered", "removed"}),
    ("return", {"exited_supported", "exited"}),
    ("exit", {"registered"}),
    ("follow_up", {"exited_supported"}),
    ("removal", {"registered", "exited_supported"}),
])  # fmt: skip
def test_each_kind_is_for_its_statuses(village, clerk, kind, statuses):
    for status in ("unregistered", "registered", "exited_supported", "exited", "removed", "closed"):
        household = registered(village, status)
        if status in statuses:
            assert open_case(clerk, kind, household, "理由").version == 1
        else:
            with pytest.raises(ValidationError):
                open_case(clerk, kind, household, "理由")


def test_a_household_is_in_one_unfinished_case(village, clerk):
    household = registered(village)
    case = open_case(clerk, "exit", household, "收入稳定")
    with pytest.raises(AlreadyOpen) as refusal:
        open_case(clerk, "removal", household, "错评")
    assert str(case.pk) in refusal.value.messages[0]
    assert Case.objects.count() == 1


def test_no_case_without_a_ground(village, clerk):
    with pytest.raises(ValidationError) as refusal:
        open_case(clerk, "identification", make_household(village), "  ")
    assert "ground" in refusal.value.error_dict


@pytest.mark.parametrize(("kind", "shift", "fits"), [
    ("removal", -1, True), ("removal", 0, True), ("removal", 1, False),
    ("exit", -1, False), ("exit", 0, False), ("exit", 1, True),
])  # fmt: skip
def test_the_day_of_the_fact_tells_removal_from_exit(village, clerk, kind, shift, fits):
    household = registered(village)
    fact = make_fact(household, "vehicle", household.registered_on + shift * DAY)
    if fits:
        assert open_case(clerk, kind, household, "有车", fact=fact).fact == fact
        return
    with pytest.raises(ValidationError) as refusal:
        open_case(clerk, kind, household, "有车", fact=fact)
    assert "fact" in refusal.value.error_dict


def test_a_case_rests_on_a_verified_fact_of_its_household(village, clerk):
    household = registered(village)
    past = household.registered_on - DAY
    others = make_fact(registered(village), "vehicle", past)
    kinds = {"pending": "vehicle", "false": "housing"}
    doubtful = [make_fact(household, kind, past, verification=state) for state, kind in kinds.items()]
    for fact in (others, *doubtful):
        with pytest.raises(ValidationError) as refusal:
            open_case(clerk, "removal", household, "有车", fact=fact)
        assert "fact" in refusal.value.error_dict


@pytest.mark.parametrize(("days", "opens"), [(31, False), (30, True), (0, True), (-5, True)])
def test_a_follow_up_begins_near_the_end_of_the_support(village, clerk, settings, days, opens):
    settings.FUPIN_FOLLOW_UP_DAYS = 30
    household = registered(village, "exited_supported")
    until = today() + days * DAY
    make_case(household, "completed", kind="exit", supported_until=until, decided_on=today())
    if opens:
        assert open_case(clerk, "follow_up", household, "到期").stage == "follow_up"
    else:
        with pytest.raises(ValidationError):
            open_case(clerk, "follow_up", household, "到期")


@pytest.mark.parametrize("is_stable", [True, False])
def test_only_a_stable_household_leaves_its_support(village, worker, clerk, is_stable):
    household = registered(village, "exited_supported")
    case = make_case(household, "follow_up", kind="follow_up")
    step(worker, case, "visit", is_stable=is_stable)
    if is_stable:
        step(clerk, case, "review")
    else:
        with pytest.raises(ValidationError):
            step(clerk, case, "review")
    household.refresh_from_db()
    assert household.status == ("exited" if is_stable else "exited_supported")


def test_an_objection_keeps_its_case_from_being_reviewed(village, clerk):
    case = listed(make_household(village), "village_publicity", days_ago=6)
    object_to(case.notice, Statement("listed", "有车", entry=case.notice.entries.get()))
    days_pass(1)
    assert close_finished() == 0
    case.stage = "township_review"
    case.save()
    with pytest.raises(ValidationError):
        step(clerk, case, "review")


# --- At the same moment ---------------------------------------------------------------------------------------------
def at_once(*works):
    """What each of the works came to, all begun at the same moment in threads of their own."""
    ready, results = Barrier(len(works)), [None] * len(works)

    def run(position: int) -> None:
        ready.wait()
        try:
            results[position] = works[position]()
        except Exception as error:
            results[position] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(position,)) for position in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
class TestAtOnce:
    def test_of_two_who_open_a_case_one_does(self, village, clerk, other_clerk):
        household = registered(village)
        results = at_once(
            lambda: open_case(clerk, "exit", household, "收入稳定"),
            lambda: open_case(other_clerk, "removal", household, "错评"),
        )
        assert sorted(type(result).__name__ for result in results) == ["AlreadyOpen", "Case"]
        assert Case.objects.count() == CaseEvent.objects.count() == 1

    def test_of_two_who_take_a_step_one_does(self, village, clerk, other_clerk):
        case = make_case(make_household(village), "township_review")
        results = at_once(*(
            lambda actor=actor: take_step(actor, "review", {case.pk: 1}, values_of("review"))
            for actor in (clerk, other_clerk)
        ))  # fmt: skip
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "list"]
        assert case.events.count() == 2

    def test_two_clocks_close_a_case_once(self, village):
        case = listed(make_household(village), "village_publicity", days_ago=10)
        assert sum(at_once(close_finished, close_finished)) == 1
        assert case.events.filter(step="close_publicity").count() == 1
