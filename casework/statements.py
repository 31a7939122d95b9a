"""What is said in an objection."""

from dataclasses import dataclass

from casework.choices import ObjectionGround
from casework.models import NoticeEntry


@dataclass(frozen=True)
class Statement:
    """What somebody objects to.

    Attributes:
        entry: the household on the list that should not be on it.
        omitted: which household is missing from the list, in the objector's words.
        name, phone: of the objector, if they want to give them.
    """

    ground: str
    text: str
    entry: NoticeEntry | None = None
    omitted: str = ""
    name: str = ""
    phone: str = ""


def statement_of(values: dict) -> Statement:
    """What was typed into a `casework.forms.StatementForm`; of the two that it can be about, the one chosen."""
    is_listed = values["ground"] == ObjectionGround.LISTED
    return Statement(
        ground=values["ground"],
        text=values["text"],
        entry=values["entry"] if is_listed else None,
        omitted="" if is_listed else values["omitted"],
        name=values["name"],
        phone=values["phone"],
    )
