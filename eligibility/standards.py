"""Standards from draft through submission to approval by a second person; an approved version never changes."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.choices import AuditAction
from accounts.models import User
from eligibility.choices import FIRST_YEAR, FROZEN, LAST_YEAR, Subject, VersionState
from eligibility.documents import Content, WrongDocument, as_document, from_document
from eligibility.models import Criterion, Standard, StandardVersion
from eligibility.schema import ITEMS, Mistake

# What a draft says, beside its criteria.
VALUES = (
    "reference_date",
    "income_year",
    "line",
    "inclusive",
    "divisor",
    "items",
    "item_notes",
    "valid_from",
    "valid_to",
    "basis",
    "note",
)
# Words that stand in addresses where a standard's code does.
RESERVED_CODES = {"new", "upload", "compare"}
# What a criterion says, beside its place.
CRITERION_VALUES = ("effect", "fact_kind", "threshold", "cost", "floor", "cap", "note")


@transaction.atomic
def propose(code: str, title: str, subject: str, values: dict, criteria: list[dict], actor: User) -> StandardVersion:
    """A new standard with its first version as a draft.

    `values` are fields of StandardVersion (VALUES); `criteria` are fields of Criterion (CRITERION_VALUES), in the order
    in which they are to stand.

    Raises:
        PermissionDenied: the actor may not edit standards.
        ValidationError: a value is wrong.
    """
    _require(actor, "eligibility.edit_standard")
    if code in RESERVED_CODES:
        raise ValidationError({"code": _("This word stands in addresses for something else; choose another.")})
    standard = Standard(code=code, title=title, subject=subject)
    standard.full_clean()
    standard.save()
    return _write(StandardVersion(standard=standard, number=1), values, criteria, actor)


@transaction.atomic
def new_draft(standard: Standard, actor: User) -> StandardVersion:
    """The next version of a standard as a draft, copied from its newest with all criteria.

    Raises:
        PermissionDenied: the actor may not edit standards.
        ValidationError: there is a draft already.
    """
    _require(actor, "eligibility.edit_standard")
    _hold(standard)
    if standard.versions.exclude(state__in=FROZEN).exists():
        raise ValidationError(_("There is a draft already; edit that one."), code="draft_exists")
    newest = standard.versions.order_by("-number").first()
    copied = from_document(as_document(newest))
    values = copied.values | {"basis": ""}
    return _write(StandardVersion(standard=standard, number=_next(standard)), values, copied.criteria, actor)


@transaction.atomic
def import_content(content: Content, actor: User, *, replace_draft: bool = False) -> StandardVersion:
    """What a document says as a draft: of a new standard, or as the next version of the one with its code.

    Raises:
        PermissionDenied: the actor may not edit standards.
        WrongDocument: the standard with this code has another title, or applies to something else.
        ValidationError: there is a draft, and it is not to be replaced; or it is submitted.
    """
    _require(actor, "eligibility.edit_standard")
    standard = Standard.objects.filter(code=content.code).first()
    if standard is None:
        version = propose(content.code, content.title, content.subject, content.values, content.criteria, actor)
    else:
        _refuse_another(standard, content)
        _hold(standard)
        unfinished = standard.versions.exclude(state__in=FROZEN).first()
        if unfinished is not None and not replace_draft:
            raise ValidationError(
                _("Version %(number)s is a draft already.") % {"number": unfinished.number}, code="draft_exists"
            )
        version = _hold_draft(unfinished) if unfinished else StandardVersion(standard=standard, number=_next(standard))
        version = _write(version, content.values, content.criteria, actor)
    _record(version, actor, AuditAction.IMPORT)
    return version


def _refuse_another(standard: Standard, content: Content) -> None:
    kept = {"/title": (standard.title, content.title), "/applies_to": (standard.subject, content.subject)}
    mistakes = [
        Mistake(path, _("The standard with this code says something else."), is_kept)
        for path, (is_kept, is_said) in kept.items()
        if is_kept != is_said
    ]
    if mistakes:
        raise WrongDocument(mistakes)


def _next(standard: Standard) -> int:
    return (standard.versions.aggregate(Max("number"))["number__max"] or 0) + 1


@transaction.atomic
def edit_draft(version: StandardVersion, values: dict, criteria: list[dict], actor: User) -> StandardVersion:
    """Replace what a draft says. Whoever edits it proposes it, and cannot be the one to approve it.

    Raises:
        PermissionDenied: the actor may not edit standards.
        ValidationError: it is no draft, or a value is wrong.
    """
    _require(actor, "eligibility.edit_standard")
    return _write(_hold_draft(version), values, criteria, actor)


@transaction.atomic
def discard_draft(version: StandardVersion, actor: User) -> None:
    """Throw a draft away, and its standard with it where there is no other version.

    Raises:
        PermissionDenied: the actor may not edit standards.
        ValidationError: it is no draft, or a simulation rests on it.
    """
    _require(actor, "eligibility.edit_standard")
    version = _hold_draft(version)
    if version.runs.exists():
        raise ValidationError(_("A simulation rests on this draft, so it is kept."), code="simulated")
    version.delete()
    if not version.standard.versions.exists():
        version.standard.delete()


@transaction.atomic
def submit(version: StandardVersion, actor: User) -> StandardVersion:
    """Hand a draft in for approval; from here on it stays as it is until it is taken back or returned.

    Raises:
        PermissionDenied: the actor may not edit standards.
        ValidationError: it is no draft.
    """
    _require(actor, "eligibility.edit_standard")
    version = _hold_draft(version)
    version.state, version.submitted_by, version.submitted_at = VersionState.SUBMITTED, actor, timezone.now()
    version.returned_by, version.returned_because = None, ""
    version.save()
    _record(version, actor, AuditAction.CHANGE, step="submit")
    return version


@transaction.atomic
def take_back(version: StandardVersion, actor: User) -> StandardVersion:
    """Make a submitted version a draft again, to go on writing it.

    Raises:
        PermissionDenied: the actor may not edit standards.
        ValidationError: it is not submitted.
    """
    _require(actor, "eligibility.edit_standard")
    version = _hold_submitted(version)
    version.state = VersionState.DRAFT
    version.save()
    _record(version, actor, AuditAction.CHANGE, step="take_back")
    return version


@transaction.atomic
def send_back(version: StandardVersion, actor: User, reason: str) -> StandardVersion:
    """Return a submitted version as a draft to those who write it, with what they are to change.

    Raises:
        PermissionDenied: the actor may not approve standards.
        ValidationError: it is not submitted, or no reason is given.
    """
    _require(actor, "eligibility.approve_standard")
    version = _hold_submitted(version)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what is to be changed.")})
    version.state, version.returned_by, version.returned_because = VersionState.DRAFT, actor, reason.strip()
    version.full_clean(exclude=["proposed_by", "approved_by", "approved_at"])
    version.save()
    _record(version, actor, AuditAction.CHANGE, purpose=version.returned_because, step="return")
    return version


@transaction.atomic
def approve(version: StandardVersion, actor: User, basis: str, seen: datetime | None = None) -> StandardVersion:
    """Put a submitted version in force, in the place of the one before.

    `basis` names the document that it rests on; `seen` is when what the actor read had been submitted.

    Raises:
        PermissionDenied: the actor may not approve standards.
        ValidationError: it is not submitted, has been submitted anew since it was read, rests on no document, is not
            valid today, or the actor wrote or submitted it.
    """
    _require(actor, "eligibility.approve_standard")
    version = _hold_submitted(version)
    if actor.pk in version.authors:
        raise ValidationError(_("A second person approves a standard, not its proposer."), code="same_person")
    if seen is not None and seen != version.submitted_at:
        raise ValidationError(_("It has been changed since you opened this page; read it again."), code="stale")
    if not basis.strip():
        raise ValidationError({"basis": _("Name the document that the standard rests on.")})
    _refuse_out_of_validity(version)
    version.standard.versions.filter(state=VersionState.APPROVED).update(state=VersionState.SUPERSEDED)
    version.state, version.basis = VersionState.APPROVED, basis.strip()
    version.approved_by, version.approved_at = actor, timezone.now()
    version.full_clean()
    version.save()
    _record(version, actor, AuditAction.APPROVE, purpose=version.basis)
    return version


def _refuse_out_of_validity(version: StandardVersion) -> None:
    """It takes the place of the one in force at once, so it must be valid by then."""
    today = timezone.localdate()
    if version.valid_from and version.valid_from > today:
        message = _(
            "It is valid from %(day)s only. Approved now, it would leave no standard in force until then; approve it "
            "on that day."
        )
        raise ValidationError(message % {"day": version.valid_from.isoformat()}, code="not_yet_valid")
    if version.valid_to and version.valid_to <= today:
        message = _("Its validity has ended on %(day)s; return it to be changed.")
        raise ValidationError(message % {"day": version.valid_to.isoformat()}, code="no_longer_valid")


def waiting_for(user: User) -> QuerySet[StandardVersion]:
    """What waits for a person: versions that they may approve, and drafts of theirs that were returned."""
    own = Q(proposed_by=user) | Q(submitted_by=user)
    waiting = Q(state=VersionState.DRAFT) & ~Q(returned_because="") & own
    if user.has_perm("eligibility.approve_standard"):
        waiting |= Q(state=VersionState.SUBMITTED) & ~own
    rows = StandardVersion.objects.filter(waiting).select_related("standard", "submitted_by", "returned_by")
    return rows.order_by("standard__code", "-number")


def version_in_force(code: str | None = None, subject: str = Subject.HOUSEHOLD) -> StandardVersion | None:
    """The approved version of a standard that is valid today; without a code, the one of the latest reference date.

    A version is valid from `valid_from` up to, not including, `valid_to`; either may be open.
    """
    today = timezone.localdate()
    versions = StandardVersion.objects.select_related("standard").filter(
        Q(valid_from=None) | Q(valid_from__lte=today),
        Q(valid_to=None) | Q(valid_to__gt=today),
        state=VersionState.APPROVED,
        standard__subject=subject,
    )
    if code is not None:
        versions = versions.filter(standard__code=code)
    return versions.order_by("-reference_date", "-approved_at").first()


def _write(version: StandardVersion, values: dict, criteria: list[dict], actor: User) -> StandardVersion:
    for name in VALUES:
        if name in values:
            setattr(version, name, values[name])
    version.proposed_by = actor
    rows = [Criterion(version=version, position=position, **row) for position, row in enumerate(criteria)]
    check(version, rows)
    version.save()
    version.criteria.all().delete()
    for row in rows:
        row.version = version
    Criterion.objects.bulk_create(rows)
    return version


def check(version: StandardVersion, criteria: Sequence[Criterion]) -> None:
    """Refuse what no standard may say, and turn what it says into its types; neither needs to be saved.

    Raises:
        ValidationError: a value is wrong, by the name of its field where it is the version's.
    """
    subject = version.standard.subject
    known = ITEMS[subject]
    if not version.items or not isinstance(version.items, list) or {*version.items, *version.item_notes} - set(known):
        raise ValidationError({"items": _("Choose which income is counted.")})
    version.note = version.note.replace("\r\n", "\n")
    version.items = [name for name in known if name in version.items]
    version.item_notes = {name: note for name in known if (note := version.item_notes.get(name))}
    if version.valid_from and version.valid_to and version.valid_to <= version.valid_from:
        raise ValidationError({"valid_to": _("The end of the validity must lie after its beginning.")})
    if criteria and subject == Subject.VILLAGE:
        raise ValidationError(_("A standard for villages has no criteria beside the line."), code="criteria")
    version.full_clean(exclude=["proposed_by", "approved_by", "approved_at"], validate_constraints=False)
    if not FIRST_YEAR <= version.reference_date.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError({"reference_date": _("The day must lie between %(first)d and %(last)d.") % years})
    if version.line < 0:
        raise ValidationError({"line": _("The line cannot be negative.")})
    version.validate_constraints(exclude=["proposed_by", "approved_by", "approved_at"])
    if len({row.code for row in criteria}) < len(criteria):
        raise ValidationError(_("Each kind of fact and each cost stands in one criterion only."), code="criteria")
    for row in criteria:
        row.full_clean(exclude=["version"])
        if row.floor < 0 or (row.cap is not None and row.cap < 0):
            raise ValidationError(_("A floor or a cap cannot be negative."), code="negative")


def _require(actor: User, permission: str) -> None:
    if not actor.has_perm(permission):
        raise PermissionDenied


def _hold(standard: Standard) -> None:
    Standard.objects.select_for_update().get(pk=standard.pk)


def _hold_draft(version: StandardVersion) -> StandardVersion:
    return _hold_in(VersionState.DRAFT, version, _("Only a draft can be changed."), "not_draft")


def _hold_submitted(version: StandardVersion) -> StandardVersion:
    return _hold_in(VersionState.SUBMITTED, version, _("This version is not submitted for approval."), "not_submitted")


def _hold_in(state: VersionState, version: StandardVersion, refusal: str, code: str) -> StandardVersion:
    _hold(version.standard)
    version = StandardVersion.objects.select_related("standard").get(pk=version.pk)
    if version.state != state:
        raise ValidationError(refusal, code=code)
    return version


def _record(version: StandardVersion, actor: User, action: AuditAction, *, purpose: str = "", **details) -> None:
    accounts.record(
        actor, action, "standard", version.standard.code, purpose=purpose, version=version.number, **details
    )
