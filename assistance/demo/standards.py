"""The demo's standards, plainly named as examples: one for households and one for villages, both approved."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from eligibility.choices import Divisor, Effect, Subject, VersionState
from eligibility.models import Criterion, Standard, StandardVersion
from households.choices import FactKind
from households.models import IncomeYear
from villages.models import VillageIncome

HOUSEHOLDS = "demo-2015"
VILLAGES = "village-2015"
_NOTE = "仅供演示。实际执行的识别标准由区里录入并经第二人审批。"


def make_standards(proposer: User, approver: User) -> None:
    """Make both standards with an approved first version; those that exist stay as they are."""
    if not Standard.objects.filter(code=HOUSEHOLDS).exists():
        version = _make(
            HOUSEHOLDS,
            "示例标准：低收入农户识别（2015）",
            Subject.HOUSEHOLD,
            "示例文件〔2016〕1号（演示用，非真实文件）",
            Decimal("9000.00"),
            IncomeYear.ITEMS,
            (proposer, approver),
        )
        effects = [(Effect.EXCLUDE, kind) for kind in ("vehicle", "housing", "business", "payroll")]
        effects += [(Effect.INCLUDE, FactKind.SUBSISTENCE), (Effect.INCLUDE, FactKind.DESTITUTE)]
        for position, (effect, kind) in enumerate(effects):
            Criterion.objects.create(version=version, position=position, effect=effect, fact_kind=kind)
        _approve(version, approver)
    if not Standard.objects.filter(code=VILLAGES).exists():
        version = _make(
            VILLAGES,
            "示例标准：经济一般村识别（2015）",
            Subject.VILLAGE,
            "武进区精准扶贫工作“六坚持”第（一）条：年总收入低于150万元",
            Decimal("1500000.00"),
            VillageIncome.CATEGORIES,
            (proposer, approver),
        )
        _approve(version, approver)


def _make(code, title, subject, basis, line, items, people) -> StandardVersion:
    standard = Standard.objects.create(code=code, title=title, subject=subject)
    return StandardVersion.objects.create(
        standard=standard,
        reference_date=date(2015, 12, 31),
        income_year=2015,
        line=line,
        inclusive=False,
        divisor=Divisor.RESIDENT,
        items=list(items),
        valid_from=date(2016, 1, 1),
        basis=basis,
        note=_NOTE,
        proposed_by=people[0],
    )


def _approve(version: StandardVersion, approver: User) -> None:
    version.state, version.approved_by, version.approved_at = VersionState.APPROVED, approver, timezone.now()
    version.save()
