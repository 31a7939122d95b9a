"""A workbook on its way into the register: checked, previewed, applied whole, and a second time to no effect."""

from base64 import b64decode
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from casework.models import PublicRecord
from fupin import jobs
from households.choices import HouseholdStatus, ImportState
from households.imports import services
from households.imports.columns import FACTS, INCOMES, MEMBERS
from households.imports.report import write_report
from households.imports.template import write_template
from households.models import Fact, Household, IncomeYear, Member, StagedHousehold
from tests.factories import id_number, make_household, make_user, make_village
from tests.households.imports.workbooks import VILLAGE, Book

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    make_village(VILLAGE)
    return make_user("township", VILLAGE[:9])


@pytest.fixture
def book():
    made = Book()
    made.household("H1", members=3)
    made.fact("H1")
    return made


def checked(book: Book, actor):
    batch = services.upload(book.content(), "三月.xlsx", actor)
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    return batch


def applied(book: Book, actor):
    batch = checked(book, actor)
    assert batch.state == ImportState.READY, services.listed_faults(batch) or batch.refusal
    services.start_applying(batch, actor)
    batch.refresh_from_db()
    jobs.run(batch.applying_job_id)
    batch.refresh_from_db()
    assert batch.state == ImportState.APPLIED
    return batch


def faults(book: Book, actor):
    batch = checked(book, actor)
    assert batch.state == ImportState.REFUSED
    return [fault for fault in services.listed_faults(batch) if not fault.is_warning]


def the_fault(book: Book, actor):
    found = faults(book, actor)
    assert len(found) == 1, found
    return found[0]


# --- What comes in ----------------------------------------------------------------------------------------------
def test_a_household_comes_in_with_members_income_and_facts(clerk, book):
    applied(book, clerk)
    household = Household.objects.get(number="H1")
    assert (household.head_pinyin, household.head_initials) == ("zhangjianguo", "zjg")
    assert household.status == HouseholdStatus.UNREGISTERED
    assert household.members.count() == 3
    head = household.members.get(relationship="01")
    assert (head.sex, head.born_on) == ("1", date(1970, 6, 15)), "read from the ID number"
    assert household.incomes.get().wages == Decimal("12000.50")
    assert household.facts.get().verification == "true"


def test_every_new_row_has_its_history_with_who_wrote_it(clerk, book):
    applied(book, clerk)
    for model, count in ((Household, 1), (Member, 3), (IncomeYear, 1), (Fact, 1)):
        rows = model.history.all()
        assert [(row.history_type, row.history_user) for row in rows] == [("+", clerk)] * count


def test_the_preview_says_what_would_be_new_and_writes_nothing(clerk, book):
    batch = checked(book, clerk)
    assert batch.state == ImportState.READY
    assert batch.counts == {
        "户信息": {"new": 1},
        "家庭成员": {"new": 3},
        "年度收入": {"new": 1},
        "情况核查": {"new": 1},
    }
    assert not Household.objects.exists()


def test_the_same_file_twice_changes_nothing(clerk, book):
    applied(book, clerk)
    before = Household.objects.get()
    again = applied(book, clerk)
    assert again.counts["家庭成员"] == {"unchanged": 3}
    after = Household.objects.get()
    assert (after.version, after.touched_at) == (before.version, before.touched_at)
    for model in (Household, Member, IncomeYear, Fact):
        assert model.history.count() == model.objects.count()


def test_a_changed_amount_touches_that_row_alone_and_raises_the_version(clerk, book):
    applied(book, clerk)
    book.rows["年度收入"][0]["工资性收入"] = "13000"
    batch = applied(book, clerk)
    assert batch.counts["年度收入"] == {"changed": 1}
    assert batch.counts["户信息"] == {"unchanged": 1}
    assert IncomeYear.objects.get().wages == Decimal("13000.00")
    assert Household.objects.get().version == 2
    assert Member.history.count() == 3


def test_an_empty_cell_leaves_what_the_register_holds(clerk, book):
    applied(book, clerk)
    book.rows["户信息"][0]["联系电话"] = ""
    book.rows["年度收入"][0]["工资性收入"] = ""
    applied(book, clerk)
    assert Household.objects.get().phone == "13800000000"
    assert IncomeYear.objects.get().wages == Decimal("12000.50")


