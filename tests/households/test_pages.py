"""The register's pages: entering with and without scripts, two who edit at once, finding, listing, revealing."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from households import services
from households.entries import entry_of
from households.forms import EntryForms
from households.models import Household, Member
from households.rules import MOST_MEMBERS
from tests.factories import id_number, make_household, make_member, make_user, make_village
from tests.households.makers import VILLAGE, income, make_entry, person

pytestmark = pytest.mark.django_db

NEW = reverse("households:create")
LIST = reverse("households:list")
ADULT = date(1975, 3, 8)
CHILD = date(timezone.localdate().year - 10, 1, 1)


@pytest.fixture
def village():
    return make_village(VILLAGE, "河口村")


@pytest.fixture
def clerk(client, village):
    user = make_user("township", VILLAGE[:9], name="蒋国平")
    client.force_login(user)
    return user


@pytest.fixture
def household(clerk):
    entry = make_entry(person(ADULT, "2", "02", name="王秀英"), incomes=[income(wages="1000.00")])
    return services.create_household(entry, clerk)


def url(name, household) -> str:
    return reverse(f"households:{name}", args=[household.number])


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def member_data(key: str, **values) -> dict:
    values = {
        "name": "张大山",
        "id_number": id_number(date(1970, 6, 15)),
        "relationship": "01",
        "schooling": "01",
        "ethnicity": "01",
        "health": ["01"],
        "is_registered_resident": "on",
        "is_living_together": "on",
    } | values
    return {f"members-{key}-{name}": value for name, value in values.items()}


def new_data(**values) -> dict:
    return {"village": VILLAGE, "attribute": "01", "group": "3组", "members": ["0"]} | member_data("0") | values


def as_shown(client, household) -> dict:
    """What a browser would post back of the edit page as it was shown, untouched."""
    answer = client.get(url("edit", household))
    data = dict(answer.context["forms"].as_data().lists())
    return data | {"version": str(answer.context["version"]), "base": answer.context["base"]}


def change_behind(household, actor, **values) -> None:
    """Somebody else saves meanwhile."""
    household = Household.objects.get(pk=household.pk)
    entry = entry_of(household)
    for name, value in values.items():
        setattr(entry, name, value)
    services.update_household(household, entry, household.version, actor)


# --- Entering ---------------------------------------------------------------------------------------------------
def test_a_new_page_opens_with_a_row_for_the_head_and_the_only_village_chosen(client, clerk):
    forms = client.get(NEW).context["forms"]
    assert [row["relationship"].value() for row in forms.members] == ["01"]
    assert [code for _group, codes in forms.household.fields["village"].choices for code, _name in codes] == [VILLAGE]


def test_a_household_is_entered(client, clerk):
    answer = client.post(NEW, new_data())
    household = Household.objects.get()
    assert answer.url == url("detail", household)
    assert (household.head_name, household.group, household.entered_by) == ("张大山", "3组", clerk)
    assert (household.members.get().sex, household.members.get().born_on) == ("1", date(1970, 6, 15))


def test_with_the_pages_script_the_browser_is_sent_on(client, clerk):
    answer = client.post(NEW, new_data(), headers={"hx-request": "true"})
    assert answer["HX-Redirect"] == url("detail", Household.objects.get())


def test_rows_are_added_and_removed_without_scripts_and_nothing_typed_is_lost(client, clerk):
    data = new_data(group="9组")
    answer = client.post(NEW, data | {"add": "members"})
    forms = answer.context["forms"]
    assert len(forms.members) == 2
    assert (forms.members[0]["name"].value(), forms.household["group"].value()) == ("张大山", "9组")
    added = forms.members[1].key
    data |= {"members": ["0", added]} | member_data(added, name="张小海", relationship="03")
    forms = client.post(NEW, data | {"remove": "members-0"}).context["forms"]
    assert [row["name"].value() for row in forms.members] == ["张小海"]
    forms = client.post(NEW, data | {"add": "incomes"}).context["forms"]
    assert (len(forms.incomes), len(forms.members)) == (1, 2)
    forms = client.post(NEW, data | {"add": "facts"}).context["forms"]
    assert len(forms.facts) == 1
    assert not Household.objects.exists()


@pytest.mark.parametrize("junk", [{"add": "houses"}, {"remove": "members"}, {"remove": "houses-1"}, {"remove": ""}])
def test_a_button_that_does_not_exist_changes_nothing(client, clerk, junk):
    forms = client.post(NEW, new_data() | junk).context["forms"]
    assert len(forms.members) == 1


def test_errors_stand_beside_their_fields_and_in_the_summary_with_what_was_typed(client, clerk):
    data = new_data(phone="12", village="") | member_data("0", id_number="320412197502300010", name="张大山")
    answer = client.post(NEW, data)
    forms = answer.context["forms"]
    assert answer.status_code == 200
    assert set(forms.household.errors) == {"phone", "village"}
    assert set(forms.members[0].errors) == {"id_number"}
    assert forms.household["phone"].value() == "12"
    targets = {finding.target for finding in forms.findings if finding.is_error}
    assert targets == {"id_phone", "id_village", "id_members-0-id_number"}
    for target in targets:
        assert f'id="{target}"' in text(answer)
    assert not Household.objects.exists()


def test_what_cannot_be_read_is_said_beside_its_field(client, clerk):
    data = new_data(incomes=["0"], facts=["0"]) | {
        "incomes-0-year": "2015",
        "incomes-0-wages": "一万",
        "facts-0-kind": "vehicle",
        "facts-0-fact_date": "去年",
        "facts-0-verification": "true",
    }
    forms = client.post(NEW, data).context["forms"]
    assert set(forms.incomes[0].errors) == {"wages"}
    assert set(forms.facts[0].errors) == {"fact_date"}
    assert forms.incomes[0]["wages"].value() == "一万"


def test_amounts_are_read_as_people_type_them(client, clerk):
    data = new_data(incomes=["0"]) | {"incomes-0-year": "2015", "incomes-0-wages": "１２，０００．５元"}
    client.post(NEW, data)
    assert str(Household.objects.get().incomes.get().wages) == "12000.50"


def test_rows_left_blank_are_no_rows(client, clerk):
    blank = {"incomes-0-year": "2015", "members-7-schooling": "01", "members-7-health": ["01"]}
    blank |= {
        "members-7-ethnicity": "01",
        "members-7-is_registered_resident": "on",
        "members-7-is_living_together": "on",
    }
    client.post(NEW, new_data(members=["0", "7"], incomes=["0"]) | blank)
    household = Household.objects.get()
    assert (household.members.count(), household.incomes.count()) == (1, 0)


def test_a_village_of_another_township_is_not_offered_and_not_taken(client, clerk):
    make_village("320412101201", "外村")
    assert "外村" not in text(client.get(NEW))
    answer = client.post(NEW, new_data(village="320412101201"))
    assert set(answer.context["forms"].household.errors) == {"village"}


def test_a_village_that_is_gone_is_not_offered_for_a_new_household(client, clerk, village):
    gone = make_village("320412100202", "旧村")
    assert "旧村" in text(client.get(NEW))
    gone.valid_to = date(2016, 1, 1)
    gone.save()
    assert "旧村" not in text(client.get(NEW))
    assert set(client.post(NEW, new_data(village=gone.pk)).context["forms"].household.errors) == {"village"}


def test_a_household_of_a_village_that_is_gone_can_still_be_edited(client, household, village):
    village.valid_to = date(2016, 1, 1)
    village.save()
    answer = client.post(url("edit", household), as_shown(client, household) | {"group": "8组"})
    assert answer.status_code == 302
    household.refresh_from_db()
    assert (household.village_id, household.group) == (VILLAGE, "8组")


def test_thirty_members_are_taken_and_one_more_is_refused_without_losing_any(client, clerk):
    def data(count: int) -> dict:
        keys = [str(key) for key in range(count)]
        values = new_data(members=keys)
        for key in keys[1:]:
            values |= member_data(
                key, name=f"张{key}", relationship="21", id_number=id_number(ADULT, sequence=int(key))
            )
        return values

    forms = client.post(NEW, data(MOST_MEMBERS + 1)).context["forms"]
    assert len(forms.members) == MOST_MEMBERS + 1
    assert forms.has_errors
    client.post(NEW, data(MOST_MEMBERS))
    assert Household.objects.get().members.count() == MOST_MEMBERS


@pytest.mark.parametrize(
    "junk",
    [
        {},
        {"members": ["<x>", "../1", "a" * 50]},
        {"members": ["0"], "members-0-pk": "999999999999999999999"},
        {"members": ["0"], "members-0-pk": "x"},
        {"members": ["0", "0"]},
        {"village": "\x00"},
        {"incomes": ["0"], "incomes-0-wages": "NaN"},
        {"incomes": ["0"], "incomes-0-wages": "1e999"},
        {"version": "99999999999999999999", "base": "[1,2]"},
        {"base": '{"a": 1}', "version": "x"},
        {"base": "{" * 5000},
    ],
)
def test_no_posted_junk_is_a_fault_of_ours(client, household, junk):
    for address in (NEW, url("edit", household), reverse("households:assess")):
        assert client.post(address, junk).status_code == 200
        assert client.post(address, new_data() | junk | {"choose": "each"}).status_code in (200, 302)


# --- Editing ----------------------------------------------------------------------------------------------------
def test_the_edit_page_shows_numbers_masked_and_a_save_keeps_them(client, household):
    number = household.members.get(relationship="01").id_number
    answer = client.get(url("edit", household))
    assert number not in text(answer)
    client.post(url("edit", household), as_shown(client, household) | {"address": "河东12号"})
    household.refresh_from_db()
    assert household.address == "河东12号"
    assert household.members.get(relationship="01").id_number == number


def test_saving_what_was_shown_changes_nothing(client, household):
    assert client.post(url("edit", household), as_shown(client, household)).status_code == 302
    household.refresh_from_db()
    assert household.version == 1
    assert household.history.count() == 1


def test_a_dissolved_household_is_not_edited(client, household):
    Household.objects.update(status="closed", registered_on=date(2016, 3, 1))
    assert url("edit", household) not in text(client.get(url("detail", household)))
    answer = client.post(url("edit", household), as_shown(client, household) | {"address": "河东12号"})
    assert answer.context["forms"].has_errors
    household.refresh_from_db()
    assert household.address == ""


# --- Two at once ------------------------------------------------------------------------------------------------
@pytest.fixture
def conflict(client, household):
    """Mine: another address and telephone, the spouse renamed. Theirs: another address and group."""
    mine = as_shown(client, household) | {"address": "河西1号", "phone": "13800000000", "members-1-name": "王秀兰"}
    change_behind(household, make_user("district", name="陆敏"), address="河东12号", group="9组")
    answer = client.post(url("edit", household), mine)
    return answer, mine


def kept(household) -> tuple:
    household.refresh_from_db()
    return household.address, household.phone, household.group, household.version


def again(client, household, mine, **choices):
    """The conflict page's form, sent with one of its buttons."""
    data = {name: value for name, value in mine.items() if name != "version"}
    return client.post(url("edit", household), data | {"version": "2"} | choices)


