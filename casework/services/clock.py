"""The clock of publicities: what it does by itself, and what it never does."""

import structlog
from django.core.exceptions import ValidationError
from django.utils import timezone

from casework.models import Case
from casework.rules import faults_of_clock
from casework.services.steps import take_step
from casework.stages import NOTICE_OF_STAGE, steps_from
from fupin.conflicts import Conflict

logger = structlog.get_logger(__name__)


def close_finished() -> int:
    """Move cases whose publicity has ended, without an open objection, to where they wait for people. Never further.

    Each case in a transaction of its own: one that cannot move keeps none of the others. Returns how many were moved.
    """
    today, moved = timezone.localdate(), 0
    waiting = Case.objects.filter(stage__in=list(NOTICE_OF_STAGE), notice__ends_on__lt=today).select_related("notice")
    for case in waiting.order_by("pk"):
        if faults_of_clock(case, today):
            continue
        step = next(step for step in steps_from(case.kind, case.stage) if step.awaits_clock)
        try:
            take_step(None, step.code, {case.pk: case.version}, {})
        except (Conflict, ValidationError) as refusal:
            logger.info("publicity_not_closed", case=case.pk, error=type(refusal).__name__)
            continue
        moved += 1
    return moved
