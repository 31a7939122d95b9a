"""Entering and changing a household: numbers, scope, versions, what is taken out, and who did what."""

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import AuditEvent
from assistance.models import Grant, Measure
from fupin.conflicts import Conflict
from households import history, services
from households.entries import entry_of
from households.models import Household, IncomeYear, Member
from households.services import EntryRefused, create_household, next_number, reveal, update_household
from households.signals import households_changed
from tests.factories import id_number, make_household, make_member, make_user, make_village
from tests.households.makers import VILLAGE, fact, head, income, make_entry, person

pytestmark = pytest.mark.django_db

ADULT = date(1975, 3, 8)


@pytest.fixture
def village():
    return make_village(VILLAGE)


@pytest.fixture
def actor(village):
    return make_user("township", VILLAGE[:9])


def refusal_of(service, *args) -> list[tuple[str, str]]:
    with pytest.raises(EntryRefused) as refusal:
        service(*args)
    return [(problem.path, problem.code) for problem in refusal.value.problems]


def kept(household) -> Household:
    return Household.objects.get(pk=household.pk)


# --- Entering ---------------------------------------------------------------------------------------------------
def test_a_household_is_written_with_all_that_belongs_to_it(actor):
    household = create_household(
        make_entry(person(ADULT, "2", "02"), incomes=[income(wages="12000.50")], facts=[fact()]), actor
    )
    assert household.number == f"{VILLAGE}00001"
    assert (household.head_pinyin, household.head_initials) == ("zhangdashan", "zds")
    assert (household.status, household.version, household.entered_by) == ("unregistered", 1, actor)
    assert household.members.count() == 2
    assert household.incomes.get().wages == Decimal("12000.50")
    assert household.facts.get().kind == "vehicle"
    rows = [*household.members.all(), *household.incomes.all(), *household.facts.all()]
    assert {row.village_id for row in rows} == {VILLAGE}


def test_an_entry_with_errors_writes_nothing(actor):
    assert ("members", "empty") in refusal_of(create_household, make_entry(members=[]), actor)
    assert not Household.objects.exists()


@pytest.mark.parametrize("code", ["320412101201", "320411100201", "320412100299"])
def test_a_village_of_another_township_or_none_is_refused(actor, code):
    if code != "320412100299":
        make_village(code)
    assert ("village", "village") in refusal_of(create_household, make_entry(village=code), actor)


def test_a_village_that_is_gone_takes_no_new_household_but_keeps_its_own(actor, village):
    household = create_household(make_entry(), actor)
    village.valid_to = date(2016, 1, 1)
    village.save()
    entry = make_entry()
    assert ("village", "village") in refusal_of(create_household, entry, actor)
    entry = entry_of(household)
    entry.group = "5组"
    assert update_household(household, entry, 1, actor).group == "5组"


def test_a_household_does_not_move_into_a_village_out_of_reach(actor):
    household = create_household(make_entry(), actor)
    make_village("320412101201")
    entry = entry_of(household)
    entry.village = "320412101201"
    assert ("village", "village") in refusal_of(update_household, household, entry, 1, actor)
    assert kept(household).village_id == VILLAGE


def test_a_household_that_moves_takes_everything_along(actor):
    household = create_household(make_entry(incomes=[income(wages="1000.00")], facts=[fact()]), actor)
    make_village("320412100202")
    entry = entry_of(household)
    entry.village = "320412100202"
    moved = update_household(household, entry, 1, actor)
    rows = [moved, *moved.members.all(), *moved.incomes.all(), *moved.facts.all()]
    assert {row.village_id for row in rows} == {"320412100202"}


def test_an_id_number_of_a_current_member_elsewhere_is_refused_and_says_whose_only_to_whom_may_see_it(actor):
    number = id_number(ADULT)
    here, there = make_household(), make_household(make_village("320412101201"))
    make_member(here, id_number=number, born_on=ADULT)
    entry = make_entry(person(ADULT, id_number=number))
    with pytest.raises(EntryRefused) as refusal:
        create_household(entry, actor)
    problem = refusal.value.problems[0]
    assert (problem.path, problem.code) == ("members.1.id_number", "id_taken")
    assert here.number in problem.message
    Member.objects.filter(household=here, id_number__isnull=False, name="李四").update(household=there)
    with pytest.raises(EntryRefused) as refusal:
        create_household(entry, actor)
    assert there.number not in refusal.value.problems[0].message


def test_who_has_left_one_household_may_enter_another(actor):
    number = id_number(ADULT)
    make_member(make_household(), id_number=number, born_on=ADULT, left_on=date(2016, 1, 1), left_reason="02")
    assert create_household(make_entry(person(ADULT, id_number=number)), actor).members.count() == 2