def test_a_conflict_shows_who_saved_and_what_differs_and_writes_nothing(client, household, conflict):
    answer, _mine = conflict
    assert answer.status_code == 200
    assert "陆敏" in text(answer)
    differences = {difference.key: difference for difference in answer.context["differences"]}
    member = household.members.get(name="王秀英")
    of_household = {"household.address", "household.phone", "household.group"}
    assert set(differences) == of_household | {f"members.{member.pk}.name"}
    address = differences["household.address"]
    assert (address.mine, address.theirs, address.is_contested) == ("河西1号", "河东12号", True)
    suggested = {key.split(".")[-1]: difference.suggested for key, difference in differences.items()}
    assert suggested == {"address": "mine", "phone": "mine", "group": "theirs", "name": "mine"}
    assert kept(household) == ("河东12号", "", "9组", 2)


def test_each_is_chosen_by_itself(client, household, conflict):
    answer, mine = conflict
    address = next(d for d in answer.context["differences"] if d.key.endswith("address"))
    again(client, household, mine, choose="each", **{address.name: "theirs"})
    assert kept(household) == ("河东12号", "13800000000", "9组", 3)
    assert household.members.filter(name="王秀兰").exists()


def test_what_was_suggested_joins_both(client, household, conflict):
    _answer, mine = conflict
    again(client, household, mine, choose="each")
    assert kept(household) == ("河西1号", "13800000000", "9组", 3)


