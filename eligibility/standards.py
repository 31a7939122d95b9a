"""Standards from draft to approval by a second person; an approved version never changes."""

from accounts.models import User
from eligibility.choices import Subject
from eligibility.models import Standard, StandardVersion


def propose(code: str, title: str, subject: str, values: dict, criteria: list[dict], actor: User) -> StandardVersion:
    """A new standard with its first version as a draft; `values` are fields of StandardVersion, `criteria` of Criterion
    (without position, which follows from the order).

    Raises:
        PermissionDenied, ValidationError.
    """
    raise NotImplementedError


def new_draft(standard: Standard, actor: User) -> StandardVersion:
    """The next version of a standard as a draft, copied from its newest with all criteria.

    Raises:
        PermissionDenied; ValidationError: there is a draft already.
    """
    raise NotImplementedError


def edit_draft(version: StandardVersion, values: dict, criteria: list[dict], actor: User) -> StandardVersion:
    """Replace what a draft says. Who edits it has proposed it, and cannot be the one to approve it.

    Raises:
        PermissionDenied; ValidationError: not a draft, or a value is wrong.
    """
    raise NotImplementedError


def discard_draft(version: StandardVersion, actor: User) -> None:
    """Throw a draft away, with its standard where it is the only version.

    Raises:
        PermissionDenied; ValidationError: not a draft, or a simulation rests on it.
    """
    raise NotImplementedError


def approve(version: StandardVersion, actor: User, basis: str) -> StandardVersion:
    """Put a draft in force, in the place of the version before.

    Raises:
        PermissionDenied; ValidationError: not a draft, no basis document, or the actor proposed it.
    """
    raise NotImplementedError


def version_in_force(code: str | None = None, subject: str = Subject.HOUSEHOLD) -> StandardVersion | None:
    """The approved version of a standard that is valid today; without a code, the one of the latest reference date."""
    raise NotImplementedError
