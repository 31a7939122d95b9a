"""Cases and lists on paper: what stands on each form, and what must not."""

import html
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from casework.models import CaseEvent
from tests.factories import make_case, make_household, make_notice, make_user, make_village

pytestmark = pytest.mark.django_db

APPRAISAL = {
    "on": "2016-03-09", "place": "村部会议室", "chaired_by": "赵主持", "entitled": 41, "attending": 37,
    "in_favour": 33, "against": 3, "abstained": 1, "opinion": "情况属实",
}  # fmt: skip


@pytest.fixture
def village():
    return make_village("320412100201", "河口村")


@pytest.fixture
def household(village):
    return make_household(village, head_name="张大山", members=3, group="3组", phone="13800001111", main_cause="01")


@pytest.fixture
def case(household):
    return make_case(household, "appraisal", ground="因病致贫申请")


@pytest.fixture
def clerk(client):
    user = make_user("township", "320412100", phone="86511111")
    client.force_login(user)
    return user


def url(form, subject) -> str:
    return reverse(f"casework:print-{form}", args=[subject.pk])


def text(answer) -> str:
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def numbers(household) -> list[str]:
    return [member.id_number for member in household.members.all()]


def test_the_application_is_filled_in(client, clerk, case, household):
    answer = client.get(url("application", case))
    shown = text(answer)
    for wanted in ("张大山", "张大山2", "河口村", "3组", "因病致贫申请", household.number):
        assert wanted in shown
    assert not [number for number in numbers(household) if number in shown]
    assert "no-store" in answer["Cache-Control"]


def test_the_minutes_say_what_was_written_down(client, clerk, case):
    CaseEvent.objects.create(
        case=case, step="appraise", to_stage="to_publicise", actor=case.opened_by, details=APPRAISAL
    )
    minutes = client.get(url("appraisal", case)).context["minutes"]
    assert (minutes.on, minutes.attending, minutes.in_favour, minutes.passed) == (date(2016, 3, 9), 37, 33, True)
    shown = text(client.get(url("appraisal", case)))
    for wanted in ("村部会议室", "赵主持", "<td>41</td>", "<td>33</td>", "情况属实"):
        assert wanted in shown


def test_minutes_of_an_appraisal_that_was_not_passed_say_why(client, clerk, case):
    CaseEvent.objects.create(
        case=case, step="not_passed", to_stage="rejected", actor=case.opened_by, details=APPRAISAL, reason="收入超线"
    )
    answer = client.get(url("appraisal", case))
    assert "收入超线" in text(answer)
    assert answer.context["minutes"].passed is False


def test_minutes_are_blank_before_the_meeting(client, clerk, case):
    answer = client.get(url("appraisal", case))
    assert "None" not in text(answer)
    assert answer.context["minutes"].passed is None


def test_a_refusal_says_why_and_where_to_ask(client, clerk, case):
    case.stage = "rejected"
    case.save()
    CaseEvent.objects.create(case=case, step="reject", to_stage="rejected", actor=clerk, reason="名下有营运车辆")
    shown = text(client.get(url("refusal", case)))
    for wanted in ("张大山", "名下有营运车辆", "86511111"):
        assert wanted in shown


def test_a_case_has_only_the_forms_of_its_kind(client, clerk, case, household):
    assert client.get(url("refusal", case)).status_code == 404
    change = make_case(make_household(household.village), "township_review", kind="member_change")
    for form in ("application", "appraisal", "refusal"):
        assert client.get(url(form, change)).status_code == 404


def test_the_page_of_a_case_leads_to_its_forms(client, clerk, case):
    shown = text(client.get(reverse("casework:detail", args=[case.pk])))
    assert url("application", case) in shown
    assert url("appraisal", case) in shown
    assert url("refusal", case) not in shown


def test_forms_are_for_those_in_whose_reach_the_case_is(client, case):
    client.force_login(make_user("township", "320412101"))
    for subject, form in ((case, "application"), (case, "appraisal"), (make_notice(case), "notice")):
        assert client.get(url(form, subject)).status_code == 404


# --- The sheet that is posted ---------------------------------------------------------------------------------------
def test_the_posting_sheet_holds_the_list_and_nothing_personal(client, clerk, case, household):
    notice = make_notice(case)
    shown = text(client.get(url("notice", notice)))
    for wanted in (notice.number, "河口村", "3组", "张大山", "<td>3</td>", "镇扶贫办 86500000"):
        assert wanted in shown
    for hidden in (*numbers(household), household.phone, household.number, "因病致贫申请", "张大山1"):
        assert hidden not in shown


def test_who_was_drawn_out_is_not_posted(client, clerk, case, village):
    other = make_case(make_household(village, head_name="李退出"), "village_publicity")
    notice = make_notice(case, other)
    notice.entries.filter(case=other).update(drawn_out_at=timezone.now())
    assert "李退出" not in text(client.get(url("notice", notice)))


def test_the_statutory_list_names_no_group(client, clerk, case):
    shown = text(client.get(url("notice", make_notice(case)), {"variant": "statutory"}))
    assert "张大山" in shown
    assert "3组" not in shown


@pytest.mark.parametrize(("paper", "used"), [("", "a4"), ("a3", "a3"), ("letter", "a4")])
def test_the_sheet_is_printed_on_a4_or_a3(client, clerk, case, paper, used):
    assert f'class="paper-{used}"' in text(client.get(url("notice", make_notice(case)), {"paper": paper}))


def test_the_qr_code_leads_to_the_public_page(client, clerk, case, settings):
    notice = make_notice(case)
    path = reverse("portal:notice", args=[notice.code])
    settings.FUPIN_SITE_URL = "https://fupin.example"
    answer = client.get(url("notice", notice))
    assert answer.context["public_address"] == f"https://fupin.example{path}"
    assert "data:image/svg+xml" in text(answer)
    settings.FUPIN_SITE_URL = ""
    assert client.get(url("notice", notice)).context["public_address"] == f"http://testserver{path}"


def test_an_announcement_bears_its_document_number(client, clerk, case):
    notice = make_notice(case, kind="announcement", number="武政发〔2016〕8号")
    answer = client.get(url("notice", notice))
    assert "武政发〔2016〕8号" in text(answer)
    assert answer.context["is_announcement"]


def test_every_form_is_made_as_a_pdf_and_written_down(client, clerk, case):
    case.stage = "rejected"
    case.save()
    forms = {"application": case, "appraisal": case, "refusal": case, "notice": make_notice(case)}
    for form, subject in forms.items():
        answer = client.get(url(form, subject), {"format": "pdf"})
        assert answer.content.startswith(b"%PDF")
        assert answer["Content-Disposition"] == f'inline; filename="{form}-{subject.pk}.pdf"'
        event = AuditEvent.objects.filter(action="export").latest("pk")
        assert (event.reference, event.details) == (str(subject.pk), {"form": form, "format": "pdf"})
    assert AuditEvent.objects.filter(action="export").count() == 4