def test_mine_is_saved_over_theirs(client, household, conflict):
    _answer, mine = conflict
    again(client, household, mine, choose="mine")
    assert kept(household) == ("河西1号", "13800000000", "3组", 3)


def test_mine_is_dropped_by_leaving_the_page(client, household, conflict):
    answer, _mine = conflict
    assert url("detail", household) in text(answer)
    assert kept(household) == ("河东12号", "", "9组", 2)


def test_the_conflict_page_posts_on_everything_that_was_typed(client, household, conflict):
    answer, mine = conflict
    posted = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode()):
        posted.setdefault(name, []).append(html.unescape(value))
    assert posted["version"] == ["2"]
    for name, value in mine.items():
        if name != "version":
            assert posted.get(name, []) == (value if isinstance(value, list) else [value]), name


def test_a_third_save_meanwhile_is_a_conflict_again(client, household, conflict):
    _answer, mine = conflict
    change_behind(household, make_user("district"), note="又改")
    answer = again(client, household, mine, choose="each")
    assert "differences" in answer.context
    assert kept(household) == ("河东12号", "", "9组", 3)


def test_a_member_whom_the_other_took_out_is_asked_about_and_may_stay(client, household):
    mine = as_shown(client, household) | {"members-1-labour": "02"}
    theirs = entry_of(household)
    change_behind(household, make_user("district"), members=theirs.members[:1])
    answer = client.post(url("edit", household), mine)
    (difference,) = answer.context["differences"]
    assert difference.is_contested
    again(client, household, mine, choose="each", **{difference.name: "theirs"})
    assert [member.name for member in household.members.all()] == ["张大山"]


