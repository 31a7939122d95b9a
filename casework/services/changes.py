"""Member changes (自然增减): what a case holds of who joins or leaves, and how it gets into the register."""

import json
from dataclasses import dataclass, field, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from casework.choices import CaseKind, ChangeKind
from casework.models import Case
from fupin import identity
from fupin.encryption import blind_index
from households.choices import HouseholdStatus, LeaveReason, Relationship
from households.entries import entry_of
from households.models import Household, Member
from households.rules import HouseholdEntry, MemberEntry
from households.services import EntryRefused, create_household, update_household

JOINING = (ChangeKind.BIRTH, ChangeKind.MARRIED_IN, ChangeKind.MOVED_IN, ChangeKind.RETURNED)
REASON_OF = {
    ChangeKind.DEATH: LeaveReason.DEATH,
    ChangeKind.MARRIED_OUT: LeaveReason.MARRIED_OUT,
    ChangeKind.MOVED_OUT: LeaveReason.MOVED_OUT,
    ChangeKind.SCHOOL: LeaveReason.SCHOOL,
    ChangeKind.SERVICE: LeaveReason.SERVICE,
    ChangeKind.PRISON: LeaveReason.PRISON,
    ChangeKind.EMIGRATED: LeaveReason.EMIGRATED,
    ChangeKind.MISSING: LeaveReason.MISSING,
    ChangeKind.SPLIT: LeaveReason.SPLIT,
    ChangeKind.MERGE: LeaveReason.MERGED,
}


@dataclass
class Change:
    """Who joins or leaves a household on a day.

    Attributes:
        members: keys of those who leave.
        successor: key of who becomes head where the head leaves.
        new_head: key of the head of the household that splits off.
        target: number of the household that all members join.
        person: values of `MemberEntry` of who joins.
    """

    kind: str
    on: date
    members: list[int] = field(default_factory=list)
    successor: int | None = None
    new_head: int | None = None
    target: str = ""
    person: dict = field(default_factory=dict)

    @property
    def label(self) -> str:
        return str(ChangeKind(self.kind).label)


def as_json(change: Change) -> str:
    """A change as a case keeps it."""
    return json.dumps(change.__dict__, cls=DjangoJSONEncoder, ensure_ascii=False)


def change_of(case: Case) -> Change | None:
    """The change that a case is about; None for a case of another kind."""
    if not case.change:
        return None
    values = json.loads(case.change)
    return Change(**values | {"on": date.fromisoformat(values["on"])})


# --- Checks ---------------------------------------------------------------------------------------------------------
def check_change(change: Change | None, household: Household, actor: User) -> None:
    """Whether a change is possible as it is entered.

    Raises:
        ValidationError: with the errors by field of the form.
    """
    if change is None or change.kind not in ChangeKind:
        raise ValidationError(_("Say who joins or leaves."))
    errors = {}
    if change.on > timezone.localdate():
        errors["on"] = _("The day cannot lie in the future.")
    if change.kind in JOINING:
        errors |= _faults_of_person(change)
    else:
        errors |= _faults_of_leaving(change, household)
    if change.kind == ChangeKind.MERGE:
        errors |= _faults_of_target(change, household, actor)
    if errors:
        raise ValidationError(errors)


def _faults_of_person(change: Change) -> dict[str, str]:
    try:
        number = identity.validate(change.person["id_number"], timezone.localdate())
    except ValidationError as error:
        return {"id_number": error.messages[0]}
    born_on = identity.birth_date(number)
    if change.on < born_on:
        return {"on": _("Nobody joins before birth: by the ID number, born on %(day)s.") % {"day": born_on}}
    if change.kind == ChangeKind.BIRTH and change.on != born_on:
        return {"on": _("By the ID number, born on %(day)s.") % {"day": born_on}}
    if Member.objects.current().filter(id_digest=blind_index(number)).exists():
        return {"id_number": _("This ID number already belongs to a member of another household.")}
    return {}


def _faults_of_leaving(change: Change, household: Household) -> dict[str, str]:
    members = {member.pk: member for member in household.members.current()}
    leaving = set(members) if change.kind == ChangeKind.MERGE else set(change.members)
    errors = {}
    if not leaving or leaving - members.keys():
        errors["members"] = _("Choose who leaves among those who belong to the household.")
        return errors
    for key in leaving:
        joined = members[key].joined_on or members[key].born_on
        if change.on < joined:
            errors["on"] = _("%(name)s belongs to the household since %(day)s; nobody leaves before that.") % {
                "name": members[key].name,
                "day": joined,
            }
    staying = members.keys() - leaving
    head_leaves = any(members[key].relationship == Relationship.HEAD for key in leaving)
    if staying and head_leaves and change.successor not in staying:
        errors["successor"] = _("The head leaves: choose the new head among those who stay.")
    if change.kind == ChangeKind.SPLIT:
        if not staying:
            errors["members"] = _("In a split somebody stays.")
        if change.new_head not in leaving:
            errors["new_head"] = _("Choose the head of the new household among those who leave.")
    return errors


