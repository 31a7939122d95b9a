"""What changes accounts, and what is written down of people's doings."""

import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import Token

from accounts.choices import AuditAction
from accounts.models import AuditEvent, User

# Characters that nobody mistakes for one another when a password is read out.
PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def record(
    actor: User, action: AuditAction, subject: str, reference: str = "", *, purpose: str = "", **details
) -> AuditEvent:
    """Write an audit event, in the transaction of the change that it speaks of. `details` hold no personal data."""
    return AuditEvent.objects.create(
        actor=actor,
        role=actor.role,
        action=action,
        subject=subject,
        reference=reference,
        purpose=purpose,
        details=details,
    )


def record_export(sender, actor: User, subject: str, rows: int, file_format: str, purpose: str = "", **_signal) -> None:
    """Write down that a list left the house as a file, and what for where that was asked."""
    record(actor, AuditAction.EXPORT, subject, purpose=purpose, rows=rows, format=file_format)


def record_print(sender, actor: User, subject: str, reference: str, form: str, file_format: str, **_signal) -> None:
    """Write down that a form was made for the printer."""
    record(actor, AuditAction.EXPORT, subject, reference, form=form, format=file_format)


def initial_password() -> str:
    """A random password of 15 characters, in groups of five (about 74 bits)."""
    return "-".join("".join(secrets.choice(PASSWORD_ALPHABET) for _place in range(5)) for _group in range(3))


def end_sessions(user: User) -> None:
    """End every session and token of a user, now."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    Token.objects.filter(user=user).delete()
    user.refresh_from_db(fields=["session_epoch"])


@transaction.atomic
def create_account(user: User, actor: User) -> str:
    """Save a new account. Returns its initial password, which must be changed at the first sign-in."""
    password = initial_password()
    user.set_password(password)
    user.must_change_password = True
    user.save()
    record(actor, AuditAction.CHANGE, "account", user.username, created=True, role=user.role)
    return password


@transaction.atomic
def update_account(user: User, actor: User) -> None:
    """Save an edited account. With another role, jurisdiction or standing its sessions and tokens end.

    Raises:
        ValidationError: one's own role, jurisdiction or standing was to be changed.
    """
    before = User.objects.select_for_update().get(pk=user.pk)
    changed = [name for name in ("role", "jurisdiction", "is_active", "name", "phone") if _differ(before, user, name)]
    reaching = {"role", "jurisdiction", "is_active"} & set(changed)
    if reaching and user.pk == actor.pk:
        raise ValidationError(_("Another administrator must change your own role, jurisdiction or standing."), "own")
    user.save(update_fields=["role", "jurisdiction", "is_active", "name", "phone", "email", "is_staff"])
    if reaching:
        end_sessions(user)
    if changed:
        record(actor, AuditAction.CHANGE, "account", user.username, fields=changed)


def _differ(before: User, after: User, name: str) -> bool:
    return getattr(before, name) != getattr(after, name)


def hand_over(jurisdiction: str, to: str, actor: User) -> None:
    """Make whoever is responsible for one division responsible for another, because the first is gone."""
    for user in User.objects.select_for_update().filter(jurisdiction=jurisdiction).order_by("pk"):
        user.jurisdiction = to
        user.save(update_fields=["jurisdiction"])
        end_sessions(user)
        record(actor, AuditAction.CHANGE, "account", user.username, fields=["jurisdiction"])


@transaction.atomic
def reset_password(user: User, actor: User) -> str:
    """Give an account a new random password, which is returned, and end its sessions and tokens."""
    password = initial_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user)
    record(actor, AuditAction.CHANGE, "account", user.username, fields=["password"])
    return password


@transaction.atomic
def change_own_password(user: User, password: str) -> None:
    """Set one's own new password; sessions elsewhere and the token end."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user)
    record(user, AuditAction.CHANGE, "account", user.username, fields=["password"])


@transaction.atomic
def issue_token(user: User) -> str:
    """A new token for the API in place of the one before. Returns its key."""
    Token.objects.filter(user=user).delete()
    token = Token.objects.create(user=user)
    record(user, AuditAction.CHANGE, "token", user.username, issued=True)
    return token.key


@transaction.atomic
def revoke_token(user: User) -> None:
    """End one's own token."""
    deleted, _by_model = Token.objects.filter(user=user).delete()
    if deleted:
        record(user, AuditAction.CHANGE, "token", user.username, issued=False)
