"""Signing in and out, one's own password and token, and what ends a session."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from accounts import services
from accounts.choices import AuditAction, Role
from accounts.models import AuditEvent
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LOGIN, LOGOUT, HOME = reverse("accounts:login"), reverse("accounts:logout"), reverse("accounts:home")
PASSWORD_PAGE, TOKEN_PAGE = reverse("accounts:password"), reverse("accounts:token")
PASSWORD, NEW_PASSWORD = "a-long-passphrase", "shan-tian-shui-2946"


@pytest.fixture
def clerk():
    return make_user("township")


def sign_in(client: Client, username: str, password: str = PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestSigningIn:
    def test_the_right_password_leads_home_and_is_written_down(self, client, clerk):
        answer = sign_in(client, clerk.username)
        assert (answer.status_code, answer["Location"]) == (302, HOME)
        event = AuditEvent.objects.get()
        assert (event.actor, event.action, event.reference) == (clerk, AuditAction.SIGN_IN, clerk.username)

    @pytest.mark.parametrize(
        ("role", "home"),
        [
            ("village", "/desk/"),
            ("township", "/desk/"),
            ("district", "/desk/"),
            ("auditor", "/desk/"),
            ("administrator", "/desk/"),
            ("cadre", "/my/"),
            ("contact", "/desk/assistance/my-unit/"),
        ],
    )
    def test_each_role_begins_at_its_own_work(self, client, role, home):
        client.force_login(make_user(role))
        answer = client.get(HOME)
        assert answer["Location"] == home
        assert client.get(home).status_code == 200

    def test_every_role_is_in_the_test_above(self):
        marks = self.test_each_role_begins_at_its_own_work.pytestmark
        assert {role for role, _home in marks[0].args[1]} == set(Role)

    def test_a_wrong_name_a_wrong_password_and_a_closed_account_get_one_answer(self, client, clerk):
        closed = make_user("village", is_active=False)
        answers = [
            sign_in(client, "nobody"),
            sign_in(client, clerk.username, "wrong"),
            sign_in(client, closed.username),
        ]
        messages = {str(answer.context["form"].non_field_errors()) for answer in answers}
        assert len(messages) == 1
        assert "用户名或密码不正确" in messages.pop()
        assert not is_signed_in(client)
        assert not AuditEvent.objects.exists()

    def test_the_page_that_was_asked_for_comes_next_unless_it_is_elsewhere(self, client, clerk):
        assert sign_in(client, clerk.username, next="/desk/households/")["Location"] == "/desk/households/"
        for foreign in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
            assert sign_in(Client(), clerk.username, next=foreign)["Location"] == HOME

    def test_somebody_who_is_signed_in_is_not_asked_again(self, client, clerk):
        client.force_login(clerk)
        assert client.get(LOGIN)["Location"] == HOME

    def test_signing_out_is_asked_for_by_post_and_written_down(self, client, clerk):
        client.force_login(clerk)
        assert client.get(LOGOUT).status_code == 405
        assert is_signed_in(client)
        client.post(LOGOUT)
        assert not is_signed_in(client)
        assert AuditEvent.objects.get().action == AuditAction.SIGN_OUT


class TestTooManyAttempts:
    def attempts(self, client, username: str, times: int):
        for _attempt in range(times):
            answer = sign_in(client, username, "wrong")
        return answer

    def test_the_fifth_wrong_password_locks_the_account_at_this_address(self, client, clerk):
        assert self.attempts(client, clerk.username, 4).status_code == 200
        locked = self.attempts(client, clerk.username, 1)
        assert locked.status_code == 429
        assert "分钟" in locked.content.decode()
        assert sign_in(client, clerk.username).status_code == 429
        assert not is_signed_in(client)

    def test_others_at_the_address_and_the_person_elsewhere_still_get_in(self, client, clerk):
        self.attempts(client, clerk.username, 5)
        assert sign_in(Client(), make_user("village").username).status_code == 302
        assert sign_in(Client(REMOTE_ADDR="203.0.113.7"), clerk.username).status_code == 302

    def test_it_opens_again_after_a_quarter_of_an_hour(self, client, clerk, time_machine):
        time_machine.move_to("2016-03-01 09:00:00+08:00", tick=False)
        self.attempts(client, clerk.username, 5)
        time_machine.move_to("2016-03-01 09:14:00+08:00", tick=False)
        assert sign_in(client, clerk.username).status_code == 429
        time_machine.move_to("2016-03-01 09:31:00+08:00", tick=False)
        assert sign_in(client, clerk.username).status_code == 302

    def test_the_right_password_begins_the_count_anew(self, client, clerk):
        self.attempts(client, clerk.username, 4)
        sign_in(client, clerk.username)
        client.post(LOGOUT)
        assert self.attempts(client, clerk.username, 4).status_code == 200


class TestOwnPassword:
    def change(self, client, old: str = PASSWORD, new: str = NEW_PASSWORD, again: str = ""):
        return client.post(PASSWORD_PAGE, {"old_password": old, "new_password1": new, "new_password2": again or new})

    def test_it_changes_and_only_this_session_goes_on(self, client, clerk):
        elsewhere = Client()
        for one in (client, elsewhere):
            sign_in(one, clerk.username)
        key = services.issue_token(clerk)
        answer = self.change(client)
        assert answer["Location"] == HOME
        assert [str(message) for message in get_messages(answer.wsgi_request)]
        assert client.get("/desk/").status_code == 200
        assert elsewhere.get("/desk/").status_code == 302
        assert not Token.objects.filter(key=key).exists()
        assert sign_in(Client(), clerk.username, NEW_PASSWORD).status_code == 302

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"old": "wrong"}, "old_password"),
            ({"again": "another-one-5521"}, "new_password2"),
            ({"new": "short1"}, "new_password2"),
            ({"new": "2946294629462946"}, "new_password2"),
            ({"new": "password123"}, "new_password2"),
        ],
    )
    def test_what_does_not_do_is_said_beside_the_field(self, client, clerk, values, field):
        client.force_login(clerk)
        answer = self.change(client, **values)
        assert list(answer.context["form"].errors) == [field]
        clerk.refresh_from_db()
        assert clerk.check_password(PASSWORD)

    def test_a_password_that_somebody_else_set_must_be_changed_first(self, client, clerk):
        clerk.must_change_password = True
        clerk.save()
        client.force_login(clerk)
        assert client.get("/desk/households/")["Location"] == PASSWORD_PAGE
        assert client.get("/api/v1/households/").status_code == 403
        self.change(client)
        assert client.get("/desk/households/").status_code == 200


class TestOwnToken:
    def asks(self, key: str) -> int:
        return Client().get("/api/v1/households/", headers={"Authorization": f"Token {key}"}).status_code

    def test_it_is_shown_once_replaced_and_revoked(self, client, clerk):
        client.force_login(clerk)
        first = client.post(TOKEN_PAGE).context["new_key"]
        assert self.asks(first) == 200
        assert first not in client.get(TOKEN_PAGE).content.decode()
        second = client.post(TOKEN_PAGE).context["new_key"]
        assert (self.asks(first), self.asks(second)) == (401, 200)
        client.post(TOKEN_PAGE, {"revoke": "1"})
        assert self.asks(second) == 401
        issued = AuditEvent.objects.filter(subject="token").order_by("pk").values_list("details", flat=True)
        assert list(issued) == [{"issued": True}, {"issued": True}, {"issued": False}]
