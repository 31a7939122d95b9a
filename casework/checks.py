"""What the check of the register asks of cases, and when a household counts as submitted."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework.calendar import last_day
from casework.choices import CaseStage, NoticeKind, ObjectionState
from casework.models import CaseEvent, NoticeEntry, Objection
from casework.stages import ENTERED, PROCEDURES
from households.checks import ProcessRule, register_rules
from households.checks.registry import Found
from households.choices import HouseholdStatus, Severity
from households.crossings import register_submitted
from households.models import Household


def register() -> None:
    """Let the check know these rules, when the application starts."""
    register_submitted(submitted)
    register_rules(
        ProcessRule(
            "C-101",
            Severity.ERROR,
            _("A list of this household was posted for fewer days than are required."),
            short_publicity,
            link=_to_household,
        ),
        ProcessRule(
            "C-102",
            Severity.ERROR,
            _("The case went on although an objection was not answered."),
            passed_over_objection,
            link=_to_household,
        ),
        ProcessRule(
            "C-103",
            Severity.ERROR,
            _("Whoever entered the household also reviewed it."),
            reviewed_by_enterer,
            link=_to_household,
        ),
    )


def _to_household(number: str) -> str:
    return reverse("households:detail", args=[number])


def submitted(households: list[int]) -> set[int]:
    """Households on the register or off it again, and those of which a case has left its first stage."""
    decided = Household.objects.filter(pk__in=households).exclude(status=HouseholdStatus.UNREGISTERED)
    passed = CaseEvent.objects.filter(case__household__in=households).exclude(from_stage="")
    passed = passed.exclude(from_stage=CaseStage.APPLICATION, to_stage=CaseStage.WITHDRAWN)
    return {*decided.values_list("pk", flat=True), *passed.values_list("case__household", flat=True)}


def _entries(households: list[int]):
    return NoticeEntry.objects.filter(case__household__in=households)


def short_publicity(households: list[int], today: date) -> Iterable[Found]:
    """Households on a list whose days are fewer than it says, or than are required (reference §8.3, 15).

    A list that was taken down because its case was returned or withdrawn was not decided upon.
    """
    required = settings.FUPIN_PUBLICITY_DAYS
    entries = _entries(households).filter(notice__taken_down_at=None).exclude(notice__kind=NoticeKind.ANNOUNCEMENT)
    rows = entries.values_list(
        "case__household", "notice", "notice__starts_on", "notice__ends_on", "notice__days", "notice__day_kind"
    )
    return [
        Found(pk, (notice,))
        for pk, notice, first, last, days, kind in rows
        if days < required or last < last_day(first, days, kind)
    ]


def passed_over_objection(households: list[int], today: date) -> Iterable[Found]:
    """Households whose list ended, and whose case went on, with an objection unanswered (reference §8.3, 15)."""
    waiting = Objection.objects.filter(
        entry__case__household__in=households, state=ObjectionState.OPEN, notice__ends_on__lt=today
    ).exclude(entry__case__notice=F("notice"), entry__case__stage__in=_PUBLICITIES)
    return [Found(pk, (key,)) for pk, key in waiting.values_list("entry__case__household", "pk")]


def reviewed_by_enterer(households: list[int], today: date) -> Iterable[Found]:
    """Households of which a step that bars who entered them was taken by that person (reference §8.3, 16)."""
    barred = {
        (procedure.kind, step.code)
        for procedure in PROCEDURES.values()
        for step in procedure.steps
        if ENTERED in step.not_by
    }
    if not barred:
        return []
    steps = Q(pk__in=[])
    for kind, code in barred:
        steps |= Q(case__kind=kind, step=code)
    rows = CaseEvent.objects.filter(steps, case__household__in=households, actor=F("case__household__entered_by"))
    return [Found(pk, (event,)) for pk, event in rows.values_list("case__household", "pk")]


_PUBLICITIES = [CaseStage.VILLAGE_PUBLICITY, CaseStage.TOWNSHIP_PUBLICITY, CaseStage.ANNOUNCEMENT]
