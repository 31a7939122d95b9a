"""What a hit means, source by source: one table. Everything else asks it.

Two ways of disagreeing are doubts: somebody stands on a list of which the register says nothing, and somebody of whom
the register says that they should stand on it does not. The second is asked only of sources where it matters, and of
lists that name everybody of the area.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from eligibility.choices import ListSource
from households.choices import (
    FactKind,
    Health,
    HouseholdAttribute,
    HouseholdStatus,
    Relationship,
    Schooling,
    Verification,
)
from households.models import Fact, Member

# Households that are compared: those on the register, those supported after their exit, and those not yet identified.
COMPARED_STATUSES = (HouseholdStatus.REGISTERED, HouseholdStatus.EXITED_SUPPORTED, HouseholdStatus.UNREGISTERED)
COMPULSORY = (Schooling.PRIMARY, Schooling.GRADE_7, Schooling.GRADE_8, Schooling.GRADE_9)

Agrees = Callable[[Member, Sequence[Fact], date | None, date], bool]


@dataclass(frozen=True)
class Meaning:
    """What a list of this source says of a member.

    Args:
        fact_kind: the kind of fact that a true hit becomes; '' where it becomes none.
        agrees: whether the register says so already, given the member, the household's facts of the kind, the date of
            the fact and the date of the list.
        expected: members of whom the register says that they should be on the list; None where that is not asked.
        follows: what is left to do by hand once a hit is found true.
        detail_words: what headings of columns contain that say more of the fact.
    """

    agrees: Agrees
    fact_kind: str = ""
    expected: Callable[[], Q] | None = None
    follows: str = ""
    detail_words: tuple[str, ...] = ()


def _fact_is_known(member: Member, facts: Sequence[Fact], fact_date: date | None, list_date: date) -> bool:
    """The register has looked at this very fact: it holds it, or found it untrue or explained."""
    if fact_date is None:
        return any(_holds(fact, list_date) for fact in facts)
    return any(fact.fact_date == fact_date and fact.verification != Verification.PENDING for fact in facts)


def _benefit_is_known(member: Member, facts: Sequence[Fact], fact_date: date | None, list_date: date) -> bool:
    """The household is known to receive it on the day of the list, since whenever."""
    return any(_holds(fact, list_date) for fact in facts)


def _holds(fact: Fact, day: date) -> bool:
    is_over = fact.ended_on is not None and fact.ended_on <= day
    return fact.verification == Verification.TRUE and fact.fact_date <= day and not is_over


def _never(member: Member, facts: Sequence[Fact], fact_date: date | None, list_date: date) -> bool:
    return False


def _is_known_disabled(member: Member, facts: Sequence[Fact], fact_date: date | None, list_date: date) -> bool:
    return Health.DISABLED in member.health


def _is_known_student(member: Member, facts: Sequence[Fact], fact_date: date | None, list_date: date) -> bool:
    return member.schooling != Schooling.NONE


def _heads_of_recipients(kind: str, attribute: str) -> Callable[[], Q]:
    """Heads of households that receive a benefit by their attribute or by a verified fact that has not ended."""

    def expected() -> Q:
        facts = Fact.objects.filter(
            household=OuterRef("household"), kind=kind, verification=Verification.TRUE, ended_on=None
        )
        return Q(relationship=Relationship.HEAD) & (Q(household__attribute=attribute) | Q(Exists(facts)))

    return expected


def _disabled_members() -> Q:
    said = Member.objects.alias(said=Cast("health", TextField()))
    return Q(pk__in=said.filter(said__contains=f'"{Health.DISABLED}"').order_by().values("pk"))


def _pupils() -> Q:
    return Q(schooling__in=COMPULSORY)


CORRECT_MEMBER = _("Correct the member's data in the register.")
CORRECT_INCOME = _("Look whether wages are missing in the income statement.")
END_MEMBERSHIP = _("Open a case for the member's death.")

MEANINGS: dict[str, Meaning] = {
    ListSource.VEHICLE: Meaning(
        _fact_is_known, FactKind.VEHICLE, detail_words=("号牌", "车牌", "品牌", "车型", "车辆类型", "使用性质")
    ),
    ListSource.HOUSING: Meaning(_fact_is_known, FactKind.HOUSING, detail_words=("坐落", "地址", "面积", "用途")),
    ListSource.BUSINESS: Meaning(
        _fact_is_known, FactKind.BUSINESS, detail_words=("企业名称", "字号", "主体名称", "名称", "类型", "状态")
    ),
    ListSource.PAYROLL: Meaning(_fact_is_known, FactKind.PAYROLL, detail_words=("单位", "职务", "人员类别")),
    ListSource.INSURANCE: Meaning(
        _fact_is_known, FactKind.SOCIAL_INSURANCE, follows=CORRECT_INCOME, detail_words=("单位", "险种", "缴费状态")
    ),
    ListSource.DECEASED: Meaning(_never, follows=END_MEMBERSHIP, detail_words=("原因", "注销", "火化")),
    ListSource.SUBSISTENCE: Meaning(
        _benefit_is_known,
        FactKind.SUBSISTENCE,
        _heads_of_recipients(FactKind.SUBSISTENCE, HouseholdAttribute.SUBSISTENCE),
        detail_words=("类别", "证号", "保障人口"),
    ),
    ListSource.DESTITUTE: Meaning(
        _benefit_is_known,
        FactKind.DESTITUTE,
        _heads_of_recipients(FactKind.DESTITUTE, HouseholdAttribute.DESTITUTE),
        detail_words=("供养方式", "类别", "机构"),
    ),
    ListSource.DISABLED: Meaning(
        _is_known_disabled,
        FactKind.DISABLED,
        _disabled_members,
        follows=CORRECT_MEMBER,
        detail_words=("类别", "等级", "残疾证"),
    ),
    ListSource.STUDENT: Meaning(
        _is_known_student, expected=_pupils, follows=CORRECT_MEMBER, detail_words=("学校", "年级", "班级", "学籍")
    ),
}


# Sources that speak of a whole household: one member on the list answers for all.
OF_HOUSEHOLDS = (ListSource.SUBSISTENCE, ListSource.DESTITUTE)


def follows_of(source: str) -> str:
    """What is left to do by hand once a doubt is found true; '' for nothing."""
    return MEANINGS[source].follows
