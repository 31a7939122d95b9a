"""Cases of villages (经济一般村审核确认): opened upon a result that would change a village's standing."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.candidates import villages_to_confirm
from casework.choices import CaseKind
from casework.models import Case, CaseEvent
from casework.services.steps import due_on
from casework.stages import PROCEDURES
from eligibility.models import VillageDetermination


class AlreadyDecided(ValidationError):
    """A case upon this result is open or was decided, or a newer result has taken its place."""


@transaction.atomic
def open_village_case(actor: User, determination: VillageDetermination, ground: str) -> Case:
    """Open the case that decides whether a village is economically weak, upon a recalculation's result.

    Raises:
        PermissionDenied: the actor may not open cases.
        VillageDetermination.DoesNotExist: the village is out of the actor's reach.
        AlreadyDecided: there is a case upon the result, a newer one stands, or it would change nothing.
        ValidationError: no reason is given.
    """
    if not actor.has_perm("casework.open"):
        raise PermissionDenied
    determination = VillageDetermination.objects.visible_to(actor).select_related("village").get(pk=determination.pk)
    if not ground.strip():
        raise ValidationError({"ground": _("Say why the case is opened.")})
    if not villages_to_confirm(actor).filter(pk=determination.pk).exists():
        raise AlreadyDecided(_("This result is in a case already, or a newer one stands."))
    first = PROCEDURES[CaseKind.VILLAGE_CONFIRMATION].first
    case = Case(
        kind=CaseKind.VILLAGE_CONFIRMATION,
        stage=first,
        village=determination.village,
        determination=determination,
        ground=ground.strip(),
        opened_by=actor,
        due_on=due_on(first),
    )
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        raise AlreadyDecided(_("This result is in a case already, or a newer one stands.")) from error
    CaseEvent.objects.create(case=case, step="open", to_stage=case.stage, actor=actor, reason=case.ground)
    return case
