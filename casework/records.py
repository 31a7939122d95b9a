"""How a case reads on a page: its path, and what was written down of its steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.choices import CaseStage, NoticeKind
from casework.forms import RECORDS
from casework.models import Case, CaseEvent
from casework.rules import proposed_comparison
from casework.services.changes import Change
from casework.stages import Procedure, Step, step_of
from eligibility.comparison.standing import standing_of
from fupin.masking import mask_id_number
from households.choices import Relationship

# What stands in the details of an event for programs, not for people.
UNTOLD = {"notice", "to_stage", "status", "determination", "from", "to"}


@dataclass(frozen=True)
class Waypoint:
    """A stage of a case's path: passed, the present one, or still to come."""

    stage: CaseStage
    state: str


@dataclass(frozen=True)
class Told:
    """An event with its label and what was written down, as labels and texts."""

    event: CaseEvent
    label: str
    facts: list[tuple[str, str]]


def today() -> date:
    return timezone.localdate()


def path_of(case: Case, procedure: Procedure) -> list[Waypoint]:
    """The stages of the procedure, and how far the case has come; of one that was stopped, where."""
    path = procedure.path
    stage = case.stage
    if stage not in path:
        last = case.events.order_by("-pk").values_list("from_stage", flat=True).first()
        path = [*path[: path.index(last) + 1 if last in path else 1], CaseStage(stage)]
    here = path.index(stage)
    return [
        Waypoint(one, "passed" if number < here or (number == here and case.is_closed) else
                 "present" if number == here else "coming")
        for number, one in enumerate(path)
    ]  # fmt: skip


def told(event: CaseEvent) -> Told:
    """An event as a person reads it."""
    step = step_of(event.case.kind, event.step)
    label = _("The case is opened") if event.step == "open" else step.label if step else event.get_to_stage_display()
    form = RECORDS[step.record] if step else None
    facts = list(_facts(event.details, form.base_fields if form else {}))
    if step and step.back_to:
        facts.insert(0, (_("Return to"), event.get_to_stage_display()))
    return Told(event, str(label), facts)


def _facts(details: dict, fields: dict[str, forms.Field]) -> Iterator[tuple[str, str]]:
    for name, value in details.items():
        field = fields.get(name)
        if name in UNTOLD or field is None or value in (None, ""):
            continue
        yield str(field.label), _text(field, value)


def _text(field: forms.Field, value) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))
    return str(value)


def change_told(change: Change, case: Case) -> list[tuple[str, str]]:
    """A member change as labels and texts, with the ID number masked."""
    names = dict(case.household.members.values_list("pk", "name"))
    told = [(_("Change"), change.label), (_("Day of the change"), str(change.on))]
    if change.person:
        told += [
            (_("Name"), change.person["name"]),
            (_("ID number"), mask_id_number(change.person["id_number"])),
            (_("Relation to head"), str(Relationship(change.person["relationship"]).label)),
        ]
    if change.members:
        told.append((_("Who leaves"), "、".join(names.get(key, "—") for key in change.members)))
    if change.successor:
        told.append((_("New head of the household"), names.get(change.successor, "—")))
    if change.new_head:
        told.append((_("Head of the new household"), names.get(change.new_head, "—")))
    if change.target:
        told.append((_("Number of the household they join"), change.target))
    return told


def initial_of(step: Step, case: Case, user) -> dict:
    """What a record's form opens with."""
    initial = {"on": today(), "place": "", "applicant": "", "signed_by": ""}
    if case.household is not None:
        initial |= {"applicant": case.household.head_name, "signed_by": case.household.head_name}
    if step.record == "decision":
        initial["comparison"] = proposed_comparison(standing_of(case.household))
    if step.posts:
        initial |= {"place": str(RECORDS[step.record].base_fields["place"].initial), "contact": contact_of(case, user)}
    return initial


def contact_of(case: Case, user) -> str:
    """Where people object: the office of the township, or of the district for what the district posts."""
    previous = case.notice.contact if case.notice and case.notice.kind != NoticeKind.ANNOUNCEMENT else ""
    office = _("%(township)s people's government, poverty alleviation office") % {
        "township": case.village.parent.name if case.village.parent else case.village.name
    }
    return previous or f"{office}{' ' + user.phone if user.phone else ''}"


def moved_meanwhile() -> ValidationError:
    """What a person reads whose case somebody else has moved in the meantime."""
    return ValidationError(
        _("Somebody has moved this case since you opened the page. Nothing was written; look at the case first.")
    )
