"""What cadres and department contacts reach: they have no territory, only people and villages they answer for."""

from django.db.models import Q

from accounts.choices import Role
from assistance.models import Linkage, Pairing
from fupin.scope import Reach, register_reach
from villages.models import Village


def reach_of_cadre(user) -> Reach:
    """The households paired with the cadre today, and their villages."""
    pairings = Pairing.objects.current().filter(cadre__user=user, cadre__is_active=True).order_by()
    return Reach(households=pairings.values("household_id"), villages=pairings.values("household__village_id"))


def reach_of_contact(user) -> Reach:
    """The households paired today with cadres of the contact's units; their villages, and those linked today."""
    pairings = (
        Pairing.objects.current()
        .filter(cadre__unit__contacts=user, cadre__unit__is_active=True, cadre__is_active=True)
        .order_by()
    )
    linkages = Linkage.objects.current().filter(unit__contacts=user, unit__is_active=True).order_by()
    villages = Village.objects.filter(
        Q(pk__in=linkages.values("village_id")) | Q(pk__in=pairings.values("household__village_id"))
    )
    return Reach(households=pairings.values("household_id"), villages=villages.order_by().values("pk"))


def register() -> None:
    """Make both known to the one place that narrows rows."""
    register_reach(Role.CADRE, reach_of_cadre)
    register_reach(Role.CONTACT, reach_of_contact)