def test_a_new_head_takes_the_place_of_the_old_one(clerk, book):
    applied(book, clerk)
    old, new = book.rows["家庭成员"][:2]
    old |= {"减少日期": "2016-03-01", "减少原因": "死亡"}
    new["与户主关系"] = "户主"
    book.rows["户信息"][0] |= {"户主姓名": new["姓名"], "户主证件号码": new["证件号码"]}
    applied(book, clerk)
    assert Household.objects.get().head_name == new["姓名"]
    assert Member.objects.current().get(relationship="01").name == new["姓名"]


def test_members_that_the_file_does_not_name_stay(clerk, book):
    applied(book, clerk)
    book.rows["家庭成员"].pop()
    applied(book, clerk)
    assert Member.objects.count() == 3


def test_dates_may_be_cells_of_excel(clerk, book):
    book.rows["情况核查"][0]["事实日期"] = date(2015, 6, 1)
    applied(book, clerk)
    assert Fact.objects.get().fact_date == date(2015, 6, 1)


# --- What is refused, and where ---------------------------------------------------------------------------------
def test_one_mistake_in_the_last_row_keeps_the_whole_file_out(clerk, book):
    for number in range(2, 12):
        book.household(f"H{number}")
    book.rows["年度收入"][-1]["工资性收入"] = "很多"
    fault = the_fault(book, clerk)
    assert (fault.sheet, fault.row, fault.column, fault.value) == ("年度收入", 12, "工资性收入", "很多")
    assert fault.wanted
    assert not Household.objects.exists()
    assert not StagedHousehold.objects.exists()


def test_all_mistakes_are_told_at_once(clerk, book):
    book.rows["年度收入"][0]["工资性收入"] = "-1"
    book.rows["家庭成员"][1]["文化程度"] = "博士后"
    book.rows["情况核查"][0]["事实日期"] = "2015-02-30"
    assert {(fault.sheet, fault.column) for fault in faults(book, clerk)} == {
        ("年度收入", "工资性收入"),
        ("家庭成员", "文化程度"),
        ("情况核查", "事实日期"),
    }


def test_mistakes_are_listed_in_the_order_of_the_workbook_as_the_cells_show_them(clerk, book):
    book.add(INCOMES, 户编号="H1", 年度=2015.0, 工资性收入="8000")
    book.add(INCOMES, 户编号="H1", 年度=2014, 工资性收入="很多")
    book.household("H2", 村代码="123")
    found = faults(book, clerk)
    assert [(fault.sheet, fault.row) for fault in found] == [("户信息", 3), ("年度收入", 3), ("年度收入", 4)]
    assert found[1].value == "2015"


def test_an_id_number_is_masked_where_a_fault_shows_it(clerk, book):
    wrong = book.rows["家庭成员"][1]["证件号码"][:-1] + "0"
    book.rows["家庭成员"][1]["证件号码"] = wrong if wrong != book.rows["家庭成员"][1]["证件号码"] else wrong[:-1] + "1"
    fault = the_fault(book, clerk)
    assert (fault.column, fault.value[1:-1]) == ("证件号码", "*" * 16)


def test_a_household_number_may_stand_once(clerk, book):
    book.household("H1")
    assert ("户信息", 3, "户编号") in {(fault.sheet, fault.row, fault.column) for fault in faults(book, clerk)}


def test_a_person_may_stand_in_one_household_only(clerk, book):
    book.household("H2")
    book.rows["家庭成员"][-1]["证件号码"] = book.rows["家庭成员"][1]["证件号码"]
    fault = the_fault(book, clerk)
    assert (fault.sheet, fault.row) == ("家庭成员", 6)


def test_a_person_of_another_household_of_the_register_is_refused(clerk, book):
    other = make_household(make_village(VILLAGE))
    book.rows["家庭成员"][1] |= {"证件号码": other.members.get().id_number, "与户主关系": "之兄弟姐妹"}
    fault = the_fault(book, clerk)
    assert other.number in fault.message


def test_whose_number_it_is_stays_untold_beyond_the_jurisdiction(clerk, book):
    other = make_household(make_village("320412109201"))
    book.rows["家庭成员"][1] |= {"证件号码": other.members.get().id_number, "与户主关系": "之兄弟姐妹"}
    assert other.number not in the_fault(book, clerk).message


