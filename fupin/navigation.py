"""The menu of the staff desk: one table of what stands in it, for whom."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    label: str
    route: str
    permission: str
    icon: str


DESK_MENU = (
    Entry(_("Overview"), "casework:desk", "fupin.use_desk", "home"),
    Entry(_("Households"), "households:list", "households.view", "user-group"),
    Entry(_("Import"), "households:import", "households.import", "arrow-up-tray"),
    Entry(_("Villages"), "villages:list", "villages.view", "map"),
    Entry(_("Recalculations"), "eligibility:runs", "eligibility.view", "calculator"),
    Entry(_("Proposals"), "eligibility:proposals", "eligibility.view", "light-bulb"),
    Entry(_("Standards"), "eligibility:standards", "eligibility.view", "scale"),
    Entry(_("Cases"), "casework:list", "casework.view", "folder"),
    Entry(_("Pairings"), "assistance:pairings", "assistance.view", "link"),
    Entry(_("Measures"), "assistance:measures", "assistance.view", "gift"),
    Entry(_("Units and cadres"), "assistance:units", "assistance.manage_reference", "building-office"),
    Entry(_("Jobs"), "jobs:list", "fupin.use_desk", "clock"),
    Entry(_("Accounts"), "accounts:list", "accounts.manage", "identification"),
    Entry(_("Audit"), "accounts:audit", "accounts.view_audit", "shield-check"),
)


def navigation(request) -> dict:
    """The menu entries that the signed-in person may open, each with its address and whether it is the page shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    entries = []
    for entry in DESK_MENU:
        if not user.has_perm(entry.permission):
            continue
        try:
            url = reverse(entry.route)
        except NoReverseMatch:
            continue
        entries.append({"entry": entry, "url": url})
    current = max(
        (item for item in entries if request.path.startswith(item["url"])),
        key=lambda item: len(item["url"]),
        default=None,
    )
    for item in entries:
        item["is_current"] = item is current
    return {"desk_menu": entries}