def test_a_member_whom_the_other_took_out_comes_back_with_mine(client, household):
    mine = as_shown(client, household) | {"members-1-labour": "02"}
    number = household.members.get(name="王秀英").id_number
    change_behind(household, make_user("district"), members=entry_of(household).members[:1])
    client.post(url("edit", household), mine)
    again(client, household, mine, choose="mine")
    back = household.members.get(name="王秀英")
    assert (back.labour, back.id_number) == ("02", number)


def test_a_member_whom_the_other_added_is_kept_beside_mine(client, household):
    mine = as_shown(client, household) | {"address": "河西1号"}
    added = person(date(2000, 1, 1), name="张小海", relationship="03")
    change_behind(household, make_user("district"), members=[*entry_of(household).members, added])
    client.post(url("edit", household), mine)
    again(client, household, mine, choose="each")
    household.refresh_from_db()
    assert (household.members.count(), household.address) == (3, "河西1号")
    assert household.members.get(name="张小海").id_number == added.id_number


def test_a_conflict_masks_numbers(client, household):
    old = household.members.get(relationship="01").id_number
    mine = as_shown(client, household) | {"address": "河西1号"}
    entry = entry_of(household)
    new = id_number(date(1970, 6, 15))
    entry.members[0].id_number = new
    change_behind(household, make_user("district"), members=entry.members)
    answer = client.post(url("edit", household), mine)
    assert old not in text(answer)
    assert new not in text(answer)


