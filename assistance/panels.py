"""What assistance shows on the pages of households and villages."""

from django.utils import timezone

from assistance.filters import unpaired
from assistance.models import Delivery, Grant, Linkage, Pairing, Visit
from fupin.panels import register_panel
from households.models import Household
from villages.models import Village

VISITS_SHOWN = 5
VISITS_PRINTED = 40


def pairings_of(household: Household, user) -> dict | None:
    """Who is and was paired with a household, and the visits that stand."""
    if not user.has_perm("assistance.view"):
        return None
    pairings = Pairing.objects.visible_to(user).filter(household=household).select_related("cadre__unit", "ended_by")
    visits = Visit.objects.visible_to(user).counting().filter(household=household)
    return {
        "household": household,
        "pairings": pairings.order_by("-started_on", "-pk"),
        "visits": visits.select_related("cadre").order_by("-visited_on", "-pk")[:VISITS_SHOWN],
        "visit_count": visits.count(),
        "today": timezone.localdate(),
    }


def aid_of(household: Household, user) -> dict | None:
    """What a household was given and what of it arrived, with sums."""
    if not user.has_perm("assistance.view"):
        return None
    grants = Grant.objects.visible_to(user).filter(household=household).select_related("measure", "member")
    deliveries = Delivery.objects.visible_to(user).filter(grant__household=household)
    return {
        "household": household,
        "grants": grants.with_sums().with_deliveries().order_by("state", "-started_on", "-pk"),
        "total": deliveries.total(),
    }


def helpers_of(village: Village, user) -> dict | None:
    """The units linked with a village, and how many of its registered households are paired."""
    if not user.has_perm("assistance.view"):
        return None
    linkages = Linkage.objects.visible_to(user).filter(village=village).select_related("unit")
    registered = Household.objects.visible_to(user).filter(village=village, status="registered")
    count = registered.count()
    paired = count - unpaired(registered).count()
    return {
        "village": village,
        "linkages": linkages.order_by("-started_on", "-pk"),
        "registered": count,
        "paired": paired,
        "percent": paired * 100 // count if count else None,
        "knows_all": bool(user.jurisdiction),
        "today": timezone.localdate(),
    }


def helpers_printed(household: Household, user) -> dict | None:
    """Who is paired with a household now, for its printed forms."""
    if not user.has_perm("assistance.view"):
        return None
    pairings = Pairing.objects.visible_to(user).current().filter(household=household).select_related("cadre__unit")
    return {"pairings": pairings.order_by("-is_main", "-started_on", "-pk")}


def help_printed(household: Household, user) -> dict | None:
    """What a household was given, what of it arrived, and the latest visits that stand, for its handbook."""
    if not user.has_perm("assistance.view"):
        return None
    visits = Visit.objects.visible_to(user).counting().filter(household=household).select_related("cadre")
    visits = visits.order_by("-visited_on", "-pk")[:VISITS_PRINTED]
    return {"grants": aid_of(household, user)["grants"], "visits": visits}


def register() -> None:
    """Put the panels on their pages."""
    register_panel("household", 30, "assistance/household_pairings.html", pairings_of)
    register_panel("household", 40, "assistance/household_aid.html", aid_of)
    register_panel("village", 30, "assistance/village_helpers.html", helpers_of)
    register_panel("print_registration", 30, "print/helpers.html", helpers_printed)
    register_panel("print_handbook", 30, "print/helpers.html", helpers_printed)
    register_panel("print_handbook", 40, "print/help.html", help_printed)
