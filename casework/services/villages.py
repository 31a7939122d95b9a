"""The district's decision upon a village's result (审核确认)."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from casework.choices import CaseKind, CaseStage
from casework.models import Case, CaseEvent
from eligibility.choices import VillageOutcome
from eligibility.models import VillageDetermination
from villages.choices import VillageStanding
from villages.models import VillageIncome, VillageProfile


class AlreadyDecided(Exception):
    """This determination has been decided upon, or a newer one has taken its place."""


@transaction.atomic
def confirm_village(
    determination: VillageDetermination, decision: bool, document: str, decided_on: date, reason: str, actor: User
) -> Case:
    """Decide whether a village is economically weak (审核确认), on the ground of a recalculation's result.

    Args:
        decision: whether the village is economically weak from `decided_on`; True where the result says otherwise, and
            False where it says weak, need a reason.

    Returns:
        The case: completed where the decision follows the result, rejected where it does not.

    Raises:
        PermissionDenied: the actor may not confirm villages, not this one, or entered the income that it rests on.
        AlreadyDecided: the result was decided upon before, or is no longer the current one.
        ValidationError: a document, date or reason is missing or wrong; the errors carry the argument's name.
    """
    if not actor.has_perm("casework.confirm_village"):
        raise PermissionDenied
    determination = VillageDetermination.objects.visible_to(actor).filter(pk=determination.pk).first()
    if determination is None:
        raise PermissionDenied
    profile, _made = VillageProfile.objects.select_for_update().get_or_create(village_id=determination.village_id)
    if not determination.is_current or Case.objects.deciding(determination).exists():
        raise AlreadyDecided
    follows = decision == (determination.outcome == VillageOutcome.WEAK)
    _check_confirmation(determination, document, decided_on, reason, follows=follows)
    if _entered_income(determination, actor):
        raise PermissionDenied(_("Whoever entered the village's income cannot confirm the village."))
    case = Case.objects.create(
        kind=CaseKind.VILLAGE_CONFIRMATION,
        stage=CaseStage.COMPLETED if follows else CaseStage.REJECTED,
        village_id=determination.village_id,
        document=document,
        decided_on=decided_on,
        opened_by=actor,
    )
    standing = VillageStanding.WEAK if decision else VillageStanding.ORDINARY
    CaseEvent.objects.create(
        case=case,
        to_stage=case.stage,
        actor=actor,
        reason=reason,
        details={"determination": determination.pk, "from": profile.standing, "to": standing},
    )
    if profile.standing != standing:
        profile.standing, profile.standing_since = standing, decided_on
        profile.version += 1
        profile._history_user = actor
        profile.save()
    record(
        actor, AuditAction.CONFIRM, "village", determination.village_id, purpose=reason, case=case.pk, standing=standing
    )
    return case


def _check_confirmation(
    determination: VillageDetermination, document: str, decided_on: date, reason: str, *, follows: bool
) -> None:
    errors = {}
    if determination.outcome == VillageOutcome.INSUFFICIENT_DATA:
        errors["decision"] = _("Without the village's income there is nothing to decide.")
    if not document.strip():
        errors["document"] = _("Give the number of the document.")
    if decided_on is None or decided_on > timezone.localdate():
        errors["decided_on"] = _("Give the day of the decision; it cannot lie in the future.")
    if not follows and not reason.strip():
        errors["reason"] = _("Say why the decision differs from the result.")
    if errors:
        raise ValidationError(errors)


def _entered_income(determination: VillageDetermination, actor: User) -> bool:
    year = determination.run.version.income_year
    return VillageIncome.objects.filter(village=determination.village_id, year=year, entered_by=actor).exists()
