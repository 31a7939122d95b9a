"""Where in the register a finding points: a field of the household, or the field of a row named by its key."""

from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from households.checks.registry import process_rules
from households.choices import FactKind, HouseholdStatus
from households.models import Fact, Household, IncomeYear, LivingConditions, Member
from households.rules import HouseholdEntry

MODEL_OF = {"members": Member, "incomes": IncomeYear, "facts": Fact, "living": LivingConditions}
SECTIONS = {
    "members": _("Members"),
    "incomes": _("Income"),
    "facts": _("Facts"),
    "living": _("Living conditions"),
}


def place_of(path: str, entry: HouseholdEntry) -> tuple[str, int | None, str]:
    """The place of a path of the entry, the member that it is in, and what else its row is known by.

    "members.2.labour" is ("members.17.labour", 17, "") for the row of key 17.
    """
    kind, *rest = path.split(".")
    if len(rest) < 2:
        return path, None, ""
    row = getattr(entry, kind)[int(rest[0])]
    place = f"{kind}.{row.pk}.{rest[1]}"
    if kind == "members":
        return place, row.pk, ""
    return place, None, str(row.year or "") if kind == "incomes" else row.kind


def label_of(finding) -> str:
    """Whose field it is, and which, in words."""
    kind, *rest = finding.place.split(".")
    if not kind:
        return ""
    if not rest:
        return str(SECTIONS.get(kind) or _field(Household, kind))
    whose = finding.member.name if finding.member_id else _row(kind, finding.row)
    return " · ".join(filter(None, (whose, _field(MODEL_OF[kind], rest[-1]))))


def url_of(finding) -> str:
    """Where it is put right: the entry form at the field, or where the floor says that the rule comes from."""
    number = finding.household.number
    if finding.household.status == HouseholdStatus.CLOSED:
        return ""
    if rule := process_rules.get(finding.rule):
        return rule.link(number)
    return f"{reverse('households:edit', args=[number])}?{urlencode({'field': finding.place})}"


def _row(kind: str, row: str) -> str:
    return str(FactKind(row).label) if kind == "facts" and row in FactKind else row


def _field(model, name: str) -> str:
    try:
        label = str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name
    return label[:1].upper() + label[1:]
