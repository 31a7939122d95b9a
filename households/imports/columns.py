"""The workbook as one table (design §5): sheets, columns, what each holds. Template, reading and report follow it.

Sheet and column names are a contract with the people who fill them in, so they are Chinese in every language.
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from households import choices as c

MOST_ROWS = 100_000


@dataclass(frozen=True)
class Column:
    """A column: its heading, the field that it fills, and how its cells are read (see `values.READERS`)."""

    heading: str
    field: str
    kind: str = "text"
    required: bool = False
    choices: type[TextChoices] | None = None
    optional_column: bool = False
    hint: str = ""
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    name: str
    columns: tuple[Column, ...]

    def column(self, field: str) -> Column | None:
        return next((column for column in self.columns if column.field == field), None)


NUMBER = Column("户编号", "number", "number", required=True, width=20, hint="同一户在各工作表中填写相同的户编号")


class CarriedStatus(TextChoices):
    """Statuses that a register of before may carry over; the words are those of the household's status."""

    REGISTERED = c.HouseholdStatus.REGISTERED.value, c.HouseholdStatus.REGISTERED.label
    EXITED_SUPPORTED = c.HouseholdStatus.EXITED_SUPPORTED.value, c.HouseholdStatus.EXITED_SUPPORTED.label
    EXITED = c.HouseholdStatus.EXITED.value, c.HouseholdStatus.EXITED.label
    REMOVED = c.HouseholdStatus.REMOVED.value, c.HouseholdStatus.REMOVED.label


HOUSEHOLDS = Sheet(
    "户信息",
    (
        NUMBER,
        Column("村代码", "village", "number", required=True, width=16, hint="12 位行政区划代码"),
        Column("村民小组", "group"),
        Column("户主姓名", "head_name", required=True, width=12),
        Column("户主证件号码", "head_id_number", "id_number", required=True, width=22),
        Column("联系电话", "phone", "phone", width=16),
        Column("户属性", "attribute", "code", choices=c.HouseholdAttribute, width=18),
        Column("主要致贫原因", "main_cause", "code", choices=c.Cause, width=16),
        Column("其他致贫原因", "other_causes", "codes", choices=c.Cause, width=20, hint="最多两项，用“、”隔开"),
        Column("登记状态", "status", "code", choices=CarriedStatus, optional_column=True, hint="仅限区级历史结转"),
        Column("认定日期", "registered_on", "day", optional_column=True, width=12),
        Column("认定文号", "registration_document", optional_column=True, width=20),
    ),
)
MEMBERS = Sheet(
    "家庭成员",
    (
        NUMBER,
        Column("姓名", "name", required=True, width=12),
        Column("证件号码", "id_number", "id_number", required=True, width=22),
        Column("与户主关系", "relationship", "code", required=True, choices=c.Relationship),
        Column("性别", "sex", "code", choices=c.Sex, width=8, hint="可不填，按证件号码确定"),
        Column("出生日期", "born_on", "day", width=12, hint="可不填，按证件号码确定"),
        Column("文化程度", "education", "code", choices=c.Education),
        Column("在校生状况", "schooling", "code", choices=c.Schooling),
        Column("健康状况", "health", "codes", choices=c.Health, width=20, hint="可多项，用“、”隔开"),
        Column("劳动能力", "labour", "code", choices=c.LabourCapacity),
        Column("户籍人口", "is_registered_resident", "yes_no", width=10, hint="是或否，默认是"),
        Column("共同生活", "is_living_together", "yes_no", width=10, hint="是或否，默认是"),
        Column("迁入日期", "joined_on", "day", width=12),
        Column("减少日期", "left_on", "day", width=12),
        Column("减少原因", "left_reason", "code", choices=c.LeaveReason),
    ),
)
INCOMES = Sheet(
    "年度收入",
    (
        NUMBER,
        Column("年度", "year", "year", required=True, width=8),
        Column("工资性收入", "wages", "amount"),
        Column("生产经营性收入", "business", "amount", width=16),
        Column("财产性收入", "property_income", "amount"),
        Column("计划生育金", "family_planning", "amount"),
        Column("低保金", "subsistence_allowance", "amount"),
        Column("特困供养金", "destitute_support", "amount"),
        Column("养老保险金", "pension", "amount"),
        Column("生态补偿金", "ecological", "amount"),
        Column("其他转移性收入", "other_transfer", "amount", width=16),
        Column("生产经营性支出", "production_expense", "amount", width=16),
    ),
)
FACTS = Sheet(
    "情况核查",
    (
        NUMBER,
        Column("类别", "kind", "code", required=True, choices=c.FactKind),
        Column("事实日期", "fact_date", "day", required=True, width=12),
        Column("结束日期", "ended_on", "day", width=12),
        Column("核查结果", "verification", "code", required=True, choices=c.Verification),
        Column("金额", "amount", "amount", optional_column=True, hint="元：购置价格、余额等，没有可不填"),
        Column("说明", "note", width=30),
    ),
)
SHEETS = (HOUSEHOLDS, MEMBERS, INCOMES, FACTS)
AMOUNT_FIELDS = tuple(column.field for column in INCOMES.columns if column.kind == "amount")
