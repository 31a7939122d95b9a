"""Villages whose result waits for a case."""

from django.db.models import Q, QuerySet

from casework.choices import CaseStage
from casework.models import Case
from eligibility.choices import VillageOutcome
from eligibility.models import VillageDetermination
from villages.choices import VillageStanding


def villages_to_confirm(user) -> QuerySet[VillageDetermination]:
    """Current results that would change a village's standing and that are in no case, nor were decided upon.

    Villages below the line that are not weak yet, and weak ones that are no longer below it.
    """
    taken_up = Case.objects.exclude(determination=None).exclude(stage=CaseStage.WITHDRAWN)
    is_weak = Q(village__profile__standing=VillageStanding.WEAK)
    return (
        VillageDetermination.objects.visible_to(user)
        .filter(is_current=True)
        .filter(Q(outcome=VillageOutcome.WEAK) & ~is_weak | Q(outcome=VillageOutcome.NOT_WEAK) & is_weak)
        .exclude(pk__in=taken_up.values("determination"))
        .select_related("village__parent", "village__profile", "run__version__standard")
        .order_by("village_id")
    )
