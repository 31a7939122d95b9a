"""Units, cadres and measures from files: previewed, whole or not at all, and the second time nothing."""

import csv
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest
import xlsxwriter
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEvent
from assistance import reference, reference_files
from assistance.choices import Pillar, Target
from assistance.models import Cadre, HelpingUnit, Linkage, Measure, Pairing
from tests.factories import make_household, make_user, make_village

pytestmark = pytest.mark.django_db
HOME, APPLY = "/desk/reference/", "/desk/reference/apply/"


@pytest.fixture
def administrator(client):
    user = make_user("administrator")
    client.force_login(user)
    return user


@pytest.fixture
def unit():
    return HelpingUnit.objects.create(code="U01", name="区农业局", level="04", contact_name="李四", phone="86310001")


def headings(table: str) -> list[str]:
    return [str(column.heading) for column in reference.TABLES[table].columns]


def csv_of(*lines, encoding: str = "utf-8-sig") -> bytes:
    text = StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode(encoding)


def xlsx_of(*lines, formula: str = "") -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
        if formula:
            sheet.write_formula(1, 1, formula, None, "区财政局")
    return target.getvalue()


def upload(client, table: str, content: bytes, name: str = "单位.csv"):
    return client.post(HOME, {"table": table, "file": SimpleUploadedFile(name, content)})


def confirm(client, answer):
    return client.post(APPLY, {"preview": answer.context["preview"]}, follow=True)


def faults(answer) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.heading, fault.message) for fault in answer.context["faults"]]


class TestPreviewAndConfirm:
    def test_new_changed_and_unchanged_are_told_apart_and_nothing_is_written_yet(self, client, administrator, unit):
        HelpingUnit.objects.create(code="U02", name="区民政局", contact_name="王五")
        lines = [
            ["U01", "区农业农村局", "04", "李四"],
            ["U02", "区民政局", "区（县）", "王五"],
            ["U03", "区财政局", "", ""],
        ]
        answer = upload(client, "units", csv_of(headings("units")[:4], *lines))
        outcome = answer.context["outcome"]
        assert (outcome.new, outcome.changed, outcome.unchanged) == (1, 1, 1)
        text = answer.content.decode()
        assert "区农业局" in text
        assert "区农业农村局" in text
        assert HelpingUnit.objects.count() == 2
        assert HelpingUnit.objects.get(code="U01").name == "区农业局"
        assert not AuditEvent.objects.filter(action="import").exists()

    def test_confirming_writes_with_history_and_an_entry_in_the_audit(self, client, administrator, unit):
        lines = [["U01", "区农业农村局"], ["U03", "区财政局"]]
        confirm(client, upload(client, "units", csv_of(headings("units")[:2], *lines)))
        unit.refresh_from_db()
        assert (unit.name, unit.contact_name) == ("区农业农村局", "李四")
        assert HelpingUnit.objects.get(code="U03").level == "04"
        assert unit.history.first().history_user == administrator
        event = AuditEvent.objects.get(action="import")
        assert (event.actor, event.subject) == (administrator, "assistance.helpingunit")
        assert event.details == {"new": 1, "changed": 1}

    def test_the_same_file_twice_changes_nothing(self, client, administrator, unit):
        content = csv_of(headings("units")[:2], ["U01", "区农业农村局"], ["U03", "区财政局"])
        confirm(client, upload(client, "units", content))
        answer = upload(client, "units", content)
        assert answer.context["outcome"].unchanged == 2
        assert answer.context["preview"] == ""
        assert HelpingUnit.history.count() == 3

    @pytest.mark.parametrize("table", ["units", "cadres", "measures"])
    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_what_is_exported_may_come_back_and_changes_nothing(self, client, administrator, unit, table, file_format):
        HelpingUnit.objects.create(code="U02", name="=区民政局", phone="+86 519 8631", is_active=False, level="07")
        Cadre.objects.create(code="C01", name="王五", unit=unit, is_party_member=False, phone="13800001111")
        Measure.objects.create(code="M01", name="助学", pillar="education", target="member", unit_label="元")
        content = client.get(f"/desk/reference/{table}/export/?format={file_format}").content
        outcome = upload(client, table, content, f"x.{file_format}").context["outcome"]
        assert (outcome.new, outcome.changed, outcome.faults) == (0, 0, [])
        assert outcome.unchanged >= 1

    def test_cadres_find_their_unit_by_its_code(self, client, administrator, unit):
        columns = headings("cadres")
        line = ["C01", "王五", "U01", "科长", "138 0000 1111", "否", "是"]
        confirm(client, upload(client, "cadres", xlsx_of(columns, line), "干部.xlsx"))
        cadre = Cadre.objects.get()
        assert (cadre.unit, cadre.position, cadre.is_party_member, cadre.is_active) == (unit, "科长", False, True)

    def test_measures_take_codes_and_labels(self, client, administrator):
        columns = headings("measures")[:6]
        labels = [str(Pillar.SAFETY_NET.label), str(Target.HOUSEHOLD.label)]
        lines = [["M01", "助学", "education", "member", "money", "元"], ["M02", "低保", *labels, "", "元"]]
        confirm(client, upload(client, "measures", csv_of(columns, *lines)))
        assert list(Measure.objects.order_by("code").values_list("pillar", "target", "form")) == [
            ("education", "member", "money"),
            ("safety_net", "household", "money"),
        ]

    def test_numbers_in_a_workbook_are_read_as_people_see_them(self, client, administrator):
        confirm(
            client, upload(client, "units", xlsx_of(headings("units")[:5], [7, "区水利局", "", "", 86310001]), "a.xlsx")
        )
        unit = HelpingUnit.objects.get()
        assert (unit.code, unit.phone) == ("7", "86310001")


