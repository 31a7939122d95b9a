"""What stands on the printed forms of cases and lists, from what was written down of them."""

from dataclasses import dataclass
from datetime import date

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.choices import CaseStage
from casework.models import Case, CaseEvent, Notice
from casework.stages import step_of

APPRAISALS = ("appraise", "not_passed")


def forms_of(case: Case) -> list[tuple[str, str]]:
    """Label and address of the forms that a case has."""
    forms = [
        (_("Print the application"), "application", has_application(case)),
        (_("Print the appraisal minutes"), "appraisal", has_appraisal(case)),
        (_("Print the refusal letter"), "refusal", has_refusal(case)),
    ]
    return [(label, reverse(f"casework:print-{name}", args=[case.pk])) for label, name, exists in forms if exists]


def has_application(case: Case) -> bool:
    """Whether a household applies for what the case is about."""
    return case.household_id is not None and step_of(case.kind, "apply") is not None


def has_appraisal(case: Case) -> bool:
    """Whether the village votes in this kind of case."""
    return case.household_id is not None and step_of(case.kind, "appraise") is not None


def has_refusal(case: Case) -> bool:
    return case.household_id is not None and case.stage == CaseStage.REJECTED


@dataclass(frozen=True)
class Minutes:
    """The record of an appraisal; blank where the meeting has not been held."""

    on: date | None = None
    place: str = ""
    chaired_by: str = ""
    entitled: int | None = None
    attending: int | None = None
    in_favour: int | None = None
    against: int | None = None
    abstained: int | None = None
    opinion: str = ""
    reason: str = ""
    passed: bool | None = None


def minutes_of(case: Case) -> Minutes:
    """The minutes of the latest appraisal."""
    event = _latest(case, lambda event: event.step in APPRAISALS)
    if event is None:
        return Minutes()
    kept = {name: value for name, value in event.details.items() if name in Minutes.__dataclass_fields__}
    kept |= {"on": date.fromisoformat(kept["on"]) if kept.get("on") else None}
    return Minutes(**kept | {"passed": event.step == "appraise", "reason": reason_of(event)})


def refusal_of(case: Case) -> CaseEvent | None:
    """The event by which a case was rejected."""
    return _latest(case, lambda event: event.to_stage == CaseStage.REJECTED)


def reason_of(event: CaseEvent | None) -> str:
    """The reason that was written down with a step."""
    return (event.reason or event.details.get("reason", "")) if event else ""


def _latest(case: Case, wanted) -> CaseEvent | None:
    return next((event for event in reversed(list(case.events.all())) if wanted(event)), None)


def public_address(notice: Notice, request) -> str:
    """Where the public reads a list, in full."""
    path = reverse("portal:notice", args=[notice.code])
    return f"{settings.FUPIN_SITE_URL}{path}" if settings.FUPIN_SITE_URL else request.build_absolute_uri(path)


def qr_code(text: str) -> str:
    """A text as a QR code: a picture in a data: address."""
    return segno.make(text, error="m", micro=False).svg_data_uri(border=2, dark="#000", light="#fff")
