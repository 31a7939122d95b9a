"""The roles of the people who work with Fupin."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    VILLAGE = "village", _("Village worker")
    TOWNSHIP = "township", _("Township staff")
    DISTRICT = "district", _("District staff")
    CADRE = "cadre", _("Helping cadre")
    CONTACT = "contact", _("Department contact")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class AuditAction(models.TextChoices):
    REVEAL = "reveal", _("Revealed personal data")
    EXPORT = "export", _("Exported a list")
    IMPORT = "import", _("Imported a file")
    APPROVE = "approve", _("Approved")
    CONFIRM = "confirm", _("Confirmed")
    RECALCULATE = "recalculate", _("Started a recalculation")
    CHANGE = "change", _("Changed")
    SIGN_IN = "sign_in", _("Signed in")
    SIGN_OUT = "sign_out", _("Signed out")