def _faults_of_target(change: Change, household: Household, actor: User) -> dict[str, str]:
    target = Household.objects.visible_to(actor).filter(number=change.target).first()
    if target is None or target.pk == household.pk:
        return {"target": _("There is no other household with this number in your area.")}
    if target.status == HouseholdStatus.CLOSED:
        return {"target": _("This household is dissolved; its record stays as it is.")}
    return {}


# --- Into the register ----------------------------------------------------------------------------------------------
def apply_change(case: Case, actor: User) -> list[Household]:
    """Write a change into the register. Returns the household if nobody is left in it.

    Raises:
        ValidationError: by the rules of entry the household would not be right; the messages say what is wrong.
    """
    change = change_of(case)
    household = Household.objects.select_for_update().get(pk=case.household_id)
    check_change(change, household, actor)
    if change.kind in JOINING:
        _join(household, [_newcomer(change)], actor)
        return []
    members = {member.pk: member for member in household.members.current()}
    leaving = list(members) if change.kind == ChangeKind.MERGE else change.members
    moving = [entry for entry in entry_of(household).members if entry.pk in leaving]
    _leave(household, change, leaving, actor)
    if change.kind == ChangeKind.MERGE:
        target = Household.objects.select_for_update().get(number=change.target)
        _join(target, [_moved(entry, change.on, Relationship.OTHER) for entry in moving], actor)
    if change.kind == ChangeKind.SPLIT:
        _split_off(household, moving, change, actor, opened_by=case.opened_by)
    return [] if len(leaving) < len(members) else [household]


def _newcomer(change: Change) -> MemberEntry:
    number = identity.normalise(change.person["id_number"])
    derived = {"id_number": number, "sex": identity.sex(number), "born_on": identity.birth_date(number)}
    return MemberEntry(**change.person | derived | {"joined_on": change.on})


def _moved(entry: MemberEntry, on: date, relationship: str) -> MemberEntry:
    """Somebody of another household, as they join this one."""
    return replace(entry, pk=None, relationship=relationship, joined_on=on, left_on=None, left_reason="")


def _join(household: Household, people: list[MemberEntry], actor: User) -> None:
    entry = entry_of(household)
    entry.members += people
    _update(household, entry, actor)


def _leave(household: Household, change: Change, leaving: list[int], actor: User) -> None:
    entry = entry_of(household)
    for member in entry.members:
        if member.pk in leaving:
            member.left_on, member.left_reason = change.on, REASON_OF[change.kind]
        elif member.pk == change.successor:
            member.relationship = Relationship.HEAD
    if any(member.left_on is None for member in entry.members):
        _update(household, entry, actor)
        return
    # Nobody is left: the rules of entry ask for a head, so the members are let go one by one.
    for member in household.members.current():
        member.left_on, member.left_reason = change.on, REASON_OF[change.kind]
        member._history_user = actor
        member.save(update_fields=["left_on", "left_reason"])


def _split_off(
    household: Household, moving: list[MemberEntry], change: Change, actor: User, *, opened_by: User
) -> None:
    people = [
        _moved(entry, change.on, Relationship.HEAD if entry.pk == change.new_head else Relationship.OTHER)
        for entry in moving
    ]
    new = HouseholdEntry(
        village=household.village_id,
        group=household.group,
        address=household.address,
        attribute=household.attribute,
        members=people,
    )
    made = _written(lambda: create_household(new, actor))
    # Whoever asked for the split has entered the new household, not who reviewed it.
    Household.objects.filter(pk=made.pk).update(entered_by=opened_by)


def _update(household: Household, entry: HouseholdEntry, actor: User) -> None:
    _written(lambda: update_household(household, entry, household.version, actor))
    # What a case writes is not an edit that keeps its author from reviewing the household.
    newest = household.history.order_by("-history_id").values_list("pk", flat=True)[:1]
    household.history.filter(pk__in=list(newest)).update(history_change_reason=CaseKind.MEMBER_CHANGE)


def _written(write) -> Household:
    try:
        return write()
    except EntryRefused as refusal:
        messages = [problem.message for problem in refusal.problems if problem.is_error]
        raise ValidationError(messages) from refusal
