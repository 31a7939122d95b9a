"""The pages of importing, from the template to the register, for those who may."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fupin import jobs
from households.models import Household, ImportBatch
from tests.factories import make_user, make_village
from tests.households.imports.workbooks import VILLAGE, Book

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    make_village(VILLAGE)
    user = make_user("township", VILLAGE[:9])
    client.force_login(user)
    return user


def upload(client, content: bytes, name: str = "三月.xlsx"):
    return client.post(reverse("households:import"), {"file": SimpleUploadedFile(name, content)}, follow=True)


def book() -> Book:
    made = Book()
    made.household()
    return made


def test_the_way_from_the_upload_to_the_register(client, clerk):
    page = upload(client, book().content())
    batch = ImportBatch.objects.get()
    assert 'hx-trigger="every 2s"' in page.text
    jobs.run(batch.job_id)
    url = reverse("households:import-detail", args=[batch.pk])
    preview = client.get(url)
    assert reverse("households:import-apply", args=[batch.pk]) in preview.text
    client.post(reverse("households:import-apply", args=[batch.pk]))
    batch.refresh_from_db()
    jobs.run(batch.applying_job_id)
    assert Household.objects.count() == 1
    assert reverse("households:import-apply", args=[batch.pk]) not in client.get(url).text


def test_errors_stand_on_the_page_and_in_the_report(client, clerk):
    made = book()
    made.rows["年度收入"][0]["工资性收入"] = "约五千"
    upload(client, made.content())
    batch = ImportBatch.objects.get()
    jobs.run(batch.job_id)
    page = client.get(reverse("households:import-detail", args=[batch.pk]))
    assert "约五千" in page.text
    report = client.get(reverse("households:import-report", args=[batch.pk]))
    workbook = openpyxl.load_workbook(BytesIO(b"".join(report.streaming_content)))
    assert workbook.sheetnames[0] == "检查结果"
    client.post(reverse("households:import-apply", args=[batch.pk]))
    assert not Household.objects.exists()


def test_an_empty_file_is_told_beside_the_field(client, clerk):
    page = upload(client, b"")
    assert page.status_code == 200
    assert page.context["form"].errors["file"]
    assert not ImportBatch.objects.exists()


def test_the_same_file_uploaded_twice_is_one_import(client, clerk):
    content = book().content()
    upload(client, content)
    jobs.run(ImportBatch.objects.get().job_id)
    upload(client, content)
    assert ImportBatch.objects.count() == 1


def test_the_template_is_a_workbook(client, clerk):
    answer = client.get(reverse("households:import-template"))
    workbook = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert workbook.sheetnames[:4] == ["户信息", "家庭成员", "年度收入", "情况核查"]


def test_an_import_of_another_person_is_not_found(client, clerk):
    upload(client, book().content())
    batch = ImportBatch.objects.get()
    client.force_login(make_user("township", VILLAGE[:9]))
    for route in ("import-detail", "import-report"):
        assert client.get(reverse(f"households:{route}", args=[batch.pk])).status_code == 404
    for route in ("import-apply", "import-discard"):
        assert client.post(reverse(f"households:{route}", args=[batch.pk])).status_code == 404


def test_a_workbook_is_let_go(client, clerk):
    upload(client, book().content())
    batch = ImportBatch.objects.get()
    jobs.run(batch.job_id)
    client.post(reverse("households:import-discard", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, batch.content) == ("discarded", "")


@pytest.mark.parametrize("role", ["village", "auditor", "cadre", "contact"])
def test_who_may_not_import_sees_no_import(client, role):
    client.force_login(make_user(role, VILLAGE if role == "village" else "320412"))
    assert client.get(reverse("households:import")).status_code == 403
