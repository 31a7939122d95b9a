"""What must agree in an account: the role and the length of the jurisdiction's division code."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role

# Length of the division code that a role's jurisdiction has; 0 where the role has no territory.
JURISDICTION_LENGTH = {
    Role.VILLAGE: 12,
    Role.TOWNSHIP: 9,
    Role.DISTRICT: 6,
    Role.AUDITOR: 6,
    Role.ADMINISTRATOR: 6,
    Role.CADRE: 0,
    Role.CONTACT: 0,
}


def check_jurisdiction(role: str, code: str) -> None:
    """Check that a division code has the shape that the role asks for, and lies in the district served.

    Raises:
        ValidationError: with a code: unexpected, shape or district.
    """
    length = JURISDICTION_LENGTH[Role(role)]
    if not length:
        if code:
            raise ValidationError(_("This role has no jurisdiction; leave it empty."), "unexpected")
        return
    if len(code) != length or not (code.isascii() and code.isdigit()):
        raise ValidationError(
            _("The jurisdiction of this role is a division code of %(length)d digits."), "shape", {"length": length}
        )
    if not code.startswith(settings.DISTRICT_CODE):
        raise ValidationError(
            _("The division code must begin with the district's, %(district)s."),
            "district",
            {"district": settings.DISTRICT_CODE},
        )
