"""Levels of divisions, and the standing of a village."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    DISTRICT = "district", _("District")
    TOWNSHIP = "township", _("Township")
    VILLAGE = "village", _("Village")


class VillageStanding(models.TextChoices):
    """Whether a village is an economically weak village (经济一般村); set by a case, never by hand."""

    ORDINARY = "ordinary", _("Not an economically weak village")
    WEAK = "weak", _("Economically weak village")

    @property
    def colour(self) -> str:
        return "amber" if self is VillageStanding.WEAK else "neutral"
