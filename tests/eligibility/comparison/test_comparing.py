"""What a comparison finds: doubts, on whom, how often, and what is left of the list afterwards."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from eligibility.choices import ListState
from eligibility.comparison import lists, matching
from eligibility.comparison.models import ComparedList, Doubt, DoubtStep, ListLayout, StagedRow
from fupin import jobs
from fupin.models import Job, JobState
from tests.eligibility.comparison.makers import (
    HEADINGS,
    authorise,
    compare,
    csv_of,
    make_doubt,
    receive,
    row_of,
    xlsx_of,
)
from tests.factories import id_number, make_fact, make_household, make_member, make_user, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    make_village()
    return make_user("district")


@pytest.fixture
def household():
    household = make_household(make_village(), members=2, status="registered", registered_on=date(2016, 1, 1))
    authorise(household)
    return household


@pytest.fixture
def member(household):
    return household.members.order_by("pk").last()


# --- A hit ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [csv_of, lambda rows: csv_of(rows, encoding="gb18030"), xlsx_of,
                                  lambda rows: xlsx_of(rows, before=3)])  # fmt: skip
def test_a_member_on_the_list_is_a_doubt_with_what_the_list_says(district, member, make):
    listing = compare(district, make([row_of(member), ["2", "王五", id_number(), "苏D2", "2015-01-01"]]))
    assert listing.state == ListState.DONE
    doubt = Doubt.objects.get()
    assert (doubt.member, doubt.source, doubt.direction) == (member, "vehicle", "listed")
    assert (doubt.fact_date, doubt.listing, doubt.state) == (date(2014, 5, 1), listing, "open")
    assert doubt.detail == "号牌号码 苏D00001"
    assert doubt.due_on == timezone.localdate() + timedelta(days=15)
    assert not doubt.name_differs
    assert listing.counts["rows"] == 2
    assert listing.counts["members"] == listing.counts["new"] == 1


def test_nothing_of_the_list_is_kept_but_the_doubt(district, member, django_capture_on_commit_callbacks):
    stranger = id_number()
    with django_capture_on_commit_callbacks(execute=True):
        listing = compare(district, csv_of([row_of(member), ["2", "王五", stranger, "苏D99999", "2015-01-01"]]))
    assert not StagedRow.objects.exists()
    assert (listing.file.name, listing.key, listing.sheets) == ("", "", "")
    assert default_storage.listdir("lists")[1] == []
    with connection.cursor() as cursor:
        for model in (ComparedList, Doubt, DoubtStep, ListLayout, Job):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            stored = str(cursor.fetchall())
            assert stranger not in stored
            assert "苏D99999" not in stored


def test_the_file_stands_encrypted_while_it_waits(district, member):
    listing = receive(district, csv_of([row_of(member)]))
    with listing.file.open("rb") as file:
        stored = file.read()
    assert member.id_number.encode() not in stored
    assert "苏D00001".encode() not in stored
    look = lists.looks_of(listing)[0]
    assert member.id_number not in str(look)
    assert look.preview[0][2] == f"{member.id_number[0]}{'*' * 16}{member.id_number[-1]}"
    assert look.preview[0][1] == "张*1"


def test_another_name_on_the_list_is_said(district, member):
    compare(district, csv_of([row_of(member, name="赵六")]))
    assert Doubt.objects.get().name_differs


def test_rows_of_the_same_person_and_date_are_one_doubt(district, member):
    listing = compare(district, csv_of([row_of(member), row_of(member), row_of(member, "苏D00002")]))
    doubt = Doubt.objects.get()
    assert doubt.detail == "号牌号码 苏D00001；号牌号码 苏D00002"
    assert listing.counts["repeated"] == 2
    assert [(fault.row, fault.is_warning) for fault in lists.faults_of(listing)] == [(2, True)]


def test_two_dates_are_two_doubts(district, member):
    compare(district, csv_of([row_of(member), row_of(member, day="2015-06-01")]))
    assert Doubt.objects.count() == 2


def test_members_who_have_left_and_other_places_are_not_compared(district, member):
    gone = make_member(member.household, left_on=date(2016, 2, 1), left_reason="02")
    elsewhere = make_household(make_village("320412101201"))
    authorise(elsewhere)
    township = make_user("township", "320412100")
    there = elsewhere.members.get()
    compare(township, csv_of([row_of(gone), row_of(there), row_of(member)]))
    assert [doubt.member for doubt in Doubt.objects.all()] == [member]


@pytest.mark.parametrize("status", ["removed", "closed", "exited"])
def test_households_that_are_out_are_not_compared(district, member, status):
    member.household.status = status
    member.household.save()
    compare(district, csv_of([row_of(member)]))
    assert not Doubt.objects.exists()


# --- Authorisation ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("values", "is_compared"), [
    ({"signed_on": 0, "valid_until": 0}, True),
    ({"signed_on": -10, "valid_until": -1}, False),
    ({"signed_on": 1, "valid_until": 10}, False),
    ({"signed_on": -10, "valid_until": 10, "withdrawn_on": -1}, False),
])  # fmt: skip
def test_only_households_whose_authorisation_holds_today_are_compared(district, values, is_compared):
    today = timezone.localdate()
    household = make_household(status="registered", registered_on=date(2016, 1, 1))
    authorise(household, **{name: today + timedelta(days=days) for name, days in values.items()})
    listing = compare(district, csv_of([row_of(household.members.get())]))
    assert Doubt.objects.exists() is is_compared
    assert listing.counts["left_out"] == ({} if is_compared else {"registered": 1})


def test_how_many_are_left_out_does_not_say_who_would_have_been_hit(district, household):
    for _n in range(3):
        make_household()
    empty = compare(district, csv_of([["1", "王五", id_number(), "苏D2", "2015-01-01"]]))
    hitting = compare(district, csv_of([row_of(make_household().members.get())]))
    assert empty.counts["left_out"] == {"unregistered": 3}
    assert hitting.counts["left_out"] == {"unregistered": 4}
    assert "members" not in hitting.counts


# --- The same list again ----------------------------------------------------------------------------------------------
def test_the_same_list_again_adds_nothing(district, member):
    content = csv_of([row_of(member)])
    compare(district, content)
    again = compare(district, content, list_date=date(2016, 10, 1))
    doubt = Doubt.objects.get()
    assert doubt.listing == again
    assert doubt.steps.count() == 1
    assert again.counts["known"] == 1


@pytest.mark.parametrize("state", ["checked", "closed"])
def test_an_explained_doubt_stays_explained_until_the_list_says_something_else(district, member, state):
    compare(district, csv_of([row_of(member)]))
    Doubt.objects.update(state=state, result="explained")
    compare(district, csv_of([row_of(member)]), list_date=date(2016, 10, 1))
    assert Doubt.objects.get().state == state
    compare(district, csv_of([row_of(member, "苏D77777")]), list_date=date(2016, 11, 1))
    doubt = Doubt.objects.get()
    assert (doubt.state, doubt.result) == ("open", "")
    assert [step.kind for step in doubt.steps.all()] == ["raised", "reopened"]


def test_what_was_found_true_is_not_asked_again(district, member):
    compare(district, csv_of([row_of(member)]))
    Doubt.objects.update(state="closed", result="true")
    compare(district, csv_of([row_of(member, "苏D77777")]), list_date=date(2016, 11, 1))
    assert Doubt.objects.get().state == "closed"


def test_an_older_list_does_not_take_back_what_a_newer_one_says(district, member):
    compare(district, csv_of([row_of(member, "苏D2")]), list_date=date(2016, 10, 1))
    compare(district, csv_of([row_of(member, "苏D1")]), list_date=date(2016, 9, 1))
    assert Doubt.objects.get().detail == "号牌号码 苏D2"


def test_a_list_without_dates_raises_its_doubt_once(district, member):
    rows, headings = [["1", member.name, member.id_number, "苏D1"]], HEADINGS[:4]
    compare(district, csv_of(rows, headings))
    compare(district, csv_of(rows, headings), list_date=date(2016, 10, 1))
    assert Doubt.objects.get().fact_date is None


# --- What the register says already -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("verification", "count"), [("true", 0), ("explained", 0), ("false", 0), ("pending", 1)])
def test_a_fact_that_people_have_looked_at_is_no_doubt(district, member, verification, count):
    make_fact(member.household, "vehicle", date(2014, 5, 1), verification=verification)
    listing = compare(district, csv_of([row_of(member)]))
    assert Doubt.objects.count() == count
    assert listing.counts.get("agreeing", 0) == 1 - count


@pytest.mark.parametrize(("ended_on", "count"), [(None, 0), (date(2016, 12, 1), 0), (date(2016, 6, 1), 1)])
def test_a_benefit_that_is_known_since_another_day_is_no_doubt(district, member, ended_on, count):
    make_fact(member.household, "subsistence", date(2010, 1, 1), ended_on=ended_on)
    compare(district, csv_of([row_of(member, day="2015-06")]), "subsistence")
    assert Doubt.objects.count() == count


@pytest.mark.parametrize(("source", "values"), [
    ("disabled", {"health": ["02", "04"]}), ("student", {"schooling": "03"}),
])  # fmt: skip
def test_members_whom_the_register_knows_as_such_are_no_doubt(district, member, source, values):
    other = make_member(member.household)
    type(member).objects.filter(pk=member.pk).update(**values)
    compare(district, csv_of([row_of(member), row_of(other)]), source)
    assert [doubt.member for doubt in Doubt.objects.all()] == [other]


# --- The other way ----------------------------------------------------------------------------------------------------
NOBODY = [["1", "王五", id_number(), "", "2015-01-01"]]


@pytest.mark.parametrize("is_complete", [True, False])
def test_a_household_known_for_a_benefit_and_not_on_the_list_is_a_doubt_on_its_head(district, household, is_complete):
    household.attribute = "02"
    household.save()
    listing = compare(district, csv_of(NOBODY), "subsistence", is_complete=is_complete)
    assert Doubt.objects.exists() is is_complete
    if is_complete:
        doubt = Doubt.objects.get()
        assert (doubt.member.relationship, doubt.direction) == ("01", "missing")
        assert listing.counts["missing"] == 1


def test_one_member_on_the_list_answers_for_the_household(district, household, member):
    make_fact(household, "subsistence", date(2010, 1, 1))
    compare(district, csv_of([row_of(member)]), "subsistence", is_complete=True)
    assert not Doubt.objects.exists()


@pytest.mark.parametrize(("source", "values"), [
    ("disabled", {"health": ["02", "04"]}), ("student", {"schooling": "05"}),
])  # fmt: skip
def test_disabled_members_and_pupils_who_are_on_no_list_are_doubts(district, household, member, source, values):
    type(member).objects.filter(pk=member.pk).update(**values)
    compare(district, csv_of(NOBODY), source, is_complete=True)
    assert [doubt.member for doubt in Doubt.objects.all()] == [member]
    compare(district, csv_of([row_of(member)]), source, is_complete=True, list_date=date(2016, 10, 1))
    assert Doubt.objects.get().state == "lapsed"
    compare(district, csv_of(NOBODY), source, is_complete=True, list_date=date(2016, 11, 1))
    assert Doubt.objects.get().state == "open"


def test_vehicles_are_asked_one_way_only(district, household):
    make_fact(household, "vehicle", date(2010, 1, 1))
    compare(district, csv_of(NOBODY), is_complete=True)
    assert not Doubt.objects.exists()


# --- Cut short --------------------------------------------------------------------------------------------------------
def test_a_comparison_that_was_cut_short_begins_anew_and_counts_nothing_twice(district, household, member, monkeypatch):
    listing = receive(district, csv_of([row_of(one) for one in household.members.all()]))
    sheet = lists.looks_of(listing)[0]
    lists.start_matching(district, listing, sheet.sheet, lists.proposed_columns(listing, sheet))
    monkeypatch.setattr(matching, "MEMBERS_AT_ONCE", 1)
    write, calls = matching._write, []

    def dying(*args):
        write(*args)
        calls.append(args)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(matching, "_write", dying)
    listing.refresh_from_db()
    with pytest.raises(KeyboardInterrupt):
        jobs.run(listing.job_id)
    Job.objects.filter(pk=listing.job_id).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    jobs.run(listing.job_id)
    listing.refresh_from_db()
    assert listing.state == ListState.DONE
    assert Doubt.objects.count() == 2
    assert DoubtStep.objects.count() == 2
    assert not StagedRow.objects.exists()


def test_a_cancelled_comparison_leaves_nothing_staged_and_can_be_started_again(district, member):
    listing = receive(district, csv_of([row_of(member)]))
    sheet = lists.looks_of(listing)[0]
    columns = lists.proposed_columns(listing, sheet)
    lists.start_matching(district, listing, sheet.sheet, columns)
    listing.refresh_from_db()
    Job.objects.filter(pk=listing.job_id).update(cancel_requested=True)
    jobs.run(listing.job_id)
    assert Job.objects.get(pk=listing.job_id).state == JobState.CANCELLED
    listing.refresh_from_db()
    assert listing.state == ListState.MAPPING
    assert not StagedRow.objects.exists()
    lists.start_matching(district, listing, sheet.sheet, columns)
    listing.refresh_from_db()
    jobs.run(listing.job_id)
    assert Doubt.objects.count() == 1


def test_lists_that_nobody_compares_go_after_a_week(district, member):
    listing = receive(district, csv_of([row_of(member)]))
    assert lists.purge() == 0
    ComparedList.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert lists.purge() == 1
    listing.refresh_from_db()
    assert (listing.state, listing.key, listing.file.name) == ("discarded", "", "")


# --- Columns ----------------------------------------------------------------------------------------------------------
def test_columns_are_remembered_for_files_with_the_same_headings(district, member):
    columns = {"id_number": "身份证号码", "detail": ["序号"]}
    compare(district, csv_of([row_of(member)]), columns=columns)
    again = receive(district, csv_of([row_of(member)]))
    assert lists.proposed_columns(again, lists.looks_of(again)[0]) == columns
    other = receive(district, csv_of([row_of(member)]), "housing")
    assert lists.proposed_columns(other, lists.looks_of(other)[0])["name"] == "所有人姓名"


def test_a_doubt_of_somebody_who_moves_moves_along(member):
    doubt = make_doubt(member)
    village = make_village("320412101201")
    type(member).objects.filter(pk=member.pk).update(village=village)
    assert list(Doubt.objects.visible_to(make_user("township", "320412101"))) == [doubt]
    assert not Doubt.objects.visible_to(make_user("township", "320412100")).exists()
