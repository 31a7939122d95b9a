"""What changes the register: one transaction each, with the actor, every change in the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Max, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from fupin import identity
from fupin.clock import DatabaseNow
from fupin.conflicts import Conflict
from fupin.encryption import blind_index
from fupin.history import record_history
from households import entries
from households.checks import refresh
from households.checks.explaining import explain_entry, unexplained
from households.checks.finding import circumstances
from households.choices import HouseholdStatus
from households.crossings import watched
from households.models import (
    Explanation,
    Fact,
    Finding,
    Household,
    HouseholdMove,
    IncomeYear,
    LineCrossing,
    LivingConditions,
    Member,
)
from households.pinyin import head_values
from households.rules import HouseholdEntry, Problem, has_errors, problems_of
from households.signals import households_changed, households_moved
from villages.models import Village

SERIAL_DIGITS = 5
REVEALABLE = {"id_number": Member, "bank_account": Household}


@dataclass(frozen=True)
class Answers:
    """What the person says to what the rules ask: why a doubt is right, by rule and path; why the line is crossed."""

    explanations: Mapping[tuple[str, str], str] = field(default_factory=dict)
    reason: str = ""


class EntryRefused(Exception):
    """The entry has errors, or something is still to be said about it.

    Attributes:
        problems: all that is wrong with it, doubts and hints too.
        asked: the doubts that are still to be explained.
        crossing: the move across the line that still needs a reason; None where none does.
    """

    def __init__(
        self, problems: list[Problem], *, asked: list[Problem] = (), crossing: LineCrossing | None = None
    ) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems, self.asked, self.crossing = problems, list(asked), crossing


def check(entry: HouseholdEntry, actor: User, household: Household | None = None) -> list[Problem]:
    """All that is wrong with an entry, by the rules and by what the register holds; `household` is being edited."""
    return [
        *_problems_of_status(household),
        *_problems_of_place(entry, actor, household),
        *_problems_of_identity(entry, actor, household),
        *problems_of(entry, circumstances()),
    ]


def _problems_of_status(household: Household | None) -> list[Problem]:
    if household is None or household.status != HouseholdStatus.CLOSED:
        return []
    return [Problem("status", "closed", _("This household is dissolved; its record stays as it is."), rule="H-122")]


def _problems_of_place(entry: HouseholdEntry, actor: User, household: Household | None) -> list[Problem]:
    if not entry.village or (household and household.village_id == entry.village):
        return []
    if Village.objects.visible_to(actor).valid_on(timezone.localdate()).filter(pk=entry.village).exists():
        return []
    message, wanted = _("There is no such village in your area."), _("A village of your area")
    return [Problem("village", "village", message, wanted, rule="H-121")]


def _problems_of_identity(entry: HouseholdEntry, actor: User, household: Household | None) -> list[Problem]:
    """ID numbers that a current member of another household has; whose it is, is said only to who may see it."""
    paths = {
        blind_index(identity.normalise(member.id_number)): f"members.{index}.id_number"
        for index, member in enumerate(entry.members)
        if member.id_number and member.left_on is None
    }
    taken = Member.objects.current().filter(id_digest__in=paths).select_related("household")
    if household is not None:
        taken = taken.exclude(household=household)
    taken = list(taken)
    visible = set(
        Household.objects.visible_to(actor)
        .filter(pk__in=[member.household_id for member in taken])
        .values_list("pk", flat=True)
    )
    problems = []
    for member in taken:
        message = _("This ID number already belongs to a member of another household.")
        if member.household_id in visible:
            message = _("This ID number already belongs to a member of household %(number)s.") % {
                "number": member.household.number
            }
        problems.append(Problem(paths[member.id_digest], "id_taken", message, _("Another number"), rule="M-131"))
    return problems


def next_number(village: Village) -> str:
    """The next free household number of a village: its code and five digits. Call it inside a transaction."""
    Village.objects.select_for_update().get(pk=village.pk)
    own = Household.objects.filter(number__startswith=village.pk, number__regex=rf"^\d{{{12 + SERIAL_DIGITS}}}$")
    last = own.aggregate(last=Max("number"))["last"]
    serial = int(last[-SERIAL_DIGITS:]) + 1 if last else 1
    return f"{village.pk}{serial:0{SERIAL_DIGITS}d}"


def _races_are_refusals(service):
    """Turn a constraint that another person's save hit between check and write into a refusal that can be shown."""

    @wraps(service)
    def guarded(*args, **kwargs):
        try:
            with transaction.atomic():
                return service(*args, **kwargs)
        except IntegrityError as error:
            message = _("Somebody has entered the same person or statement at this moment; please save again.")
            raise EntryRefused([Problem("members", "race", message)]) from error

    return guarded


