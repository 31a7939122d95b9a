"""A household on paper: what stands on its forms, masked unless revealed for a purpose, and the audit of both."""

import html
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from assistance.models import Cadre, Delivery, Grant, HelpingUnit, Measure, Pairing, Visit
from fupin import printing
from tests.factories import make_fact, make_household, make_income, make_user, make_village

pytestmark = pytest.mark.django_db

DAY = date(2016, 3, 1)
ACCOUNT = "6222021105001234567"


@pytest.fixture
def household():
    village = make_village("320412100201", "河口村")
    household = make_household(
        village, head_name="张大山", members=2, group="3组", phone="13800001111", bank_account=ACCOUNT,
        status="registered", registered_on=DAY,
    )  # fmt: skip
    make_income(household, wages="8123.45")
    make_fact(household, "subsistence", DAY, note="低保证12号")
    return household


@pytest.fixture
def clerk(client):
    user = make_user("township", "320412100")
    client.force_login(user)
    return user


@pytest.fixture
def help_given(household):
    unit = HelpingUnit.objects.create(code="U-1", name="区交通局")
    cadre = Cadre.objects.create(code="C-1", name="刘帮扶", unit=unit, phone="13900002222")
    Pairing.objects.create(household=household, cadre=cadre, started_on=DAY)
    Visit.objects.create(household=household, cadre=cadre, visited_on=DAY, situation="屋顶漏雨", needs="修屋顶")
    measure = Measure.objects.create(code="M-1", name="住房改造", pillar="safety_net", unit_label="元")
    grant = Grant.objects.create(household=household, measure=measure, started_on=DAY)
    Delivery.objects.create(
        grant=grant, delivered_on=DAY, form="money", amount="3500.50", payer="区住建局", evidence="1号"
    )


def url(form, household) -> str:
    return reverse(f"households:print-{form}", args=[household.number])


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def numbers(household) -> list[str]:
    return [member.id_number for member in household.members.all()]


def test_the_registration_form_holds_what_was_entered_once(client, clerk, household, help_given):
    answer = client.get(url("registration", household))
    shown = text(answer)
    for wanted in ("张大山", "张大山1", "河口村", "3组", "13800001111", "8,123.45", "低保证12号", "刘帮扶"):
        assert wanted in shown
    assert household.members.first().masked_id_number in shown
    assert "no-store" in answer["Cache-Control"]


def test_the_handbook_holds_who_helps_with_what(client, clerk, household, help_given):
    shown = text(client.get(url("handbook", household)))
    for wanted in ("刘帮扶", "区交通局", "13900002222", "住房改造", "3,500.50", "区住建局", "屋顶漏雨", "修屋顶"):
        assert wanted in shown


@pytest.mark.parametrize("form", ["registration", "handbook"])
@pytest.mark.parametrize("query", ["", "?full=1", "?full=1&purpose=x"])
def test_no_number_stands_on_a_form_in_full_by_itself(client, clerk, household, form, query):
    shown = text(client.get(url(form, household) + query))
    assert not [number for number in [*numbers(household), ACCOUNT] if number in shown]


def test_numbers_in_full_are_revealed_for_a_purpose(client, clerk, household):
    answer = client.post(url("registration", household), {"purpose": "核对户口簿"})
    assert all(number in text(answer) for number in numbers(household))
    assert ACCOUNT not in text(answer)
    assert "no-store" in answer["Cache-Control"]
    reveals = AuditEvent.objects.filter(action="reveal", reference=household.number, actor=clerk)
    assert [event.purpose for event in reveals] == ["核对户口簿"] * 2


def test_numbers_in_full_can_be_had_as_a_pdf(client, clerk, household):
    answer = client.post(url("registration", household), {"purpose": "核对户口簿", "format": "pdf"})
    assert answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="reveal").count() == 2


def test_without_a_purpose_nothing_is_revealed(client, clerk, household):
    answer = client.post(url("registration", household), {"purpose": " "})
    assert answer.status_code == 422
    assert not [number for number in numbers(household) if number in text(answer)]
    assert not AuditEvent.objects.filter(action="reveal").exists()


def test_who_may_not_reveal_gets_no_number(client, household):
    client.force_login(make_user("auditor"))
    assert client.post(url("registration", household), {"purpose": "核对"}).status_code == 403
    assert "full=1" not in text(client.get(url("registration", household)))


@pytest.mark.parametrize("form", ["registration", "handbook"])
def test_a_form_as_pdf_is_named_by_number_and_written_down(client, clerk, household, help_given, form):
    answer = client.get(url(form, household), {"format": "pdf"})
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="{form}-{household.number}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    event = AuditEvent.objects.get(action="export")
    assert (event.actor, event.subject, event.reference) == (clerk, "household", household.number)
    assert event.details == {"form": form, "format": "pdf"}


def test_where_no_pdf_can_be_made_the_page_says_what_is_missing(client, clerk, household, monkeypatch):
    def cannot():
        raise printing.CannotPrint

    monkeypatch.setattr(printing, "_weasyprint", cannot)
    answer = client.get(url("registration", household), {"format": "pdf"})
    assert answer.status_code == 503
    assert "libpango-1.0-0" in text(answer)
    assert "fonts-noto-cjk" in text(answer)
    assert not AuditEvent.objects.filter(action="export").exists()
    assert client.get(url("registration", household)).status_code == 200


def test_a_household_out_of_reach_has_no_forms(client, household):
    client.force_login(make_user("township", "320412101"))
    assert client.get(url("registration", household)).status_code == 404
    assert client.get(url("handbook", household)).status_code == 404


def test_the_page_of_a_household_leads_to_its_forms(client, clerk, household):
    shown = text(client.get(reverse("households:detail", args=[household.number])))
    assert url("registration", household) in shown
    assert url("handbook", household) in shown
