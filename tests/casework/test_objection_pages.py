"""Objections at the desk: who reads what, entering one from paper, answering it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from casework import receipts
from casework.models import Objection
from casework.services import object_to
from casework.statements import Statement
from tests.factories import make_case, make_household, make_notice, make_user, make_village
from tests.worlds import PICTURE

pytestmark = pytest.mark.django_db

TOWNSHIP = "320412100"
SECRETS = ("秘密理由", "王五", "13900001111")


@pytest.fixture
def notice():
    household = make_household(make_village("320412100201", "大成村"), head_name="张大山")
    return make_notice(make_case(household, "village_publicity"))


@pytest.fixture
def objection(notice):
    reason, name, phone = SECRETS
    return object_to(notice, Statement("listed", reason, notice.entries.get(), name=name, phone=phone))


@pytest.fixture
def clerk(client):
    user = make_user("township", TOWNSHIP)
    client.force_login(user)
    return user


def kept_in(answer):
    """The papers that a page keeps for the next try."""
    return re.findall(r'name="kept" value="([^"]+)"', answer.content.decode())


def page_of(client, objection):
    return client.get(reverse("casework:objection", args=[objection.pk])).content.decode()


def test_the_handler_reads_who_objects_and_that_is_kept(client, clerk, objection):
    text = page_of(client, objection)
    assert all(secret in text for secret in SECRETS)
    assert AuditEvent.objects.filter(actor=clerk, action="reveal", reference=objection.receipt).exists()


@pytest.mark.parametrize(
    ("role", "place"), [("village", "320412100201"), ("district", "320412"), ("auditor", "320412")]
)
def test_others_see_that_there_is_one_and_how_far_it_is(client, objection, role, place):
    client.force_login(make_user(role, place))
    text = page_of(client, objection)
    assert receipts.grouped(objection.receipt) in text
    assert not [secret for secret in SECRETS if secret in text]
    listed = client.get(reverse("casework:objections")).content.decode()
    assert objection.receipt in listed
    assert not [secret for secret in SECRETS if secret in listed]


def test_a_file_of_the_list_tells_nothing_of_who_objects(client, clerk, objection):
    text = client.get(reverse("casework:objections"), {"format": "csv"}).content.decode()
    assert objection.receipt in text
    assert not [secret for secret in SECRETS if secret in text]


def test_the_list_is_narrowed(client, clerk, objection):
    url = reverse("casework:objections")
    for asked, is_there in (
        ({"receipt": receipts.grouped(objection.receipt)}, True),
        ({"receipt": "nothing"}, False),
        ({"state": "open"}, True),
        ({"state": "upheld"}, False),
        ({"level": "district"}, False),
        ({"overdue": "on"}, False),
    ):
        assert (objection.receipt in client.get(url, asked).content.decode()) == is_there, asked


def test_the_list_asks_the_database_no_more_for_many(client, clerk, notice, objection, django_assert_max_num_queries):
    for _each in range(10):
        object_to(notice, Statement("omitted", "理由", omitted="赵六"))
    with django_assert_max_num_queries(12):
        client.get(reverse("casework:objections"))


def test_it_is_answered_on_its_page(client, clerk, objection):
    url = reverse("casework:objection", args=[objection.pk])
    values = {
        "state": "not_upheld",
        "answer": "不属实",
        "findings": "走访",
        "version": "1",
    }
    wrong = client.post(url, values | {"answer": "", "papers": SimpleUploadedFile("走访.png", PICTURE)})
    assert wrong.status_code == 422
    assert "走访.png" in wrong.content.decode()
    assert client.post(url, values | {"kept": kept_in(wrong)}).status_code == 302
    objection.refresh_from_db()
    assert (objection.state, objection.papers.count()) == ("not_upheld", 1)
    late = client.post(url, values | {"answer": "第二次"})
    assert late.status_code == 422
    objection.refresh_from_db()
    assert objection.answer == "不属实"


def test_who_opened_the_case_is_told_that_a_colleague_must(client, objection):
    opener = objection.entry.case.opened_by
    opener.role, opener.jurisdiction = "township", TOWNSHIP
    opener.save()
    client.force_login(opener)
    url = reverse("casework:objection", args=[objection.pk])
    answer = client.post(url, {"state": "upheld", "answer": "属实", "findings": "查", "version": "1"})
    assert answer.status_code == 422
    assert Objection.objects.get().state == "open"


def test_one_on_paper_is_entered_once_and_its_receipt_printed(client, clerk, notice):
    url = reverse("casework:objection-new", args=[notice.pk])
    values = {
        "ground": "omitted",
        "omitted": "赵六，5组",
        "text": "他家最困难",
        "name": "赵六",
        "received_on": timezone.localdate().isoformat(),
        "token": receipts.token_of(receipts.new_receipt()),
    }
    assert client.post(url, values | {"received_on": "2016-01-01"}).status_code == 422
    for _time in range(2):
        answer = client.post(url, values)
    objection = Objection.objects.get()
    assert answer["Location"] == reverse("casework:objection-receipt", args=[objection.pk])
    text = client.get(answer["Location"]).content.decode()
    assert receipts.code_of(objection.receipt) in text
    assert "赵六" not in text
