"""The desk's pages of units and cadres, of the villages that units are linked with, and the contact's first page."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from assistance.models import Cadre, HelpingUnit
from tests.assistance.makers import (
    ago,
    make_cadre,
    make_linkage,
    make_pairing,
    make_unit,
    make_visit,
    today,
)
from tests.factories import make_household, make_user, make_village

pytestmark = pytest.mark.django_db

UNIT = {"code": "DW900", "name": "区总工会", "level": "04", "contact_name": "", "phone": "", "is_active": "on"}


@pytest.fixture
def manager(client):
    user = make_user("district")
    client.force_login(user)
    return user


def errors(answer) -> dict:
    return answer.context["form"].errors


@pytest.mark.parametrize("name", ["assistance:units", "assistance:cadres"])
@pytest.mark.parametrize("rows", [1, 20])
def test_the_lists_ask_as_often_for_many_rows_as_for_one(client, manager, name, rows, django_assert_max_num_queries):
    for _row in range(rows):
        make_pairing()
    with django_assert_max_num_queries(7):
        assert client.get(reverse(name)).context["count"] == rows


def test_the_list_of_cadres_tells_their_load_and_who_has_none(client, manager):
    busy, idle = make_cadre(), make_cadre()
    for _household in range(3):
        make_pairing(cadre=busy)
    make_pairing(cadre=idle, ended_on=ago(1))
    rows = client.get(reverse("assistance:cadres")).context["page"].rows
    assert {cadre.pk: cadre.load for cadre in rows} == {busy.pk: 3, idle.pk: 0}
    assert client.get(reverse("assistance:cadres"), {"paired": "0"}).context["page"].rows == [idle]


def test_a_unit_is_entered_and_edited_with_its_contacts(client, manager):
    contact = make_user("contact")
    answer = client.post(reverse("assistance:unit-new"), UNIT | {"contacts": [contact.pk]})
    unit = HelpingUnit.objects.get(code="DW900")
    assert answer["Location"] == reverse("assistance:unit", args=[unit.pk])
    assert list(unit.contacts.all()) == [contact]
    assert "code" in errors(client.post(reverse("assistance:unit-new"), UNIT))
    client.post(reverse("assistance:unit-edit", args=[unit.pk]), UNIT | {"name": "区工会", "contacts": []})
    unit.refresh_from_db()
    assert unit.name == "区工会"
    assert not unit.contacts.exists()
    assert AuditEvent.objects.filter(actor=manager, reference="DW900").count() == 2


def test_only_accounts_of_contacts_speak_for_a_unit(client, manager):
    answer = client.post(reverse("assistance:unit-new"), UNIT | {"contacts": [make_user("township").pk]})
    assert "contacts" in errors(answer)
    assert not HelpingUnit.objects.exists()


def test_a_unit_in_use_is_not_closed(client, manager):
    linked = make_unit()
    make_linkage(make_village(), linked)
    paired = make_pairing().cadre.unit
    for unit in (linked, paired):
        values = UNIT | {"code": unit.code, "name": unit.name}
        del values["is_active"]
        answer = client.post(reverse("assistance:unit-edit", args=[unit.pk]), values)
        assert "is_active" in errors(answer)
        unit.refresh_from_db()
        assert unit.is_active


def test_a_cadre_is_entered_and_edited(client, manager):
    unit, account = make_unit(), make_user("cadre")
    values = {"code": "GB900", "name": "徐海波", "unit": unit.pk, "position": "科员", "phone": "", "user": account.pk}
    answer = client.post(reverse("assistance:cadre-new", args=[unit.pk]), values | {"is_active": "on"})
    cadre = Cadre.objects.get(code="GB900")
    assert answer["Location"] == reverse("assistance:cadre", args=[cadre.pk])
    assert (cadre.user, cadre.unit) == (account, unit)
    other = make_cadre(with_account=False)
    answer = client.post(
        reverse("assistance:cadre-edit", args=[other.pk]),
        values | {"code": other.code, "is_active": "on"},
    )
    assert "user" in errors(answer)


def test_a_cadre_with_households_is_not_closed_and_says_how_many(client, manager):
    cadre = make_pairing().cadre
    values = {"code": cadre.code, "name": cadre.name, "unit": cadre.unit_id, "user": cadre.user_id}
    answer = client.post(reverse("assistance:cadre-edit", args=[cadre.pk]), values)
    assert "1" in errors(answer)["is_active"][0]
    cadre.pairings.update(ended_on=today())
    assert client.post(reverse("assistance:cadre-edit", args=[cadre.pk]), values).status_code == 302


def test_a_refused_edit_leaves_the_way_back_as_it_was(client, manager):
    unit = make_unit(name="区科协")
    answer = client.post(reverse("assistance:unit-edit", args=[unit.pk]), UNIT | {"name": "改名", "level": "99"})
    assert ("区科协", reverse("assistance:unit", args=[unit.pk])) in answer.context["crumbs"]


def test_a_village_is_linked_and_the_linkage_ended(client, manager):
    unit, village = make_unit(), make_village(name="示例村")
    url = reverse("assistance:link", args=[unit.pk])
    assert client.post(url, {"village": village.pk, "started_on": ago(5)}).status_code == 302
    assert "village" in errors(client.post(url, {"village": "", "started_on": ago(5)}))
    again = client.post(url, {"village": village.pk, "started_on": today()})
    assert again.status_code == 200
    assert errors(again)
    linkage = unit.linkages.get()
    for page in (reverse("assistance:unit", args=[unit.pk]), reverse("villages:detail", args=[village.pk])):
        text = client.get(page).content.decode()
        assert ago(5).isoformat() in text
        assert unit.name in text
    end = reverse("assistance:linkage-end", args=[linkage.pk])
    assert "ended_on" in errors(client.post(end, {"ended_on": ago(6)}))
    assert client.post(end, {"ended_on": today()}).status_code == 302
    linkage.refresh_from_db()
    assert linkage.ended_on == today()


def test_a_village_out_of_reach_is_not_offered_nor_taken(client, manager):
    unit, far = make_unit(), make_village("320413100201")
    answer = client.post(reverse("assistance:link", args=[unit.pk]), {"village": far.pk, "started_on": today()})
    assert "village" in errors(answer)
    assert not unit.linkages.exists()


def test_the_page_of_a_cadre_shows_only_households_within_reach(client):
    cadre = make_cadre()
    near = make_pairing(make_household(head_name="欧阳大川"), cadre)
    make_pairing(make_household(make_village("320413100201"), head_name="诸葛二河"), cadre)
    client.force_login(make_user("township", "320412100"))
    page = client.get(reverse("assistance:cadre", args=[cadre.pk])).content.decode()
    assert near.household.head_name in page
    assert "诸葛二河" not in page


def test_the_village_page_tells_how_many_registered_households_are_paired(client, manager):
    village = make_village()
    make_pairing(make_household(village, status="registered", registered_on=ago(90)))
    for _household in range(3):
        make_household(village, status="registered", registered_on=ago(90))
    make_household(village)
    page = client.get(reverse("villages:detail", args=[village.pk])).content.decode()
    assert "1 (25%)" in page


def test_a_contact_begins_at_the_unit_with_its_cadres_villages_and_households(client, django_assert_max_num_queries):
    contact = make_user("contact")
    unit = make_unit(contacts=[contact])
    make_linkage(make_village(name="示例村"), unit)
    cadre = make_cadre(unit, name="徐海波")
    overdue = make_pairing(make_household(head_name="欧阳大川"), cadre, started_on=ago(400))
    make_visit(make_pairing(cadre=cadre))
    foreign = make_pairing(make_household(head_name="诸葛二河"))
    client.force_login(contact)
    assert client.get(reverse("accounts:home"))["Location"] == reverse("assistance:my-unit")
    with django_assert_max_num_queries(10):
        answer = client.get(reverse("assistance:my-unit"))
    page = answer.content.decode()
    for text in (unit.name, "徐海波", "示例村", "欧阳大川"):
        assert text in page
    assert foreign.household.head_name not in page
    assert answer.context["due"] == {overdue.pk}
    assert answer.context["paired_count"] == 2


def test_a_contact_of_no_unit_is_told_so(client):
    client.force_login(make_user("contact"))
    assert client.get(reverse("assistance:my-unit")).context["units"] == []
