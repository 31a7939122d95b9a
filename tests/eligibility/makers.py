"""Makers of standards for tests."""

import itertools
from datetime import date
from decimal import Decimal

from django.utils import timezone

from eligibility.choices import Divisor, Subject, VersionState
from eligibility.models import Criterion, Standard, StandardVersion
from households.models import IncomeYear
from villages.models import VillageIncome

DAY = date(2015, 12, 31)
EXCLUDING = ("vehicle", "housing", "business", "payroll")
INCLUDING = ("subsistence", "destitute")

_sequence = itertools.count(1)


def criteria_of_demo() -> list[dict]:
    return [{"effect": "exclude", "fact_kind": kind} for kind in EXCLUDING] + [
        {"effect": "include", "fact_kind": kind} for kind in INCLUDING
    ]


def make_version(
    *, code: str | None = None, subject: str = Subject.HOUSEHOLD, criteria: list[dict] | None = None, **values
) -> StandardVersion:
    """An approved version as the demo's: reference date 2015-12-31, line 9,000 yuan, all income counted."""
    standard, _made = Standard.objects.get_or_create(
        code=code or f"standard-{next(_sequence)}", defaults={"title": "示例标准", "subject": subject}
    )
    is_village = subject == Subject.VILLAGE
    state = values.pop("state", VersionState.APPROVED)
    version = StandardVersion.objects.create(
        standard=standard,
        **{
            "number": standard.versions.count() + 1,
            "reference_date": DAY,
            "income_year": 2015,
            "line": Decimal("1500000.00") if is_village else Decimal("9000.00"),
            "divisor": Divisor.RESIDENT,
            "items": list(VillageIncome.CATEGORIES if is_village else IncomeYear.ITEMS),
        }
        | values,
    )
    if criteria is None:
        criteria = [] if is_village else criteria_of_demo()
    for position, row in enumerate(criteria):
        Criterion.objects.create(version=version, position=position, **row)
    if state != VersionState.DRAFT:
        version.state, version.approved_at = state, values.get("approved_at", timezone.now())
        version.save()
    return version
