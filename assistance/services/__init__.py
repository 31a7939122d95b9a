"""What changes helpers and help. Each service is one transaction, with the actor, within what the actor may see."""

from assistance.services.aid import correct_delivery, end_grant, grant_measure, log_delivery, withdraw_delivery
from assistance.services.catalogue import load_catalogue
from assistance.services.directory import save_cadre, save_measure, save_unit
from assistance.services.pairings import end_linkage, end_pairing, hand_over, link, pair
from assistance.services.visits import correct_visit, log_visit, visit_already_logged

__all__ = [
    "correct_delivery",
    "correct_visit",
    "end_grant",
    "end_linkage",
    "end_pairing",
    "grant_measure",
    "hand_over",
    "link",
    "load_catalogue",
    "log_delivery",
    "log_visit",
    "pair",
    "save_cadre",
    "save_measure",
    "save_unit",
    "visit_already_logged",
    "withdraw_delivery",
]
