"""The public register that a case writes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from households.choices import HouseholdStatus


class PublicRecord(models.Model):
    """The public register: flat, already masked, with its search keys. The public pages read this and nothing else.

    Written in the transaction that makes a status public. `name_key` is a keyed hash of the head's full name, so that
    not even this table holds it.
    """

    number = models.CharField(_("household number"), max_length=24, primary_key=True)
    village_code = models.CharField(_("village code"), max_length=12)
    name_key = models.CharField(max_length=32)
    village_name = models.CharField(_("village"), max_length=60)
    township_name = models.CharField(_("township"), max_length=60)
    group = models.CharField(_("villagers' group"), max_length=30, blank=True)
    masked_name = models.CharField(_("head of household"), max_length=60)
    size = models.PositiveSmallIntegerField(_("household size"))
    status = models.CharField(_("status"), max_length=20, choices=HouseholdStatus)
    year = models.PositiveSmallIntegerField(_("year"))

    class Meta:
        verbose_name = _("public record")
        verbose_name_plural = _("public register")
        indexes = [models.Index(fields=["village_code", "name_key"], name="public_record_lookup")]

    def __str__(self) -> str:
        return self.number