# --- Showing ----------------------------------------------------------------------------------------------------
def test_the_detail_shows_the_household_with_numbers_masked_and_doubts_in_words(client, clerk):
    child = person(CHILD, name="张小海", schooling="01", labour="04")
    household = services.create_household(make_entry(child, bank_account="6222000011112222"), clerk)
    number = household.members.get(relationship="01").id_number
    answer = client.get(url("detail", household))
    shown = text(answer)
    assert f"{number[0]}{'*' * 16}{number[-1]}" in shown
    assert "************2222" in shown
    assert number not in shown
    assert "6222000011112222" not in shown
    assert "Problem(" not in shown
    assert [finding.rule for finding in answer.context["findings"]] == ["H-301", "M-210"]
    assert all(str(finding.known.says) in shown for finding in answer.context["findings"])


@pytest.mark.parametrize("page", ["detail", "history", "edit"])
def test_a_page_of_a_household_asks_as_often_for_many_members_as_for_one(
    client, clerk, page, django_assert_max_num_queries
):
    household = services.create_household(
        make_entry(
            *(person(ADULT, relationship="21") for _n in range(20)), incomes=[income(y) for y in (2013, 2014, 2015)]
        ),
        clerk,
    )
    client.get(url(page, household))
    with django_assert_max_num_queries(30):
        client.get(url(page, household))


@pytest.mark.parametrize("page", ["detail", "history", "edit"])
def test_pages_of_a_person_are_not_kept_by_the_browser(client, household, page):
    assert "no-store" in client.get(url(page, household))["Cache-Control"]


def test_the_history_shows_when_who_and_what_with_numbers_masked(client, household):
    old = household.members.get(relationship="01").id_number
    change_behind(household, make_user("district", name="陆敏"), address="河东12号")
    shown = text(client.get(url("history", household)))
    assert "陆敏" in shown
    assert "蒋国平" in shown
    assert "<ins>河东12号</ins>" in shown
    assert old not in shown


def test_a_number_is_shown_once_for_a_purpose_that_is_written_down(client, household, clerk):
    member = household.members.get(relationship="01")
    answer = client.post(url("reveal", household), {"what": f"id_number:{member.pk}", "purpose": "补贴发放核对"})
    assert member.id_number in text(answer)
    assert "no-store" in answer["Cache-Control"]
    event = AuditEvent.objects.get(action="reveal")
    assert (event.actor, event.reference, event.purpose) == (clerk, household.number, "补贴发放核对")


@pytest.mark.parametrize(
    ("what", "purpose", "status"),
    [
        ("id_number:{pk}", " ", 302),
        ("phone:{pk}", "核对", 302),
        ("id_number", "核对", 302),
        ("", "核对", 302),
        ("id_number:²", "核对", 302),
        ("id_number:0", "核对", 404),
        ("id_number:99999999999999999999", "核对", 404),
    ],
)
def test_nothing_is_revealed_without_a_purpose_or_of_what_is_not_there(client, household, what, purpose, status):
    member = household.members.get(relationship="01")
    answer = client.post(url("reveal", household), {"what": what.format(pk=member.pk), "purpose": purpose})
    assert answer.status_code == status
    assert not AuditEvent.objects.filter(action="reveal").exists()


def test_a_member_of_another_household_is_not_revealed_through_this_one(client, household):
    other = make_household(make_village("320412101201")).members.get()
    answer = client.post(url("reveal", household), {"what": f"id_number:{other.pk}", "purpose": "核对"})
    assert answer.status_code == 404


# --- Finding and listing ----------------------------------------------------------------------------------------
def find(client, number):
    return client.post(reverse("households:find"), {"id_number": number}, follow=True)