@_races_are_refusals
def create_household(entry: HouseholdEntry, actor: User, answers: Answers | None = None) -> Household:
    """Write a household with its members, incomes, facts and living conditions.

    Args:
        answers: None where nobody is there to be asked; doubts then wait in the list of findings.

    Raises:
        EntryRefused: the entry has errors, or a doubt that the answers do not explain.
    """
    problems = _accepted(entry, actor, None, answers)
    village = Village.objects.get(pk=entry.village)
    household = Household(number=next_number(village), village=village, entered_by=actor)
    _write_household(household, entry)
    _save(household, actor)
    _write_parts(household, entry, actor)
    _follow(household, problems, actor, answers)
    households_changed.send(Household, households=[household.pk])
    return household


@_races_are_refusals
def update_household(
    household: Household, entry: HouseholdEntry, version: int, actor: User, answers: Answers | None = None
) -> Household:
    """Write an entry over a household whose version the person saw. An entry that changes nothing writes nothing.

    Members, incomes and facts that the entry no longer names are taken out; the history keeps them.

    Args:
        answers: None where nobody is there to be asked; doubts then wait in the list of findings.

    Raises:
        EntryRefused: the entry has errors, a new doubt that the answers do not explain, or it moves a submitted
            household across the line and the answers give no reason.
        Conflict: somebody else has saved since; nothing was written.
    """
    current = Household.objects.select_for_update().get(pk=household.pk)
    if current.version != version:
        raise Conflict(current)
    entry = replace(entry, status=current.status)
    problems = _accepted(entry, actor, current, answers)
    came_from, moved = current.village_id, current.village_id != entry.village
    with watched([current.pk], actor, answers.reason if answers else "") as crossings:
        changed = _write_household(current, entry)
        changed |= _write_parts(current, entry, actor, moved=moved)
    if crossings and answers is not None and not answers.reason.strip():
        raise EntryRefused(problems, crossing=crossings[0])
    if changed:
        current.version += 1
        _save(current, actor)
        if moved:
            _keep_moves([(current.pk, came_from)], entry.village, "", actor)
        households_changed.send(Household, households=[current.pk])
    if changed or answers:
        _follow(current, problems, actor, answers)
    return current


@transaction.atomic
def move_household(household: Household, village: Village, reason: str, actor: User) -> Household:
    """Let a household lie in another village of the actor's area, with all that is kept of it. Its number stays.

    Raises:
        ValidationError: it is dissolved, it lies there already, the village is none of today's, or no reason is given.
    """
    current = Household.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=household.pk)
    if current.status == HouseholdStatus.CLOSED:
        raise ValidationError(_("This household is dissolved; its record stays as it is."))
    if current.village_id == village.pk:
        raise ValidationError({"village": _("The household lies in this village already.")})
    if not Village.objects.visible_to(actor).valid_on(timezone.localdate()).filter(pk=village.pk).exists():
        raise ValidationError({"village": _("There is no such village in your area.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the household moves.")})
    came_from = current.village_id
    move_households([current.pk], village.pk, reason.strip(), actor)
    record(actor, AuditAction.CHANGE, "household", current.number, moved_from=came_from, moved_to=village.pk)
    current.refresh_from_db()
    return current


MOVED_AT_ONCE = 1_000


def move_households(keys: Sequence[int], village: str, reason: str, actor: User) -> None:
    """Move households with all that is kept of them, in sets and in the caller's transaction; numbers stay.

    The village is kept on members, incomes, facts and findings too, so that a part of the register is one range of each
    table.
    """
    for start in range(0, len(keys), MOVED_AT_ONCE):
        part = list(keys[start : start + MOVED_AT_ONCE])
        households = Household.objects.select_for_update().filter(pk__in=part).order_by("pk")
        origins = list(households.values_list("pk", "village_id"))
        for model in (Member, IncomeYear, Fact, Finding, Explanation, LineCrossing):
            model.objects.filter(household__in=part).update(village=village)
        Household.objects.filter(pk__in=part).update(
            village=village, version=F("version") + 1, touched_at=DatabaseNow()
        )
        record_history(Household, part, actor, reason=reason[:100])
        _keep_moves(origins, village, reason, actor)
        refresh(part)
        households_moved.send(Household, households=part, village=village)
        households_changed.send(Household, households=part)


def follow_merger(sender, village: str, into: str, reason: str, actor: User, **_signal) -> None:
    """Move everybody of a village that is merged into another (`villages.signals.village_merged`)."""
    keys = list(Household.objects.filter(village=village).order_by("pk").values_list("pk", flat=True))
    move_households(keys, into, reason, actor)


