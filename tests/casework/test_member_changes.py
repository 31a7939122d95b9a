"""Member changes: what is refused when they are entered, and what the township's review writes into the register."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from casework.models import Case
from casework.rules import has_entered
from casework.services import open_case
from casework.services.changes import Change, as_json, change_of, check_change
from households.models import Household, Member
from tests.casework.steps import step
from tests.factories import id_number, make_fact, make_household, make_member, make_user, make_village

pytestmark = pytest.mark.django_db

TOWNSHIP = "320412100"
BORN = date(2016, 3, 1)


@pytest.fixture
def village():
    return make_village("320412100201")


@pytest.fixture
def worker(village):
    return make_user("village", village.pk)


@pytest.fixture
def clerk(village):
    return make_user("township", TOWNSHIP)


@pytest.fixture
def household(village):
    """A head, a spouse and a son."""
    household = make_household(village, head_name="张大山", group="3组", address="河东1号")
    make_member(household, name="李小花", relationship="02", sex="2")
    make_member(household, name="张小山", relationship="03")
    return household


def people(household) -> dict:
    return {member.name: member for member in Household.objects.get(pk=household.pk).members.current()}


def person(born_on=BORN, **values) -> dict:
    return {
        "name": "张新", "id_number": id_number(born_on), "relationship": "03", "schooling": "", "health": ["01"],
        "labour": "",
    } | values  # fmt: skip


def adult(**values) -> dict:
    return person(date(1990, 5, 1), relationship="99", labour="01", **values)


def opened(worker, household, change) -> Case:
    return open_case(worker, "member_change", household, "家庭变动", change=as_json(change))


def applied(worker, clerk, household, change) -> Case:
    return step(clerk, opened(worker, household, change), "review")


# --- Joining --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "on", "who"), [
    ("birth", BORN, person),
    ("married_in", date(2016, 5, 1), adult),
    ("moved_in", date(2016, 5, 1), adult),
    ("returned", date(2016, 5, 1), adult),
])  # fmt: skip
def test_who_joins_belongs_to_the_household_from_that_day(worker, clerk, household, kind, on, who):
    values = who()
    case = applied(worker, clerk, household, Change(kind, on, person=values))
    new = people(household)["张新"]
    assert (case.stage, new.joined_on, new.id_number) == ("completed", on, values["id_number"])
    assert (new.born_on.year, new.sex) == (int(values["id_number"][6:10]), "1")
    assert len(people(household)) == 4


def test_one_who_left_for_school_comes_back(worker, clerk, household):
    son = people(household)["张小山"]
    applied(worker, clerk, household, Change("school", date(2016, 9, 1), members=[son.pk]))
    back = person(son.born_on, id_number=son.id_number, name="张小山")
    applied(worker, clerk, household, Change("returned", date(2019, 7, 1), person=back))
    assert people(household)["张小山"].joined_on == date(2019, 7, 1)
    assert household.members.filter(name="张小山").count() == 2


@pytest.mark.parametrize(("change", "field"), [
    (lambda h: Change("birth", BORN + timedelta(days=1), person=person()), "on"),
    (lambda h: Change("moved_in", date(1990, 4, 30), person=adult()), "on"),
    (lambda h: Change("moved_in", date(2099, 1, 1), person=adult()), "on"),
    (lambda h: Change("moved_in", date(2016, 5, 1), person=adult(id_number="320412199005010011")), "id_number"),
    (lambda h: Change("moved_in", date(2016, 5, 1), person=adult(id_number=people(h)["张小山"].id_number)),
     "id_number"),
    (lambda h: Change("death", date(1960, 1, 1), members=[people(h)["张小山"].pk]), "on"),
    (lambda h: Change("death", date(2099, 1, 1), members=[people(h)["张小山"].pk]), "on"),
    (lambda h: Change("death", BORN), "members"),
    (lambda h: Change("death", BORN, members=[999_999]), "members"),
    (lambda h: Change("death", BORN, members=[people(h)["张大山"].pk]), "successor"),
    (lambda h: Change("death", BORN, members=[people(h)["张大山"].pk], successor=people(h)["张大山"].pk), "successor"),
    (lambda h: Change("split", BORN, members=[member.pk for member in people(h).values()]), "members"),
    (lambda h: Change("split", BORN, members=[people(h)["张小山"].pk], new_head=people(h)["张大山"].pk), "new_head"),
    (lambda h: Change("merge", BORN, target=h.number), "target"),
    (lambda h: Change("merge", BORN, target="nowhere"), "target"),
])  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(worker, household, change, field):
    change = change(household)
    with pytest.raises(ValidationError) as refusal:
        check_change(change, household, worker)
    assert field in refusal.value.error_dict
    with pytest.raises(ValidationError):
        opened(worker, household, change)
    assert not Case.objects.exists()


@pytest.mark.parametrize("change", ["", as_json(Change("lost", BORN))])
def test_a_case_without_a_change_is_not_opened(worker, household, change):
    with pytest.raises(ValidationError):
        open_case(worker, "member_change", household, "家庭变动", change=change)


# --- Leaving --------------------------------------------------------------------------------------------------------
LEAVING = ("death", "married_out", "moved_out", "school", "service", "prison", "emigrated", "missing")


@pytest.mark.parametrize("kind", LEAVING)
def test_who_leaves_does_so_on_that_day_for_that_reason(worker, clerk, household, kind):
    son = people(household)["张小山"]
    applied(worker, clerk, household, Change(kind, BORN, members=[son.pk]))
    son.refresh_from_db()
    assert son.left_on == BORN
    assert son.left_reason
    assert set(people(household)) == {"张大山", "李小花"}


def test_every_reason_for_leaving_is_one_of_its_own(worker, clerk, village):
    reasons = set()
    for kind in LEAVING:
        household = make_household(village, members=2)
        other = household.members.exclude(relationship="01").get()
        applied(worker, clerk, household, Change(kind, BORN, members=[other.pk]))
        reasons.add(Member.objects.get(pk=other.pk).left_reason)
    assert len(reasons) == len(LEAVING)


def test_the_successor_becomes_head(worker, clerk, household):
    who = people(household)
    change = Change("death", BORN, members=[who["张大山"].pk], successor=who["李小花"].pk)
    applied(worker, clerk, household, change)
    household.refresh_from_db()
    assert (household.head_name, people(household)["李小花"].relationship) == ("李小花", "01")


def test_a_household_that_nobody_is_left_in_is_dissolved(worker, clerk, household):
    everybody = [member.pk for member in people(household).values()]
    applied(worker, clerk, household, Change("moved_out", BORN, members=everybody))
    household.refresh_from_db()
    assert (household.status, people(household)) == ("closed", {})
    with pytest.raises(ValidationError):
        opened(worker, household, Change("birth", BORN, person=person()))


# --- Splitting and merging ------------------------------------------------------------------------------------------
def test_a_split_makes_a_household_of_those_who_leave(worker, clerk, household):
    who = people(household)
    leaving = [who["李小花"].pk, who["张小山"].pk]
    applied(worker, clerk, household, Change("split", BORN, members=leaving, new_head=who["张小山"].pk))
    new = Household.objects.exclude(pk=household.pk).get()
    assert set(people(household)) == {"张大山"}
    assert (set(people(new)), new.head_name, new.status) == ({"李小花", "张小山"}, "张小山", "unregistered")
    assert (new.village_id, new.group, new.address) == (household.village_id, "3组", "河东1号")
    assert {member.joined_on for member in people(new).values()} == {BORN}


def test_who_reviewed_a_split_has_not_entered_the_new_household(worker, clerk, household):
    son = people(household)["张小山"]
    applied(worker, clerk, household, Change("split", BORN, members=[son.pk], new_head=son.pk))
    new = Household.objects.exclude(pk=household.pk).get()
    assert not has_entered(new, clerk)
    assert has_entered(new, worker)


def test_a_merge_dissolves_the_household_into_the_other(worker, clerk, household, village):
    target = make_household(village, head_name="王老五", status="registered", registered_on=BORN)
    applied(worker, clerk, household, Change("merge", BORN, target=target.number))
    household.refresh_from_db()
    target.refresh_from_db()
    assert (household.status, people(household)) == ("closed", {})
    assert set(people(target)) == {"王老五", "张大山", "李小花", "张小山"}
    assert (target.status, target.head_name, target.members.current().filter(relationship="01").count()) == (
        "registered", "王老五", 1,
    )  # fmt: skip


def test_not_into_a_dissolved_household_nor_one_out_of_reach(worker, household, village):
    closed = make_household(village, status="closed", registered_on=BORN)
    away = make_household(make_village("320412101201"))
    for target in (closed, away):
        with pytest.raises(ValidationError) as refusal:
            opened(worker, household, Change("merge", BORN, target=target.number))
        assert "target" in refusal.value.error_dict


# --- The review -----------------------------------------------------------------------------------------------------
def test_nothing_is_written_before_the_review(worker, household):
    before = Household.objects.values().get(pk=household.pk)
    son = people(household)["张小山"]
    opened(worker, household, Change("death", BORN, members=[son.pk]))
    assert Household.objects.values().get(pk=household.pk) == before
    assert len(people(household)) == 3


def test_nobody_reviews_their_own_change(clerk, household):
    case = opened(clerk, household, Change("birth", BORN, person=person()))
    with pytest.raises(PermissionDenied):
        step(clerk, case, "review")
    assert len(people(household)) == 3


def test_it_is_checked_again_when_it_is_reviewed(worker, clerk, household):
    values = person()
    case = opened(worker, household, Change("birth", BORN, person=values))
    make_household(household.village, head_name="别家", members=1)
    make_member(make_household(household.village), born_on=BORN, id_number=values["id_number"])
    with pytest.raises(ValidationError):
        step(clerk, case, "review")
    case.refresh_from_db()
    assert (case.stage, case.events.count(), len(people(household))) == ("township_review", 1, 3)


def test_one_who_left_meanwhile_does_not_leave_again(worker, clerk, household):
    son = people(household)["张小山"]
    case = opened(worker, household, Change("moved_out", BORN, members=[son.pk]))
    Member.objects.filter(pk=son.pk).update(left_on=BORN - timedelta(days=9), left_reason="01")
    with pytest.raises(ValidationError):
        step(clerk, case, "review")
    son.refresh_from_db()
    assert son.left_on == BORN - timedelta(days=9)


def test_the_rest_of_the_household_stays_as_it_was(worker, clerk, household):
    make_fact(household, "vehicle", BORN)
    applied(worker, clerk, household, Change("birth", BORN, person=person()))
    household.refresh_from_db()
    assert (household.group, household.address, household.version) == ("3组", "河东1号", 2)
    assert household.facts.count() == 1


def test_who_reviewed_a_change_has_not_edited_the_household(worker, clerk, household):
    applied(worker, clerk, household, Change("birth", BORN, person=person()))
    assert household.history.filter(history_user=clerk, history_change_reason="member_change").exists()
    assert not has_entered(household, clerk)


def test_an_edit_of_ones_own_is_still_known_after_a_change(worker, clerk, household):
    household._history_user = clerk
    household.save()
    applied(worker, clerk, household, Change("birth", BORN, person=person()))
    assert has_entered(household, clerk)


def test_a_change_is_kept_encrypted(worker, household):
    values = person()
    case = opened(worker, household, Change("birth", BORN, person=values))
    (raw,) = Case.objects.filter(pk=case.pk).extra(select={"raw": "change"}).values_list("raw", flat=True)
    assert values["id_number"] not in raw
    assert change_of(Case.objects.get(pk=case.pk)).person == values
    assert change_of(Case.objects.get(pk=case.pk)).on == BORN <= timezone.localdate()
