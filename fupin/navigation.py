"""The menus: one table each of what stands in them, and for whom."""

from dataclasses import dataclass
from itertools import groupby

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    label: str
    route: str
    permission: str = ""
    icon: str = ""
    group: str = ""
    # Routes of pages that belong to this entry without standing below its address.
    also: tuple[str, ...] = ()


REGISTER = _("Household register")
IDENTIFICATION = _("Identification and exit")
ASSISTANCE = _("Assistance")
SYSTEM = _("Work and accounts")

DESK_MENU = (
    Entry(_("Overview"), "casework:desk", "fupin.use_desk", "home"),
    Entry(_("Work by place"), "casework:work", "casework.view", "chart-bar-square"),
    Entry(_("Households"), "households:list", "households.view", "user-group", REGISTER),
    Entry(_("Import"), "households:import", "households.import", "arrow-up-tray", REGISTER),
    Entry(_("Data checks"), "households:checks", "households.view_checks", "clipboard-document-check", REGISTER),
    Entry(_("Villages"), "villages:list", "villages.view", "map", REGISTER),
    Entry(
        _("Recalculations"),
        "eligibility:runs",
        "eligibility.view",
        "calculator",
        IDENTIFICATION,
        also=("eligibility:determinations", "eligibility:village-determinations"),
    ),
    Entry(_("Simulations"), "eligibility:simulations", "eligibility.view", "beaker", IDENTIFICATION),
    Entry(_("Proposals"), "eligibility:proposals", "eligibility.view", "light-bulb", IDENTIFICATION),
    Entry(_("Monitoring"), "eligibility:monitoring", "eligibility.view_alarms", "bell-alert", IDENTIFICATION),
    Entry(
        _("Data comparison"),
        "comparison:overview",
        "eligibility.view_doubts",
        "document-magnifying-glass",
        IDENTIFICATION,
    ),
    Entry(_("Villages to confirm"), "casework:villages", "casework.view", "check-badge", IDENTIFICATION),
    Entry(_("Cases"), "casework:list", "casework.view", "folder", IDENTIFICATION),
    Entry(_("Notices"), "casework:notices", "casework.view", "megaphone", IDENTIFICATION),
    Entry(_("Objections"), "casework:objections", "casework.view", "chat-bubble-left-ellipsis", IDENTIFICATION),
    Entry(_("Standards"), "eligibility:standards", "eligibility.view", "scale", IDENTIFICATION),
    Entry(_("My unit"), "assistance:my-unit", "assistance.own_unit", "building-office-2", ASSISTANCE),
    Entry(_("Pairings"), "assistance:pairings", "assistance.view", "link", ASSISTANCE),
    Entry(_("Measures"), "assistance:measures", "assistance.view", "gift", ASSISTANCE),
    Entry(_("Units and cadres"), "assistance:units", "assistance.view", "building-office", ASSISTANCE),
    Entry(_("Reference tables"), "reference:home", "assistance.import_reference", "table-cells", ASSISTANCE),
    Entry(_("Jobs"), "jobs:list", "fupin.use_desk", "clock", SYSTEM),
    Entry(_("Accounts"), "accounts:list", "accounts.manage", "identification", SYSTEM),
    Entry(_("Holidays"), "casework:holidays", "casework.edit_holidays", "calendar-days", SYSTEM),
    Entry(_("Audit"), "accounts:audit", "accounts.view_audit", "shield-check", SYSTEM),
)

PORTAL_MENU = (
    Entry(_("Home"), "portal:home"),
    Entry(_("Look up a household"), "portal:lookup"),
    Entry(_("Notices"), "portal:notices", also=("portal:objections",)),
    Entry(_("Townships and villages"), "portal:villages"),
    Entry(_("Statistics"), "portal:statistics"),
)


def _menu(entries: tuple[Entry, ...], user, path: str) -> list[dict]:
    """The entries that `user` may open, each with its address; current is the one that says most of `path`."""
    items = []
    for entry in entries:
        if entry.permission and not user.has_perm(entry.permission):
            continue
        try:
            items.append({"entry": entry, "url": reverse(entry.route), "nearness": _nearness(entry, path)})
        except NoReverseMatch:
            continue
    current = max(items, key=lambda item: item["nearness"], default=None)
    for item in items:
        item["is_current"] = item is current and item["nearness"] > 0
    return items


def _nearness(entry: Entry, path: str) -> int:
    """How many characters of `path` one of the entry's addresses says; 0 for a page that is not the entry's."""
    addresses = [reverse(route) for route in (entry.route, *entry.also)]
    return max(
        len(address) if path == address or (address != "/" and path.startswith(address)) else 0 for address in addresses
    )


def navigation(request) -> dict:
    """Context of every page: the portal's menu, and for a signed-in person the desk's, in groups."""
    user = getattr(request, "user", None)
    menus = {"portal_menu": _menu(PORTAL_MENU, user, request.path)}
    if user is not None and user.is_authenticated:
        menus["desk_menu"] = [
            {"label": group, "entries": list(items)}
            for group, items in groupby(_menu(DESK_MENU, user, request.path), key=lambda item: item["entry"].group)
        ]
    return menus