@pytest.mark.parametrize("sheet", [MEMBERS, INCOMES, FACTS], ids=lambda sheet: sheet.name)
def test_rows_without_a_household_are_refused(clerk, book, sheet):
    row = book.rows[sheet.name][-1] | {"户编号": "H9"}
    if sheet is MEMBERS:
        row["证件号码"] = id_number(sex="2")
    book.add(sheet, **row)
    fault = the_fault(book, clerk)
    assert (fault.sheet, fault.column, fault.value) == (sheet.name, "户编号", "H9")


@pytest.mark.parametrize("relation", ["之兄弟姐妹", "户主"], ids=["no head", "two heads"])
def test_a_household_has_exactly_one_head(clerk, book, relation):
    position = 0 if relation != "户主" else 1
    book.rows["家庭成员"][position]["与户主关系"] = relation
    assert "户信息" in {fault.sheet for fault in faults(book, clerk)}


def test_the_head_is_the_same_in_both_sheets(clerk, book):
    book.rows["户信息"][0]["户主姓名"] = "李四"
    assert the_fault(book, clerk).column == "户主姓名"


@pytest.mark.parametrize("village", ["320412100299", "320412109201"], ids=["unknown", "of another township"])
def test_a_village_beyond_the_jurisdiction_is_as_unknown_as_one_that_does_not_exist(clerk, book, village):
    make_village("320412109201")
    book.rows["户信息"][0]["村代码"] = village
    fault = the_fault(book, clerk)
    assert (fault.column, fault.value) == ("村代码", village)


def test_a_required_cell_that_is_empty_is_told_once(clerk, book):
    book.rows["家庭成员"][1]["姓名"] = ""
    assert the_fault(book, clerk).column == "姓名"


def test_formulas_that_hold_an_error_or_were_never_calculated_are_refused(clerk, book):
    workbook = openpyxl.load_workbook(BytesIO(book.content()))
    workbook["年度收入"]["C2"] = "=1000*12"
    target = BytesIO()
    workbook.save(target)
    batch = services.upload(target.getvalue(), "x.xlsx", clerk)
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    assert [fault.column for fault in services.listed_faults(batch)] == ["工资性收入"]


def test_what_is_merely_strange_is_a_doubt_and_hinders_nothing(clerk, book):
    book.rows["年度收入"][0]["工资性收入"] = "120"
    batch = checked(book, clerk)
    assert (batch.state, batch.error_count, batch.warning_count) == (ImportState.READY, 0, 1)
    (fault,) = services.listed_faults(batch)
    assert (fault.rule, fault.weight) == ("Y-201", "疑点")
    target = BytesIO()
    write_report(book.content(), [fault], target)
    row = [cell.value for cell in openpyxl.load_workbook(target)["检查结果"][2]]
    assert row[-2:] == ["疑点", "Y-201"]


def test_five_hundred_faults_are_listed_and_all_are_counted(clerk, book):
    for number in range(2, 602):
        book.add(INCOMES, 户编号="H1", 年度=f"错{number}")
    batch = checked(book, clerk)
    assert batch.error_count == 600
    assert len(services.listed_faults(batch)) == 500


def test_a_file_that_is_no_workbook_is_refused_with_its_reason(clerk):
    batch = services.upload(b"a,b,c", "x.xlsx", clerk)
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    assert batch.state == ImportState.REFUSED
    assert batch.refusal
    assert batch.content == ""


# --- Statuses of before -----------------------------------------------------------------------------------------
@pytest.fixture
def carried(book):
    book.rows["户信息"][0] |= {"登记状态": "在册", "认定日期": "2016-04-01", "认定文号": "武扶〔2016〕1号"}
    return book


def test_district_staff_carry_a_status_over_by_a_case(carried):
    make_village(VILLAGE)
    applied(carried, make_user("district"))
    household = Household.objects.get()
    assert (household.status, household.registered_on) == (HouseholdStatus.REGISTERED, date(2016, 4, 1))
    assert household.cases.get().document == "武扶〔2016〕1号"
    assert PublicRecord.objects.get().number == "H1"


def test_carrying_over_twice_changes_nothing(carried):
    make_village(VILLAGE)
    district = make_user("district")
    applied(carried, district)
    applied(carried, district)
    assert Household.objects.get().cases.count() == 1


def test_township_staff_may_not_carry_a_status_over(clerk, carried):
    assert the_fault(carried, clerk).column == "登记状态"