# --- Numbers ----------------------------------------------------------------------------------------------------
def test_the_next_number_follows_the_last_and_fills_no_gap(village):
    assert next_number(village) == f"{VILLAGE}00001"
    for serial in (1, 2, 7):
        make_household(village, number=f"{VILLAGE}{serial:05d}")
    assert next_number(village) == f"{VILLAGE}00008"


def test_numbers_of_other_villages_and_of_other_systems_do_not_count(village):
    make_household(make_village("320412100202"), number="32041210020200042")
    make_household(village, number=f"{VILLAGE}99")
    make_household(village, number=f"{VILLAGE}0000A")
    make_household(village, number="H-77")
    assert next_number(village) == f"{VILLAGE}00001"


# --- Changing ---------------------------------------------------------------------------------------------------
def test_a_change_is_written_and_raises_the_version(actor):
    household = create_household(make_entry(), actor)
    entry = entry_of(household)
    entry.address = "河东12号"
    changed = update_household(household, entry, 1, actor)
    assert (changed.address, changed.version) == ("河东12号", 2)


def test_a_change_of_a_member_alone_raises_the_version_of_the_household(actor):
    household = create_household(make_entry(), actor)
    before = household.touched_at
    entry = entry_of(household)
    entry.members[0].labour = "02"
    update_household(household, entry, 1, actor)
    assert kept(household).version == 2
    assert kept(household).touched_at > before


def test_a_save_over_anothers_version_is_a_conflict_and_loses_nothing(actor):
    household = create_household(make_entry(incomes=[income(wages="1000.00")]), actor)
    mine, theirs = entry_of(household), entry_of(household)
    theirs.address, theirs.incomes[0].amounts["wages"] = "河东12号", Decimal("2000.00")
    update_household(household, theirs, 1, actor)
    mine.address, mine.incomes, mine.members[0].name = "河西1号", [], "张大海"
    with pytest.raises(Conflict) as conflict:
        update_household(household, mine, 1, actor)
    assert conflict.value.current.version == 2
    assert (kept(household).address, kept(household).head_name) == ("河东12号", "张大山")
    assert IncomeYear.objects.get().wages == Decimal("2000.00")


def test_a_dissolved_household_stays_as_it_is(actor):
    household = create_household(make_entry(), actor)
    Household.objects.update(status="closed", registered_on=date(2016, 3, 1))
    entry = entry_of(household)
    entry.address = "河西1号"
    assert ("status", "closed") in refusal_of(update_household, household, entry, 1, actor)
    assert kept(household).address == ""


def test_rows_that_the_entry_no_longer_names_are_taken_out_and_stay_in_the_history(actor):
    household = create_household(
        make_entry(person(ADULT, name="张小海"), incomes=[income(2015), income(2014)], facts=[fact()]), actor
    )
    entry = entry_of(household)
    del entry.members[1], entry.incomes[1], entry.facts[0]
    update_household(household, entry, 1, actor)
    assert household.members.count() == household.incomes.count() == 1
    assert not household.facts.exists()
    gone = Member.history.get(history_type="-")
    assert (gone.name, gone.history_user) == ("张小海", actor)


def test_the_head_hands_over_to_the_spouse_in_one_save(actor):
    household = create_household(make_entry(person(ADULT, "2", "02", name="王秀英")), actor)
    entry = entry_of(household)
    entry.members[0].relationship, entry.members[1].relationship = "02", "01"
    changed = update_household(household, entry, 1, actor)
    assert (changed.head_name, changed.head_pinyin, changed.head_initials) == ("王秀英", "wangxiuying", "wxy")
    assert household.members.get(relationship="01").name == "王秀英"


def test_two_members_exchange_their_id_numbers_in_one_save(actor):
    household = create_household(make_entry(person(date(1970, 6, 15), relationship="21")), actor)
    entry = entry_of(household)
    first, second = entry.members
    first.id_number, second.id_number = second.id_number, first.id_number
    update_household(household, entry, 1, actor)
    for pk, number in ((first.pk, first.id_number), (second.pk, second.id_number)):
        assert Member.objects.with_id_number(number).get().pk == pk


def test_a_member_whom_other_records_need_is_not_taken_out(actor):
    household = create_household(make_entry(person(ADULT, name="张小海")), actor)
    measure = Measure.objects.create(code="M-1", name="助学金", pillar="education", unit_label="元")
    helped = household.members.get(name="张小海")
    Grant.objects.create(household=household, member=helped, measure=measure, started_on=date(2016, 3, 1))
    entry = entry_of(household)
    del entry.members[1]
    assert refusal_of(update_household, household, entry, 1, actor) == [("members", "protected")]
    assert (household.members.count(), kept(household).version) == (2, 1)


