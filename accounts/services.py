"""What changes accounts, and what is written down of people's doings."""

from accounts.choices import AuditAction
from accounts.models import AuditEvent, User


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
