"""What changes cases, notices and objections. Each service is one transaction, with the actor, within their reach."""

from casework.services.carry_over import CarryOver, NotCarriedOver, carry_over_many
from casework.services.clock import close_finished
from casework.services.holidays import delete_holiday, enter_holiday, take_over_year
from casework.services.notices import add_photo, take_down
from casework.services.objections import enter_objection, follow, handle, object_to
from casework.services.proposals import TakenUp, dismiss, take_up
from casework.services.steps import AlreadyOpen, open_case, take_step
from casework.services.villages import AlreadyDecided, open_village_case

__all__ = [
    "AlreadyDecided",
    "AlreadyOpen",
    "CarryOver",
    "NotCarriedOver",
    "TakenUp",
    "add_photo",
    "carry_over_many",
    "close_finished",
    "delete_holiday",
    "dismiss",
    "enter_holiday",
    "enter_objection",
    "follow",
    "handle",
    "object_to",
    "open_case",
    "open_village_case",
    "take_down",
    "take_over_year",
    "take_step",
    "take_up",
]
