"""What raises an alarm, at which threshold, and what becomes of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from eligibility.choices import AlarmState
from eligibility.models import Alarm
from eligibility.monitoring import running, services, terms
from eligibility.monitoring.sources import reason_of
from eligibility.tasks import compute_alarms
from fupin import jobs
from fupin.models import Job, JobState
from households.history import changes_of
from households.models import Household, Member
from tests.eligibility.makers import make_version
from tests.factories import make_household, make_income, make_member, make_user, make_village

pytestmark = pytest.mark.django_db

VILLAGE = "320412100201"
TODAY = timezone.localdate()
LAST, BEFORE = TODAY.year - 1, TODAY.year - 2
ELSEWHERE = "320412101201"


@pytest.fixture
def version():
    return make_version(criteria=[], line=Decimal("9000.00"))


def watched(status="registered", village=VILLAGE, **values) -> Household:
    return make_household(make_village(village), status=status, registered_on=date(2016, 1, 1), **values)


def compute() -> dict:
    return running.compute("320412", TODAY)


def raised(household=None) -> dict[str, int]:
    rows = Alarm.objects.all() if household is None else Alarm.objects.filter(household=household)
    return {alarm.kind: alarm.level for alarm in rows.holding()}


# --- Incomes ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("now", "level"), [("80000.00", None), ("79999.99", 1), ("60000.00", 1), ("59999.99", 2)])
def test_income_a_head_that_falls_by_more_than_the_percent_alarms(version, now, level):
    household = watched()
    make_income(household, BEFORE, wages="100000")
    make_income(household, LAST, wages=now)
    compute()
    assert raised().get("income_fall") == level


def test_income_is_compared_a_head_by_who_counted_at_the_end_of_each_year(version):
    household = watched()
    make_member(household, joined_on=date(LAST, 12, 31))
    make_income(household, BEFORE, wages="40000")
    make_income(household, LAST, wages="60000")
    compute()
    alarm = Alarm.objects.get(kind="income_fall")
    assert (alarm.facts["before"], alarm.facts["per_head"], alarm.facts["percent"]) == ("40000.00", "30000.00", "25.0")


@pytest.mark.parametrize("before", ["0", "100"])
def test_without_an_income_to_fall_from_nothing_fell(version, before):
    household = watched()
    make_income(household, BEFORE, wages=before, production_expense="100")
    make_income(household, LAST, production_expense="5000")
    compute()
    assert "income_fall" not in raised()


@pytest.mark.parametrize(("now", "level"), [("13500.00", None), ("13499.99", 1), ("9000.00", 1), ("8999.99", 2)])
@pytest.mark.parametrize("status", ["exited_supported", "exited"])
def test_a_household_that_left_the_register_alarms_below_the_lines(version, status, now, level):
    household = watched(status)
    make_income(household, LAST, wages=now)
    compute()
    assert raised().get("low_income") == level


@pytest.mark.parametrize(("before", "now", "level"), [
    ("8000", "7000", None), ("9000", "8999.99", 2), ("13500", "13499.99", 1), ("13000", "12000", None),
    (None, "8000", None),
])  # fmt: skip
def test_a_registered_household_alarms_when_it_falls_below_a_line(version, before, now, level):
    household = watched()
    if before:
        make_income(household, BEFORE, wages=before)
    make_income(household, LAST, wages=now)
    compute()
    assert raised().get("low_income") == level


def test_a_year_that_is_not_over_says_nothing_yet(version):
    household = watched("exited")
    make_income(household, LAST, wages="50000")
    make_income(household, TODAY.year, wages="1000")
    compute()
    assert raised() == {}


@pytest.mark.parametrize("status", ["unregistered", "removed", "closed"])
def test_who_never_was_or_should_not_have_been_on_the_register_is_not_watched(version, status):
    make_income(watched(status), LAST, wages="100")
    compute()
    assert raised() == {}


@pytest.mark.parametrize(("before", "now", "level"), [
    ("2500", "5000", 1), ("2500.01", "5000", None), ("1000", "4999.99", None), ("0", "5000", 1),
    ("9999", "19999.99", 1), ("10000", "20000", 2),
])  # fmt: skip
@pytest.mark.parametrize("cost", ["medical", "schooling"])
def test_a_cost_that_reaches_floor_and_ratio_alarms(version, cost, before, now, level):
    household = watched()
    make_income(household, BEFORE, wages="20000", **{f"{cost}_cost": before})
    make_income(household, LAST, wages="20000", **{f"{cost}_cost": now})
    compute()
    if cost == "schooling" and level:
        level = 2 if Decimal(now) >= 15000 else 1
    assert raised().get(f"{cost}_cost") == level


def test_without_a_standard_in_force_alarms_of_incomes_stay_as_they_are(version):
    household = watched("exited")
    make_income(household, LAST, wages="100")
    compute()
    type(version).objects.update(state="superseded")
    assert compute() == {"raised": 0, "changed": 0, "lapsed": 0}
    assert raised(household) == {"low_income": 2}


# --- Workers ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "found"), [(0, True), (364, True), (365, False), (-1, False)])
def test_a_worker_who_died_or_left_within_the_days_alarms(days, found):
    household = watched()
    make_member(household, labour="01", left_on=TODAY - timedelta(days=days), left_reason="01")
    compute()
    assert raised() == ({"worker_lost": 1} if found else {})


def test_the_loss_of_the_last_worker_is_red_and_says_who():
    household = watched(members=0)
    make_member(household, is_head=True, labour="03")
    make_member(household, name="王强", labour="05", left_on=TODAY, left_reason="02")
    compute()
    alarm = Alarm.objects.get()
    assert alarm.level == 2
    assert "王强" in reason_of(alarm)
    assert "王强" not in str(alarm.facts)


def test_a_worker_who_can_no_longer_work_by_their_history_alarms():
    household = watched(members=2)
    member = household.members.get(relationship="03")
    member.labour = "03"
    member.save()
    child = make_member(household, labour="04")
    child.name = "王小"
    child.save()
    compute()
    alarm = Alarm.objects.get()
    assert (alarm.member, alarm.level, alarm.facts["how"]) == (member, 1, "weakened")
    member.labour = "01"
    member.save()
    compute()
    assert Alarm.objects.get().state == AlarmState.LAPSED


def test_an_event_keeps_its_alarm_until_somebody_has_closed_it():
    household = watched()
    make_member(household, labour="01", left_on=TODAY, left_reason="01")
    compute()
    assert running.compute("320412", TODAY + timedelta(days=400))["lapsed"] == 0
    services.close(make_user("township", "320412100"), Alarm.objects.get(), TODAY, "已落实临时救助")
    running.compute("320412", TODAY + timedelta(days=400))
    assert Alarm.objects.get().gone_on == TODAY + timedelta(days=400)


# --- What becomes of an alarm -----------------------------------------------------------------------------------------
@pytest.fixture
def poor(version):
    """An exited household with an amber alarm, and its income statement."""
    household = watched("exited")
    income = make_income(household, LAST, wages="12000")
    compute()
    return household, income


def earn(income, wages: str) -> None:
    income.wages = Decimal(wages)
    income.save()


def test_computing_again_changes_nothing(poor):
    before = list(Alarm.objects.values())
    assert compute() == {"raised": 0, "changed": 0, "lapsed": 0}
    assert list(Alarm.objects.values()) == before


def test_a_condition_that_vanishes_ends_its_alarm_by_itself_and_comes_as_a_new_one(poor):
    household, income = poor
    earn(income, "50000")
    assert compute()["lapsed"] == 1
    old = Alarm.objects.get()
    assert (old.state, old.gone_on, old.is_waiting) == (AlarmState.LAPSED, TODAY, False)
    earn(income, "12000")
    assert compute()["raised"] == 1
    assert raised(household) == {"low_income": 1}
    assert Alarm.objects.count() == 2


def test_a_closed_alarm_does_not_come_again_while_its_condition_holds(poor):
    _household, income = poor
    services.close(make_user("township", "320412100"), Alarm.objects.get(), TODAY, "已安排公益性岗位")
    earn(income, "11000")
    assert compute() == {"raised": 0, "changed": 0, "lapsed": 0}
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.facts["per_head"]) == (AlarmState.CLOSED, "12000.00")


def test_a_closed_alarm_comes_again_when_it_becomes_red(poor):
    household, income = poor
    services.close(make_user("township", "320412100"), Alarm.objects.get(), TODAY, "已安排公益性岗位")
    earn(income, "5000")
    assert compute()["raised"] == 1
    assert sorted(Alarm.objects.values_list("state", "level")) == [("closed", 1), ("open", 2)]
    earn(income, "12500")
    compute()
    assert raised(household) == {"low_income": 1}


def test_an_alarm_that_waits_follows_the_numbers_and_says_when_it_became_red(poor):
    _household, income = poor
    earn(income, "5000")
    assert compute() == {"raised": 0, "changed": 1, "lapsed": 0}
    alarm = Alarm.objects.get()
    assert (alarm.level, alarm.facts["per_head"]) == (2, "5000.00")
    assert [event.act for event in alarm.events.all()] == ["rise"]


def test_a_closed_alarm_whose_condition_vanishes_stays_closed(poor):
    _household, income = poor
    services.close(make_user("township", "320412100"), Alarm.objects.get(), TODAY, "已安排公益性岗位")
    earn(income, "50000")
    compute()
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.gone_on) == (AlarmState.CLOSED, TODAY)


def test_a_household_that_is_no_longer_watched_leaves_no_alarm_behind(poor):
    household, _income = poor
    Household.objects.filter(pk=household.pk).update(status="removed")
    assert compute()["lapsed"] == 1


def test_the_database_keeps_one_alarm_while_the_condition_holds(poor):
    alarm = Alarm.objects.get()
    alarm.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        alarm.save(force_insert=True)


def test_a_member_who_is_taken_out_leaves_the_alarm_without_a_name():
    household = watched()
    member = make_member(household, name="王强", labour="01", left_on=TODAY, left_reason="02")
    compute()
    Member.objects.get(pk=member.pk).delete()
    alarm = Alarm.objects.get()
    assert alarm.member is None
    assert reason_of(alarm)
    assert changes_of(household)


# --- What people do ---------------------------------------------------------------------------------------------------
def test_who_reports_and_who_closes(poor):
    alarm, worker, clerk = Alarm.objects.get(), make_user("village", VILLAGE), make_user("township", "320412100")
    services.report(worker, alarm, TODAY, "上门核实，已联系用工单位")
    services.report(worker, alarm, TODAY, "上门核实，已联系用工单位")
    alarm.refresh_from_db()
    assert (alarm.state, alarm.events.count()) == (AlarmState.REPORTED, 1)
    with pytest.raises(PermissionDenied):
        services.close(worker, alarm, TODAY, "已办结")
    services.send_back(clerk, alarm, "请附用工协议")
    services.report(worker, alarm, TODAY, "协议已签")
    services.close(clerk, alarm, TODAY, "已就业，同意销号")
    alarm.refresh_from_db()
    assert [event.act for event in alarm.events.all()] == ["report", "return", "report", "close"]
    assert (alarm.state, timezone.localdate(alarm.closed_at)) == (AlarmState.CLOSED, TODAY)


@pytest.mark.parametrize("role", ["auditor", "contact", "administrator"])
def test_who_only_reads_does_not_report(poor, role):
    with pytest.raises(PermissionDenied):
        services.report(make_user(role), Alarm.objects.get(), TODAY, "已办结")


def test_an_alarm_out_of_reach_does_not_exist(poor):
    with pytest.raises(Alarm.DoesNotExist):
        services.close(make_user("township", "320412101"), Alarm.objects.get(), TODAY, "已办结")


@pytest.mark.parametrize(
    ("day", "text", "field"), [(TODAY + timedelta(days=1), "已办结", "done_on"), (TODAY, " ", "text")]
)
def test_what_is_wrong_is_refused_beside_its_field(poor, day, text, field):
    with pytest.raises(ValidationError) as refusal:
        services.close(make_user("township", "320412100"), Alarm.objects.get(), day, text)
    assert field in refusal.value.message_dict


def test_an_alarm_that_is_over_takes_no_report(poor):
    _household, income = poor
    clerk = make_user("township", "320412100")
    earn(income, "50000")
    compute()
    with pytest.raises(ValidationError):
        services.report(clerk, Alarm.objects.get(), TODAY, "已办结")
    earn(income, "12000")
    compute()
    alarm = Alarm.objects.get(state="open")
    with pytest.raises(ValidationError):
        services.send_back(clerk, alarm, "尚未落实")
    services.close(clerk, alarm, TODAY, "已办结")
    with pytest.raises(ValidationError):
        services.close(make_user("district"), alarm, TODAY, "另行办结")


# --- Terms ------------------------------------------------------------------------------------------------------------
def test_a_term_holds_from_its_day_on_and_alarms_by_it(version):
    actor, household = make_user("district"), watched("exited")
    make_income(household, LAST, wages="15000")
    terms.set_term(actor, "line_factor", Decimal("2"), TODAY + timedelta(days=1), "示例文件", version.standard)
    compute()
    assert raised() == {}
    assert terms.in_force().monitored_line(version) == Decimal("13500.00")
    running.compute("320412", TODAY + timedelta(days=1))
    assert raised() == {"low_income": 1}
    terms.set_term(actor, "line_factor", Decimal("1.2"), TODAY + timedelta(days=1), "更正", version.standard)
    assert terms.in_force(TODAY + timedelta(days=1)).monitored_line(version) == Decimal("10800.00")


@pytest.mark.parametrize(("name", "value", "day", "basis", "field"), [
    ("worker_days", "0", TODAY, "文件", "value"),
    ("worker_days", "1.5", TODAY, "文件", "value"),
    ("worker_days", "90", TODAY - timedelta(days=1), "文件", "valid_from"),
    ("worker_days", "90", TODAY, " ", "basis"),
    ("income_fall_amber", "41", TODAY, "文件", "value"),
    ("income_fall_red", "19", TODAY, "文件", "value"),
    ("medical_red", "4999.99", TODAY, "文件", "value"),
    ("line_factor", "2", TODAY, "文件", "name"),
    ("nothing", "2", TODAY, "文件", "name"),
])  # fmt: skip
def test_a_wrong_term_is_refused_beside_its_field(name, value, day, basis, field):
    with pytest.raises(ValidationError) as refusal:
        terms.set_term(make_user("district"), name, Decimal(value), day, basis)
    assert field in refusal.value.message_dict


def test_only_the_district_sets_terms():
    for role in ("township", "village", "auditor", "administrator"):
        with pytest.raises(PermissionDenied):
            terms.set_term(make_user(role), "worker_days", Decimal(90), TODAY, "文件")


# --- The computation --------------------------------------------------------------------------------------------------
@pytest.fixture
def many(version, monkeypatch):
    """Exited households with alarms in two townships, each village a portion of its own."""
    monkeypatch.setattr(running, "HOUSEHOLDS_A_PORTION", 1)
    for village in (VILLAGE, ELSEWHERE):
        make_income(watched("exited", village), LAST, wages="100")


def test_a_job_does_its_division_alone_and_says_how_many(many):
    job = running.start("320412100", make_user("district"))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.result) == (JobState.DONE, 1, {"raised": 1, "changed": 0, "lapsed": 0})
    assert Alarm.objects.get().household.village_id == VILLAGE


def test_a_run_that_was_cut_short_is_begun_again_and_raises_nothing_twice(many, monkeypatch):
    job, done = running.start("320412", None), []
    bring_in_line = running.bring_in_line

    def dies(first, last, day):
        done.append(bring_in_line(first, last, day))
        raise SystemExit

    monkeypatch.setattr(running, "bring_in_line", dies)
    with pytest.raises(SystemExit):
        jobs.run(job.pk)
    assert (len(done), Alarm.objects.count()) == (1, 1)
    monkeypatch.setattr(running, "bring_in_line", bring_in_line)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - 2 * jobs.LEASE)
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    assert Alarm.objects.count() == 2


def test_one_computation_at_a_time_over_a_place(many, settings):
    first = running.start("320412", None)
    with pytest.raises(running.AlreadyRunning):
        running.start("320412100", make_user("district"))
    assert compute_alarms() == str(first.pk)
    jobs.run(first.pk)
    running.start("320412100", make_user("district"))


def test_only_the_district_starts_it_and_only_for_its_own_divisions():
    make_village(VILLAGE)
    with pytest.raises(PermissionDenied):
        running.start("320412100", make_user("township", "320412100"))
    with pytest.raises(ValidationError):
        running.start("320413", make_user("district"))


def test_as_many_statements_for_many_households_as_for_few(version, django_assert_max_num_queries):
    for _household in range(12):
        make_income(watched("exited"), LAST, wages="100")
    with django_assert_max_num_queries(30):
        assert compute()["raised"] == 12