def test_a_household_that_has_another_status_is_not_carried_over(carried):
    make_village(VILLAGE)
    district = make_user("district")
    applied(carried, district)
    carried.rows["户信息"][0]["登记状态"] = "稳定脱贫"
    assert the_fault(carried, district).column == "登记状态"


# --- On the way -------------------------------------------------------------------------------------------------
def test_a_register_that_changed_after_the_check_is_not_written_over(clerk, book):
    applied(book, clerk)
    book.rows["年度收入"][0]["工资性收入"] = "13000"
    batch = checked(book, clerk)
    Household.objects.update(version=5)
    services.start_applying(batch, clerk)
    batch.refresh_from_db()
    jobs.run(batch.applying_job_id)
    batch.refresh_from_db()
    assert batch.state == ImportState.REFUSED
    assert batch.refusal
    assert IncomeYear.objects.get().wages == Decimal("12000.50")


def test_a_worker_that_dies_while_applying_leaves_nothing_and_the_next_one_everything(clerk, book, monkeypatch):
    batch = checked(book, clerk)
    services.start_applying(batch, clerk)
    batch.refresh_from_db()

    def die(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(services, "carry_over", die)
        with pytest.raises(KeyboardInterrupt):
            services.run(batch.applying_job)
    assert not Household.objects.exists()
    services.run(batch.applying_job)
    services.run(batch.applying_job)
    assert Household.objects.count() == 1


def test_what_is_applied_or_discarded_keeps_no_personal_data(clerk, book):
    batch = applied(book, clerk)
    assert (batch.content, batch.faults, batch.staged.count()) == ("", "", 0)
    book.rows["户信息"][0]["村民小组"] = "4组"
    other = checked(book, clerk)
    services.discard(other)
    other.refresh_from_db()
    assert (other.state, other.content, other.staged.count()) == (ImportState.DISCARDED, "", 0)


def test_nothing_staged_or_uploaded_is_readable_in_the_database(clerk, book):
    from django.db import connection

    batch = checked(book, clerk)
    assert b64decode(batch.content).startswith(b"PK")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM households_stagedhousehold")
        assert "张建国" not in cursor.fetchone()[0]


def test_an_import_is_written_down_without_names(clerk, book):
    applied(book, clerk)
    event = AuditEvent.objects.get(action="import")
    assert event.details["households"] == 1
    assert "张建国" not in str(event.details)


def test_the_report_marks_the_cells_and_lists_what_is_wrong(clerk, book):
    book.rows["年度收入"][0]["工资性收入"] = "=cmd"
    batch = checked(book, clerk)
    target = BytesIO()
    write_report(book.content(), services.listed_faults(batch), target)
    workbook = openpyxl.load_workbook(target)
    assert workbook["年度收入"]["C2"].fill.start_color.rgb.endswith("FFC7CE")
    assert workbook["年度收入"]["C2"].comment
    row = [cell.value for cell in workbook["检查结果"][2]]
    assert row[:3] == ["年度收入", 2, "工资性收入"]
    assert row[3] == "'=cmd"


def test_the_template_is_a_workbook_that_the_reader_knows_and_keeps_numbers_as_text(clerk):
    target = BytesIO()
    write_template(target)
    workbook = openpyxl.load_workbook(target)
    page = workbook["家庭成员"]
    assert page["C1"].value == "证件号码*"
    assert page.column_dimensions["C"].number_format == "@"
    lists = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert any("户主" in formula for formula in lists.values())


# --- Commands ---------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_the_commands_write_a_template_check_and_import(tmp_path, book, capsys):
    make_village(VILLAGE)
    district = make_user("district")
    template, file, report = tmp_path / "t.xlsx", tmp_path / "h.xlsx", tmp_path / "r.xlsx"
    call_command("import_template", str(template))
    assert template.exists()
    file.write_bytes(book.content())
    call_command("import_households", str(file), dry_run=True, actor=district.username)
    assert not Household.objects.exists()
    call_command("import_households", str(file), actor=district.username)
    assert Household.objects.count() == 1
    book.rows["年度收入"][0]["工资性收入"] = "很多"
    file.write_bytes(book.content())
    with pytest.raises(CommandError, match="1 errors"):
        call_command("import_households", str(file), report=str(report), actor=district.username)
    assert openpyxl.load_workbook(report)["检查结果"]["D2"].value == "很多"