def test_floors_above_hear_of_a_change_and_not_of_none(actor):
    heard = []

    def listen(sender, households, **_signal):
        heard.append(list(households))

    households_changed.connect(listen)
    try:
        household = create_household(make_entry(), actor)
        update_household(household, entry_of(household), 1, actor)
        entry = entry_of(household)
        entry.group = "9组"
        update_household(household, entry, 1, actor)
    finally:
        households_changed.disconnect(listen)
    assert heard == [[household.pk], [household.pk]]


# --- Who changed what -------------------------------------------------------------------------------------------
def test_the_history_says_who_changed_what_from_what_and_masks_numbers(actor):
    household = create_household(make_entry(bank_account="6222000011112222"), actor)
    old = household.members.get().id_number
    other = make_user("district", name="陆敏")
    entry = entry_of(household)
    new = id_number(date(1970, 6, 15))
    entry.members[0].id_number, entry.bank_account, entry.address = new, "6222000011113333", "河东12号"
    update_household(household, entry, 1, other)
    changes, has_more = history.changes_of(kept(household))
    assert not has_more
    told = {
        field.label: (field.before, field.after) for change in changes if change.kind == "~" for field in change.fields
    }
    assert {change.who for change in changes if change.kind == "~"} == {"陆敏"}
    assert {change.who for change in changes if change.kind == "+"} == {actor.name}
    assert ("—", "河东12号") in told.values()
    assert (f"{old[0]}{'*' * 16}{old[-1]}", f"{new[0]}{'*' * 16}{new[-1]}") in told.values()
    assert ("************2222", "************3333") in told.values()
    everything = repr(changes)
    assert old not in everything
    assert new not in everything
    assert "6222000011112222" not in everything


def test_a_reveal_is_written_down_with_its_purpose_and_without_the_number(actor):
    household = create_household(make_entry(bank_account="6222000011112222"), actor)
    member = household.members.get()
    assert reveal(member, "id_number", " 补贴发放核对 ", actor) == member.id_number
    assert reveal(household, "bank_account", "补贴发放核对", actor) == "6222000011112222"
    events = list(AuditEvent.objects.filter(action="reveal"))
    assert [(event.actor, event.reference, event.purpose) for event in events] == [
        (actor, household.number, "补贴发放核对")
    ] * 2
    written = repr([vars(event) for event in events])
    assert member.id_number not in written
    assert "6222000011112222" not in written


def test_a_reveal_needs_a_purpose_and_a_field_that_is_revealed(actor):
    member = create_household(make_entry(), actor).members.get()
    with pytest.raises(ValidationError):
        reveal(member, "id_number", "  ", actor)
    with pytest.raises(ValueError, match="name"):
        reveal(member, "name", "核对", actor)
    with pytest.raises(ValueError, match="bank_account"):
        reveal(member, "bank_account", "核对", actor)
    assert not AuditEvent.objects.filter(action="reveal").exists()


# --- At the same moment -----------------------------------------------------------------------------------------
def at_once(*works) -> list:
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
    def test_of_two_who_save_one_is_told_of_the_other(self, actor):
        household = create_household(make_entry(), actor)

        def save(address: str):
            entry = entry_of(household)
            entry.address = address
            return lambda: update_household(Household.objects.get(pk=household.pk), entry, 1, actor)

        results = at_once(save("河东12号"), save("河西1号"))
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "Household"]
        winner = next(result for result in results if isinstance(result, Household))
        assert (kept(household).address, kept(household).version) == (winner.address, 2)

    def test_households_entered_at_once_get_numbers_of_their_own(self, actor):
        entries = [make_entry(members=[head(name=f"张{serial}")]) for serial in range(6)]
        results = at_once(*(lambda entry=entry: create_household(entry, actor) for entry in entries))
        assert sorted(household.number for household in results) == [f"{VILLAGE}{n:05d}" for n in range(1, 7)]

    def test_the_same_person_entered_twice_at_once_is_taken_once(self, actor):
        make_village("320412100202")
        number = id_number(ADULT)
        entries = [make_entry(person(ADULT, id_number=number), village=code) for code in (VILLAGE, "320412100202")]
        results = at_once(*(lambda entry=entry: create_household(entry, actor) for entry in entries))
        assert sorted(type(result).__name__ for result in results) == ["EntryRefused", "Household"]
        assert Household.objects.count() == 1
        assert Member.objects.with_id_number(number).count() == 1


def test_what_another_wrote_between_check_and_write_is_a_refusal_and_no_fault(actor, monkeypatch):
    number = id_number(ADULT)
    make_member(make_household(), id_number=number, born_on=ADULT)
    monkeypatch.setattr(services, "_problems_of_identity", lambda *args: [])
    entry = make_entry(person(ADULT, id_number=number))
    assert refusal_of(create_household, entry, actor) == [("members", "race")]
    assert Household.objects.count() == 1