def test_a_household_is_found_by_an_id_number_that_stands_in_no_address(client, household):
    number = household.members.get(name="王秀英").id_number
    answer = find(client, f" {number[:6]} {number[6:].lower()}")
    assert answer.redirect_chain == [(url("detail", household), 302)]
    assert client.get(reverse("households:find")).status_code == 405


@pytest.mark.parametrize("number", ["", "320412197006150000", "x" * 5000])
def test_an_id_number_that_nobody_has_leads_back_to_the_list(client, household, number):
    assert find(client, number).redirect_chain == [(LIST, 302)]


def test_an_id_number_out_of_reach_is_not_found(client, household):
    other = make_household(make_village("320412101201")).members.get()
    assert find(client, other.id_number).redirect_chain == [(LIST, 302)]


def test_of_two_households_the_one_where_the_person_is_now_is_found(client, household):
    number = id_number(ADULT)
    make_member(make_household(household.village), id_number=number, left_on=date(2016, 1, 1))
    now = make_household(household.village)
    make_member(now, id_number=number)
    assert find(client, number).redirect_chain == [(url("detail", now), 302)]


def listed(client, **query) -> list[str]:
    return [row.head_name for row in client.get(LIST, query).context["page"]]


def enter(clerk, name: str, **values) -> Household:
    return services.create_household(
        make_entry(members=[person(date(1970, 6, 15), relationship="01", name=name)], **values), clerk
    )


@pytest.fixture
def three(clerk):
    make_village("320412100202", "上游村")
    enter(clerk, "张三")
    enter(clerk, "李思远", attribute="02", main_cause="01")
    enter(clerk, "欧阳修", village="320412100202")
    make_household(make_village("320412101201"), head_name="外人")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["张三", "李思远", "欧阳修"]),
        ({"q": "李"}, ["李思远"]),
        ({"q": " 李思远 "}, ["李思远"]),
        ({"q": "思远"}, []),
        ({"q": "zs"}, ["张三"]),
        ({"q": "LSY"}, ["李思远"]),
        ({"q": "ouyang"}, ["欧阳修"]),
        ({"q": "ou yang xiu"}, ["欧阳修"]),
        ({"q": "zhangs"}, ["张三"]),
        ({"q": "%"}, []),
        ({"q": f"{VILLAGE}00002"}, ["李思远"]),
        ({"q": "320412100202"}, ["欧阳修"]),
        ({"village": "320412100202"}, ["欧阳修"]),
        ({"attribute": "02"}, ["李思远"]),
        ({"main_cause": "01", "attribute": "02"}, ["李思远"]),
        ({"status": "registered"}, []),
        ({"status": "nonsense"}, []),
        ({"sort": "nonsense"}, ["张三", "李思远", "欧阳修"]),
        ({"sort": "head"}, ["李思远", "欧阳修", "张三"]),
        ({"cursor": "forged"}, ["张三", "李思远", "欧阳修"]),
    ],
)
def test_the_list_is_narrowed_and_sorted(client, three, query, names):
    assert listed(client, **query) == names


def test_the_list_shows_what_changed_last_first(client, three, clerk):
    first = Household.objects.get(head_name="张三")
    change_behind(first, clerk, note="改")
    assert listed(client, sort="newest")[0] == "张三"


def test_the_list_does_not_take_id_numbers(client, three):
    number = Member.objects.get(name="张三").id_number
    assert listed(client, q=number) == []


@pytest.mark.parametrize("typed", ["WJ-2016-07", "wj-2016", "2016-07", "WJ-2016-07X"])
def test_the_list_finds_a_number_with_letters_by_its_beginning(client, clerk, typed):
    make_household(make_village(VILLAGE), number="WJ-2016-07")
    assert len(listed(client, q=typed)) == "WJ-2016-07".startswith(typed.upper())


