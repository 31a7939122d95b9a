"""The register as files: masked for all who export, in full only for the district and for a stated purpose."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from fupin import exports
from fupin.models import Job
from households.models import ImportBatch
from tests.factories import DISTRICT, make_household, make_member, make_user, make_village
from tests.fupin.test_exports import rows_of, sheet_of

pytestmark = pytest.mark.django_db
LIST, FULL = "/desk/households/", "/desk/households/export/"
PURPOSE = "与车辆登记信息比对"


@pytest.fixture
def household():
    village = make_village("320412100201", "欧阳村")
    return make_household(
        village,
        head_name="欧阳大川",
        members=2,
        phone="13800001111",
        bank_name="农商行",
        bank_account="6222000011112222",
        group="=第1组",
        main_cause="01",
        other_causes=["02", "08"],
        status="registered",
        registered_on=date(2016, 3, 1),
    )


@pytest.fixture
def elsewhere():
    return make_household(make_village("320412101201"), head_name="司马二河")


@pytest.fixture
def district(client):
    user = make_user("district", DISTRICT)
    client.force_login(user)
    return user


def listed(client, query: str = "") -> list[dict]:
    headings, *rows = rows_of(client.get(f"{LIST}?format=csv&{query}"))
    return [dict(zip(headings, row, strict=True)) for row in rows]


class TestMasked:
    def test_a_household_in_words_and_with_masked_numbers(self, client, district, household):
        head = household.members.get(relationship="01")
        (row,) = listed(client)
        assert row["户编号"] == household.number
        assert (row["户主"], row["村"], row["人数"]) == ("欧阳大川", "欧阳村", "2")
        assert row["户主证件号码"] == f"{head.id_number[0]}{'*' * 16}{head.id_number[-1]}"
        assert row["联系电话"] == "138****1111"
        assert row["银行账号"] == "************2222"
        assert row["状态"] == "在册"
        assert row["登记日期"] == "2016-03-01"
        assert row["主要致贫原因"] == "因病"
        assert row["其他致贫原因"] == "因残、缺劳力"

    def test_what_would_be_a_formula_is_harmless(self, client, district, household):
        assert listed(client)[0]["村民小组"] == "'=第1组"

    def test_the_numbers_are_text_in_a_workbook(self, client, district, household):
        sheet = sheet_of(client.get(f"{LIST}?format=xlsx"))
        cells = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
        assert cells["户编号"].data_type == cells["户主证件号码"].data_type == "s"
        assert cells["人数"].value == 2
        assert cells["登记日期"].value.date() == date(2016, 3, 1)

    def test_a_member_who_left_is_neither_counted_nor_the_head(self, client, district, household):
        household.members.update(left_on=date(2016, 5, 1))
        head = make_member(household, is_head=True, name="新户主")
        (row,) = listed(client)
        assert row["人数"] == "1"
        assert row["户主证件号码"][-1] == head.id_number[-1]

    def test_the_filter_and_the_order_of_the_list_apply(self, client, district, household, elsewhere):
        assert [row["户主"] for row in listed(client, "status=registered")] == ["欧阳大川"]
        assert [row["户主"] for row in listed(client)] == ["欧阳大川", "司马二河"]

    @pytest.mark.parametrize("role", ["village", "township"])
    def test_a_place_s_staff_get_their_place_only(self, client, household, elsewhere, role):
        client.force_login(make_user(role, household.village_id if role == "village" else "320412100"))
        assert [row["户主"] for row in listed(client)] == ["欧阳大川"]


class TestInFull:
    def test_the_page_says_what_the_file_will_hold(self, client, district, household, elsewhere):
        text = client.get(f"{FULL}?status=registered").content.decode()
        assert "在册" in text
        assert household.members.first().id_number not in text
        assert f'action="{FULL}?status=registered"' in text

    def test_every_member_with_the_number_as_text_and_an_entry_in_the_audit(self, client, district, household):
        answer = client.post(FULL, {"purpose": PURPOSE, "file_format": "xlsx"})
        headings, *rows = openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows()
        cells = [dict(zip([cell.value for cell in headings], row, strict=True)) for row in rows]
        numbers = {member.id_number for member in household.members.all()}
        assert {row["证件号码"].value for row in cells} == numbers
        assert {row["证件号码"].data_type for row in cells} == {"s"}
        assert cells[0]["与户主关系"].value == "户主"
        event = AuditEvent.objects.get(action="export")
        assert (event.actor, event.purpose, event.subject) == (district, PURPOSE, "households.member")
        assert event.details == {"rows": 2, "format": "xlsx"}

    def test_the_filter_of_the_list_is_kept(self, client, district, household, elsewhere):
        answer = client.post(f"{FULL}?status=registered", {"purpose": PURPOSE, "file_format": "csv"})
        assert {row[0] for row in rows_of(answer)[1:]} == {household.number}

    def test_a_filter_that_cannot_be_read_gives_nothing_rather_than_everything(self, client, district, household):
        answer = client.post(f"{FULL}?status=nonsense", {"purpose": PURPOSE, "file_format": "csv"})
        assert len(rows_of(answer)) == 1

    @pytest.mark.parametrize("purpose", ["", "   ", "abc", " 核查 "])
    def test_without_a_purpose_nothing_leaves(self, client, district, household, purpose):
        answer = client.post(FULL, {"purpose": purpose, "file_format": "xlsx"})
        assert "请简要说明" in answer.content.decode()
        assert not AuditEvent.objects.filter(action="export").exists()

    def test_a_link_alone_gives_no_file(self, client, district, household):
        answer = client.get(f"{FULL}?purpose={PURPOSE}&file_format=csv&format=csv")
        assert answer["Content-Type"].startswith("text/html")

    def test_too_many_are_refused_on_the_page(self, client, district, household, monkeypatch):
        monkeypatch.setattr(exports, "MOST_ROWS", 1)
        answer = client.post(FULL, {"purpose": PURPOSE, "file_format": "xlsx"})
        text = answer.content.decode()
        assert "10 万行" in text
        assert PURPOSE in text

    @pytest.mark.parametrize("role", ["village", "township", "auditor", "administrator", "cadre", "contact"])
    def test_only_the_district_may(self, client, household, role):
        client.force_login(make_user(role))
        assert client.get(FULL).status_code == 403
        assert client.post(FULL, {"purpose": PURPOSE, "file_format": "csv"}).status_code == 403
        assert FULL not in client.get(LIST).content.decode()

    def test_the_list_offers_it_with_its_filter(self, client, district):
        assert f"{FULL}?status=registered" in client.get(f"{LIST}?status=registered").content.decode()


def test_imports_leave_as_a_file_one_s_own_only(client, district):
    for actor in (district, make_user("district")):
        job = Job.objects.create(kind="import", title="导入", actor=actor)
        ImportBatch.objects.create(job=job, actor=actor, file_name=f"{actor.username}.xlsx", file_digest="0" * 64)
    _headings, *rows = rows_of(client.get(f"{reverse('households:imports')}?format=csv"))
    assert [row[0] for row in rows] == [f"{district.username}.xlsx"]