class TestFaults:
    def test_every_fault_names_row_column_and_what_is_wrong_and_nothing_can_be_imported(self, client, administrator):
        columns = headings("cadres")
        lines = [
            ["C01", "王五", "没有", "科长", "", "", ""],
            [],
            ["C02", "", "没有", "", "电话", "也许", ""],
            ["", "无编码", "", "", "", "", ""],
        ]
        answer = upload(client, "cadres", csv_of(columns, *lines))
        found = faults(answer)
        assert {(row, heading) for row, heading, _message in found} == {
            (2, columns[2]),
            (4, columns[1]),
            (4, columns[2]),
            (4, columns[4]),
            (4, columns[5]),
            (5, columns[0]),
        }
        assert answer.context["preview"] == ""
        assert not Cadre.objects.exists()

    def test_a_code_twice_in_the_file_is_refused(self, client, administrator):
        answer = upload(client, "units", csv_of(headings("units")[:2], ["U01", "甲"], ["U02", "乙"], ["U01", "丙"]))
        assert [row for row, _heading, _message in faults(answer)] == [2, 4]

    def test_what_no_choice_says_is_refused_with_the_choices(self, client, administrator):
        answer = upload(client, "measures", csv_of(headings("measures")[:3], ["M01", "助学", "旅游"]))
        assert any("产业" in message for _row, _heading, message in faults(answer))

    def test_a_name_that_is_too_long_is_refused(self, client, administrator):
        answer = upload(client, "units", csv_of(headings("units")[:2], ["U01", "长" * 200]))
        assert [(row, heading) for row, heading, _message in faults(answer)] == [(2, headings("units")[1])]

    def test_an_entry_that_became_wrong_since_the_preview_lets_nothing_in(self, client, administrator, unit):
        lines = [["C01", "王五", "U01"], ["C02", "赵六", "U01"]]
        answer = upload(client, "cadres", csv_of(headings("cadres")[:3], *lines))
        unit.delete()
        shown = confirm(client, answer).content.decode()
        assert "未导入" in shown
        assert not Cadre.objects.exists()
        assert not AuditEvent.objects.filter(action="import").exists()

    def test_one_bad_row_among_good_ones_leaves_everything_as_it_was(self, administrator, unit):
        rows = [(2, {"code": "U02", "name": "好"}), (3, {"code": "U03", "name": ""})]
        outcome = reference.apply(reference.TABLES["units"], rows, administrator)
        assert [fault.row for fault in outcome.faults] == [3]
        assert HelpingUnit.objects.count() == 1


class TestRulesOfTheDesk:
    """What the pages refuse, a file cannot do either."""

    def test_a_unit_that_is_linked_with_a_village_stays_active(self, client, administrator, unit):
        Linkage.objects.create(village=make_village(), unit=unit, started_on=date(2016, 1, 1))
        columns = headings("units")
        answer = upload(client, "units", csv_of([columns[0], columns[5]], ["U01", "否"]))
        assert [(row, heading) for row, heading, _message in faults(answer)] == [(2, columns[5])]

    def test_a_cadre_with_households_stays_active(self, client, administrator, unit):
        cadre = Cadre.objects.create(code="C01", name="王五", unit=unit)
        Pairing.objects.create(household=make_household(), cadre=cadre, started_on=date(2016, 1, 1))
        columns = headings("cadres")
        answer = upload(client, "cadres", csv_of([columns[0], columns[6]], ["C01", "否"]))
        assert [(row, heading) for row, heading, _message in faults(answer)] == [(2, columns[6])]

    def test_the_accounts_that_speak_for_a_unit_stay(self, client, administrator, unit):
        contact = make_user("contact")
        unit.contacts.add(contact)
        confirm(client, upload(client, "units", csv_of(headings("units")[:2], ["U01", "新名称"])))
        assert list(unit.contacts.all()) == [contact]