def _keep_moves(origins: list[tuple[int, str]], village: str, reason: str, actor: User) -> None:
    HouseholdMove.objects.bulk_create(
        HouseholdMove(household_id=key, from_village=origin, to_village=village, reason=reason, actor=actor)
        for key, origin in origins
    )


def _accepted(
    entry: HouseholdEntry, actor: User, household: Household | None, answers: Answers | None
) -> list[Problem]:
    """The problems of an entry that may be written all the same."""
    problems = check(entry, actor, household)
    asked = []
    if answers is not None:
        given = {key for key, text in answers.explanations.items() if text.strip()}
        asked = [one for one in unexplained(problems, household) if (one.rule, one.path) not in given]
    if asked or has_errors(problems):
        raise EntryRefused(problems, asked=asked)
    return problems


def _follow(household: Household, problems: list[Problem], actor: User, answers: Answers | None) -> None:
    """Keep what was explained, and bring the findings up to date."""
    if answers is not None:
        explain_entry(household, problems, answers.explanations, actor)
    refresh([household.pk])


def _write_household(household: Household, entry: HouseholdEntry) -> bool:
    values = {name: getattr(entry, name) for name in entries.HOUSEHOLD_FIELDS}
    return entries.write_values(household, values | {"village_id": entry.village} | head_values(entry.head.name))


def _write_parts(household: Household, entry: HouseholdEntry, actor: User, *, moved: bool = False) -> bool:
    """Members, incomes, facts and living conditions of the entry; says whether anything changed."""
    heads_last = sorted(entry.members, key=lambda member: member.is_head)
    parts = (
        (Member, [(member.pk, entries.member_values(member)) for member in heads_last]),
        (IncomeYear, [(income.pk, entries.income_values(income)) for income in entry.incomes]),
        (Fact, [(fact.pk, entries.fact_values(fact)) for fact in entry.facts]),
    )
    changed = False
    for model, rows in parts:
        changed |= _replace(model, household, rows, actor)
    if entry.living is not None:
        living = LivingConditions.objects.filter(pk=household.pk).first() or LivingConditions(household=household)
        if entries.write_values(living, entry.living):
            _save(living, actor)
            changed = True
    return changed | moved


def _replace(model: type[models.Model], household: Household, rows: list[tuple[int | None, dict]], actor: User) -> bool:
    """Make the household's rows of a model be exactly these, touching only what differs.

    Raises:
        EntryRefused: a row that is to go is still needed by other records.
    """
    kept = {row.pk: row for row in model.objects.select_for_update().filter(household=household)}
    named = {pk for pk, _values in rows if pk in kept}
    changed = False
    for pk in kept.keys() - named:
        changed = True
        _take_out(kept[pk], actor)
    if model is Member:
        _free_moving_digests(household, kept, rows)
    for pk, values in rows:
        row = kept.get(pk) or model(household=household)
        if entries.write_values(row, values | {"village_id": household.village_id}):
            changed = True
            _save(row, actor)
    return changed


def _free_moving_digests(household: Household, kept: dict[int, Member], rows: list[tuple[int | None, dict]]) -> None:
    """Let two members exchange their ID numbers: the digest is unique at every moment, so both let go of theirs."""
    moving = [pk for pk, values in rows if pk in kept and kept[pk].id_digest != values["id_digest"]]
    if len(moving) > 1:
        for pk in moving:
            Member.objects.filter(household=household, pk=pk).update(id_digest=f"moving-{pk}")


def _take_out(row: models.Model, actor: User) -> None:
    row._history_user = actor
    try:
        row.delete()
    except ProtectedError as error:
        message = _("%(what)s is still needed by other records; end it with a date instead.") % {
            "what": getattr(row, "name", "") or row._meta.verbose_name
        }
        raise EntryRefused([Problem("members", "protected", message)]) from error


def _save(row: models.Model, actor: User) -> None:
    row._history_user = actor
    row.save()


def reveal(subject: Household | Member, field: str, purpose: str, actor: User) -> str:
    """A personal datum in full, written down with the purpose. Who may, is the permission households.reveal.

    Raises:
        ValidationError: no purpose was given.
        ValueError: the field is not one that is revealed.
    """
    if REVEALABLE.get(field) is not type(subject):
        raise ValueError(field)
    if not purpose.strip():
        raise ValidationError(_("Say what the number is needed for."), "required")
    household = subject if isinstance(subject, Household) else subject.household
    record(
        actor,
        AuditAction.REVEAL,
        subject._meta.model_name,
        household.number,
        purpose=purpose.strip()[:200],
        field=field,
        key=subject.pk,
    )
    return getattr(subject, field)