@pytest.mark.parametrize("sort", ["number", "head", "newest"])
def test_pages_go_forth_and_back_over_every_row_once(client, clerk, monkeypatch, sort):
    for number in range(23):
        make_household(make_village(VILLAGE), head_name="张三", head_pinyin=f"zhangsan {number % 3}")
    from fupin.listing import KeysetPage

    monkeypatch.setattr(KeysetPage.__init__, "__defaults__", ("", 5))
    pages, query = [], {"sort": sort}
    while True:
        page = client.get(LIST, query).context["page"]
        pages.append([row.pk for row in page])
        if not page.next_cursor:
            break
        query["cursor"] = page.next_cursor
    keys = [key for page in pages for key in page]
    assert sorted(keys) == sorted(Household.objects.values_list("pk", flat=True))
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    for expected in reversed(pages[:-1]):
        page = client.get(LIST, query | {"cursor": page.previous_cursor}).context["page"]
        assert [row.pk for row in page] == expected
    assert not page.previous_cursor


def test_the_count_stops_at_its_cap(client, three, monkeypatch):
    from fupin import listing

    monkeypatch.setattr(listing.capped_count, "__defaults__", (2,))
    context = client.get(LIST).context
    assert (context["count"], context["count_is_capped"]) == (2, True)


def test_the_list_asks_as_often_for_fifty_households_as_for_one(client, clerk, django_assert_max_num_queries):
    make_household(make_village(VILLAGE))
    client.get(LIST)
    for number in range(60):
        make_household(make_village(f"3204121002{number % 20:02d}"))
    with django_assert_max_num_queries(10):
        assert len(client.get(LIST).context["page"].rows) == 50


def test_the_list_shows_no_id_number_and_no_telephone(client, clerk):
    household = make_household(make_village(VILLAGE), phone="13812345678")
    shown = text(client.get(LIST))
    assert household.members.get().id_number not in shown
    assert "13812345678" not in shown


# --- While typing -----------------------------------------------------------------------------------------------
def test_the_preview_takes_an_unfinished_entry_and_writes_nothing(client, clerk):
    answer = client.post(reverse("households:assess"), new_data(village="") | {"members-0-id_number": "3204"})
    assert answer.status_code == 200
    assert not Household.objects.exists()


def test_the_preview_points_out_what_looks_odd(client, clerk):
    child = member_data("1", name="张小海", relationship="03", id_number=id_number(CHILD))
    answer = client.post(reverse("households:assess"), new_data(members=["0", "1"]) | child)
    assert [warning.code for warning in answer.context["warnings"]] == ["dropout", "no_labour"]


def test_the_preview_says_that_it_rests_on_something_wrong(client, clerk):
    def is_doubtful(**values) -> bool:
        return client.post(reverse("households:assess"), new_data(**values)).context["is_doubtful"]

    assert not is_doubtful()
    assert not is_doubtful(**{"members-0-name": "", "members-0-id_number": ""})
    assert is_doubtful(**{"members-0-id_number": "320483195802304011"})
    assert is_doubtful(incomes=["0"], **{"incomes-0-year": "2015", "incomes-0-wages": "-500"})
    assert is_doubtful(incomes=["0"], **{"incomes-0-year": "2015", "incomes-0-wages": "a lot"})


def test_what_is_wrong_is_listed_in_the_order_of_the_page(client, clerk):
    wrong = {"phone": "12ab", "members-0-relationship": "02", "members-0-id_number": "320483195802304011"}
    forms = client.post(NEW, new_data(**wrong) | {"members-0-name": ""}).context["forms"]
    targets = [finding.target for finding in forms.findings if finding.is_error]
    assert targets == ["members", "id_phone", "id_members-0-name", "id_members-0-id_number"]


def test_a_household_out_of_reach_is_not_previewed(client, clerk):
    other = make_household(make_village("320412101201"))
    assert client.post(reverse("households:assess"), {"number": other.number}).status_code == 404


def test_forms_read_back_what_they_would_post(clerk, household):
    shown = EntryForms(clerk, household=household, entry=entry_of(household))
    posted = EntryForms(clerk, household=household, data=shown.as_data())
    assert posted.can_be_read()
    assert posted.entry().members == entry_of(household).members