class TestFiles:
    """What is refused as a file, with a message beside the field."""

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.csv", b"", "空"),
            ("a.xlsx", "单位编码,单位名称".encode(), ".xlsx"),
            ("a.csv", xlsx_of(["单位编码"], ["U01"]), "CSV"),
            ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, ".xls"),
            ("a.pdf", b"%PDF-1.4", ".csv"),
            ("a.xlsx", xlsx_of(["单位编码"], ["U01"])[:-40], "损坏"),
            ("a.csv", '单位编码,单位名称\r\nU01,"甲'.encode(), "引号"),
            ("a.csv", b"\xff\xff\xff\xff", "字符"),
            ("a.csv", "单位编码,单位名称,密码\r\nU01,甲,x".encode(), "密码"),
            ("a.csv", "单位编码,单位编码\r\nU01,U01".encode(), "重复"),
            ("a.csv", "单位名称\r\n甲".encode(), "模板"),
            ("a.csv", "单位编码,单位名称\r\n,\r\n".encode(), "没有"),
            ("a.csv", ("单位编码,单位名称\r\nU01," + "长" * 1001).encode(), "1000"),
        ],
    )
    def test_a_file_that_will_not_do_is_refused_beside_the_field(self, client, administrator, name, content, message):
        answer = upload(client, "units", content, name)
        assert answer.status_code == 200
        (error,) = answer.context["form"].errors["file"]
        assert message in error
        assert list(answer.context["form"].errors) == ["file"]

    def test_formulas_are_refused_not_calculated(self, client, administrator):
        content = xlsx_of(["单位编码", "单位名称"], ["U01", ""], formula='=HYPERLINK("http://example.org","x")')
        answer = upload(client, "units", content, "a.xlsx")
        assert "公式" in answer.context["form"].errors["file"][0]

    def test_too_large_and_too_long_files_are_refused(self, client, administrator, monkeypatch):
        monkeypatch.setattr(reference_files, "MOST_ROWS", 1)
        answer = upload(client, "units", csv_of(["单位编码", "单位名称"], ["U01", "甲"], ["U02", "乙"]))
        assert "2000" in answer.context["form"].errors["file"][0]
        monkeypatch.setattr(reference_files, "LARGEST_FILE", 10)
        answer = upload(client, "units", csv_of(["单位编码", "单位名称"], ["U01", "甲"]))
        assert "2 MB" in answer.context["form"].errors["file"][0]

    def test_csv_of_chinese_excel_is_read(self, client, administrator):
        answer = upload(client, "units", csv_of(headings("units")[:2], ["U01", "区财政局"], encoding="gb18030"))
        assert answer.context["changes"][0].name == "区财政局"

    @pytest.mark.parametrize("table", ["units", "cadres", "measures"])
    def test_the_template_has_the_headings_and_comes_in_empty_with_a_message(self, client, administrator, table):
        content = b"".join(client.get(f"/desk/reference/{table}/template/").streaming_content)
        sheet = openpyxl.load_workbook(BytesIO(content)).active
        assert [cell.value.rstrip("*") for cell in sheet[1]] == headings(table)
        assert "没有" in upload(client, table, content, "a.xlsx").context["form"].errors["file"][0]


class TestWho:
    @pytest.mark.parametrize("role", ["village", "township", "district", "auditor", "cadre", "contact"])
    def test_only_administrators(self, client, role):
        client.force_login(make_user(role))
        assert client.get(HOME).status_code == 403
        assert upload(client, "units", b"x").status_code == 403
        assert client.post(APPLY).status_code == 403

    def test_a_preview_holds_for_who_saw_it_and_is_not_to_be_forged(self, client, administrator):
        preview = upload(client, "units", csv_of(headings("units")[:2], ["U01", "甲"])).context["preview"]
        client.force_login(make_user("administrator"))
        for text in (preview, preview[:-3] + "abc", "", signing.dumps(["units", []])):
            answer = client.post(APPLY, {"preview": text}, follow=True)
            assert "请重新上传" in answer.content.decode()
        assert not HelpingUnit.objects.exists()

    def test_a_table_that_is_none_is_not_found(self, client, administrator):
        assert client.get("/desk/reference/users/template/").status_code == 404
        assert client.get("/desk/reference/users/export/").status_code == 404
        assert "table" in upload(client, "users", b"x").context["form"].errors
