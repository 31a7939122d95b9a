"""Accounts as administrators keep them, what ends with a change, and the record of who did what."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.choices import AuditAction
from accounts.models import AuditEvent, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NEW = reverse("accounts:create")
ENTRY = {"username": "qianhuang-01", "name": "陆敏", "role": "township", "jurisdiction": "320412101", "phone": ""}


@pytest.fixture
def admin(client):
    user = make_user("administrator")
    client.force_login(user)
    return user


def edit(client, user: User, **values):
    kept = {"name": user.name, "role": user.role, "jurisdiction": user.jurisdiction, "phone": user.phone}
    kept |= {"is_active": "on"} if user.is_active else {}
    return client.post(reverse("accounts:edit", args=[user.pk]), {k: v for k, v in (kept | values).items() if v})


class TestNewAccount:
    def test_it_is_made_with_a_password_that_is_shown_once_and_must_be_changed(self, client, admin):
        answer = client.post(NEW, ENTRY)
        password = answer.context["password"]
        assert password in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        user = User.objects.get(username="qianhuang-01")
        assert user.check_password(password)
        assert user.must_change_password
        assert (user.role, user.jurisdiction, user.is_staff) == ("township", "320412101", False)
        event = AuditEvent.objects.get(subject="account")
        assert (event.actor, event.reference) == (admin, "qianhuang-01")
        assert password not in str(event.details)

    @pytest.mark.parametrize(
        ("role", "code", "fits"),
        [
            ("village", "320412101201", True),
            ("village", "320412101", False),
            ("township", "320412101", True),
            ("township", "320412101201", False),
            ("township", "", False),
            ("township", "32041210x", False),
            ("district", "320412", True),
            ("district", "320413", False),
            ("auditor", "320412", True),
            ("administrator", "320412", True),
            ("administrator", "", False),
            ("cadre", "", True),
            ("cadre", "320412", False),
            ("contact", "", True),
            ("contact", "320412101", False),
        ],
    )
    def test_role_and_jurisdiction_must_agree(self, client, admin, role, code, fits):
        answer = client.post(NEW, ENTRY | {"role": role, "jurisdiction": code})
        assert User.objects.filter(username="qianhuang-01").exists() == fits
        if not fits:
            assert list(answer.context["form"].errors) == ["jurisdiction"]
            assert answer.context["form"]["name"].value() == "陆敏"

    def test_a_user_name_is_given_once(self, client, admin):
        client.post(NEW, ENTRY)
        assert list(client.post(NEW, ENTRY).context["form"].errors) == ["username"]


class TestEditedAccount:
    @pytest.fixture
    def clerk(self):
        return make_user("township", "320412101")

    @pytest.mark.parametrize(
        "values", [{"role": "district", "jurisdiction": "320412"}, {"jurisdiction": "320412102"}, {"is_active": ""}]
    )
    def test_what_changes_the_reach_ends_sessions_and_tokens_at_once(self, client, admin, clerk, values):
        theirs, key = Client(), services.issue_token(clerk)
        theirs.force_login(clerk)
        assert edit(client, clerk, **values).status_code == 302
        assert theirs.get("/desk/").status_code == 302
        asked = Client().get("/api/v1/households/", headers={"Authorization": f"Token {key}"})
        assert asked.status_code == 401

    def test_another_name_ends_nothing(self, client, admin, clerk):
        theirs = Client()
        theirs.force_login(clerk)
        edit(client, clerk, name="王秀英")
        assert theirs.get("/desk/").status_code == 200
        event = AuditEvent.objects.get(subject="account")
        assert event.details == {"fields": ["name"]}

    def test_nothing_changed_writes_nothing_down(self, client, admin, clerk):
        edit(client, clerk)
        assert not AuditEvent.objects.exists()

    @pytest.mark.parametrize("values", [{"role": "auditor"}, {"is_active": ""}])
    def test_nobody_shuts_themselves_out(self, client, admin, values):
        answer = edit(client, admin, **values)
        assert answer.status_code == 200
        assert answer.context["form"].non_field_errors()
        admin.refresh_from_db()
        assert (admin.role, admin.is_active) == ("administrator", True)

    def test_a_new_password_ends_sessions_and_must_be_changed(self, client, admin, clerk):
        theirs = Client()
        theirs.force_login(clerk)
        answer = client.post(reverse("accounts:reset", args=[clerk.pk]))
        clerk.refresh_from_db()
        assert clerk.check_password(answer.context["password"])
        assert clerk.must_change_password
        assert theirs.get("/desk/").status_code == 302


def test_initial_passwords_are_long_plain_and_never_alike():
    passwords = {services.initial_password() for _time in range(200)}
    assert len(passwords) == 200
    assert {len(password) for password in passwords} == {17}
    assert not set("".join(passwords)) & set("01loi")


class TestAudit:
    @pytest.fixture
    def event(self):
        return services.record(
            make_user("district"), AuditAction.REVEAL, "household", "32041210120100001", purpose="核对"
        )

    @pytest.mark.parametrize("role", ["auditor", "administrator"])
    def test_who_may_reads_who_did_what_to_which(self, client, event, role):
        client.force_login(make_user(role))
        page = client.get(reverse("accounts:audit")).content.decode()
        for told in (event.actor.name, "查看个人信息明文", "32041210120100001", "核对"):
            assert told in page

    def test_an_event_is_neither_changed_nor_deleted(self, event):
        event.purpose = "别的"
        with pytest.raises(ValueError, match="written once"):
            event.save()
        with pytest.raises(ValueError, match="not deleted"):
            event.delete()
