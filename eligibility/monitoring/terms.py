"""What monitoring goes by: a table of terms with their defaults, and the rows that the district has set."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import services as accounts
from accounts.choices import AuditAction
from accounts.models import User
from eligibility.models import MonitoringTerm, Standard, StandardVersion
from fupin.money import half_up

YUAN, PERCENT, DAYS, TIMES = "yuan", "percent", "days", "times"
UNITS = {
    YUAN: pgettext_lazy("unit", "yuan"),
    PERCENT: pgettext_lazy("unit", "%"),
    DAYS: pgettext_lazy("unit", "days"),
    TIMES: pgettext_lazy("unit", "times the line"),
}


@dataclass(frozen=True)
class Term:
    """One term: what it is called, its unit, what holds unless the district says otherwise, and its bounds."""

    label: str
    unit: str
    default: Decimal
    least: Decimal
    most: Decimal
    # The term of the amber alarm that this one of the red alarm may not lie below.
    not_below: str = ""

    @property
    def is_whole(self) -> bool:
        return self.unit in (PERCENT, DAYS)

    @property
    def unit_label(self) -> str:
        return UNITS[self.unit]


LINE_FACTOR = "line_factor"
_MOST_YUAN = 10_000_000


def _term(label: str, unit: str, default: str, least: int, most: int, not_below: str = "") -> Term:
    return Term(label, unit, Decimal(default), Decimal(least), Decimal(most), not_below)


TERMS = {
    LINE_FACTOR: _term(gettext_lazy("Monitored line: factor of the standard's line"), TIMES, "1.5", 1, 5),
    "income_fall_amber": _term(gettext_lazy("Fall of income a head, amber: more than"), PERCENT, "20", 1, 100),
    "income_fall_red": _term(
        gettext_lazy("Fall of income a head, red: more than"), PERCENT, "40", 1, 100, "income_fall_amber"
    ),
    "medical_floor": _term(gettext_lazy("Medical costs a year, amber: at least"), YUAN, "5000", 0, _MOST_YUAN),
    "medical_red": _term(
        gettext_lazy("Medical costs a year, red: at least"), YUAN, "20000", 0, _MOST_YUAN, "medical_floor"
    ),
    "medical_ratio": _term(gettext_lazy("Medical costs against the year before: at least"), PERCENT, "200", 100, 1000),
    "schooling_floor": _term(gettext_lazy("Schooling costs a year, amber: at least"), YUAN, "5000", 0, _MOST_YUAN),
    "schooling_red": _term(
        gettext_lazy("Schooling costs a year, red: at least"), YUAN, "15000", 0, _MOST_YUAN, "schooling_floor"
    ),
    "schooling_ratio": _term(
        gettext_lazy("Schooling costs against the year before: at least"), PERCENT, "200", 100, 1000
    ),
    "worker_days": _term(gettext_lazy("A worker lost is alarmed of within"), DAYS, "365", 1, 3650),
    "aid_before": _term(gettext_lazy("Aid that ends is alarmed of before its end by"), DAYS, "30", 0, 365),
    "aid_after": _term(gettext_lazy("Aid that ended without another is alarmed of within"), DAYS, "180", 1, 3650),
}


@dataclass(frozen=True)
class TermsInForce:
    """The terms of a day: `terms["medical_floor"]` is a Decimal, in the term's unit."""

    day: date
    rows: dict[tuple[str, int | None], MonitoringTerm]

    def __getitem__(self, name: str) -> Decimal:
        row = self.rows.get((name, None))
        return row.value if row else TERMS[name].default

    def line_factor(self, standard: Standard) -> Decimal:
        """The factor of this standard's line; the district sets one for each."""
        row = self.rows.get((LINE_FACTOR, standard.pk))
        return row.value if row else TERMS[LINE_FACTOR].default

    def monitored_line(self, version: StandardVersion) -> Decimal:
        """Yuan a head a year, half up to the fen."""
        return half_up(version.line * self.line_factor(version.standard))

    def row(self, name: str, standard: Standard | None = None) -> MonitoringTerm | None:
        """The district's row in force; None where the default holds."""
        return self.rows.get((name, standard.pk if standard else None))


def in_force(day: date | None = None) -> TermsInForce:
    """The terms in force on a day, by default today."""
    day = day or timezone.localdate()
    rows = MonitoringTerm.objects.filter(valid_from__lte=day).select_related("set_by")
    return TermsInForce(day, {(row.name, row.standard_id): row for row in rows.order_by("valid_from", "pk")})


@transaction.atomic
def set_term(
    actor: User, name: str, value: Decimal, valid_from: date, basis: str, standard: Standard | None = None
) -> MonitoringTerm:
    """Set a term from a day on; what was set before stays on record.

    Args:
        standard: of which standard's line the factor is; for no other term.

    Raises:
        PermissionDenied: the actor does not set terms.
        ValidationError: there is no such term, the value is out of its bounds, a red alarm would come before the amber
            one, the day lies in the past, or there is no basis document.
    """
    if not actor.has_perm("eligibility.set_monitoring"):
        raise PermissionDenied
    if name not in TERMS or (name == LINE_FACTOR) != (standard is not None):
        raise ValidationError({"name": _("There is no such term.")})
    errors: dict[str, str] = {}
    if fault := _fault_of(TERMS[name], value) or _fault_of_order(name, value, valid_from):
        errors["value"] = fault
    if valid_from < timezone.localdate():
        errors["valid_from"] = _("A term is set from today or a later day on.")
    if not basis.strip():
        errors["basis"] = _("Name the document that the term rests on.")
    if errors:
        raise ValidationError(errors)
    row = MonitoringTerm.objects.create(
        name=name, standard=standard, value=value, valid_from=valid_from, basis=basis.strip(), set_by=actor
    )
    details = {"value": str(value), "valid_from": valid_from.isoformat()}
    accounts.record(actor, AuditAction.CHANGE, "monitoring term", name, purpose=row.basis, **details)
    return row


def _fault_of(term: Term, value: Decimal) -> str:
    if not term.least <= value <= term.most:
        return _("Enter a value from %(least)s to %(most)s.") % {"least": term.least, "most": term.most}
    if term.is_whole and value != value.to_integral_value():
        return _("Enter a whole number.")
    return ""


def _fault_of_order(name: str, value: Decimal, day: date) -> str:
    """Why a value would put a red alarm before its amber one, now or by what is set for later days."""
    for red, term in TERMS.items():
        if red == name and any(value < other for other in _values_from(term.not_below, day)):
            return _("A red alarm cannot come before the amber one.")
        if term.not_below == name and any(value > other for other in _values_from(red, day)):
            return _("A red alarm cannot come before the amber one.")
    return ""


def _values_from(name: str, day: date) -> list[Decimal]:
    """The value of a term on a day and all that it changes to later."""
    if not name:
        return []
    later = MonitoringTerm.objects.filter(name=name, valid_from__gt=day).values_list("value", flat=True)
    return [in_force(day)[name], *later]
