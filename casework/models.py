"""Cases (办件): the only way by which a status changes. And the public register that a case writes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.choices import CaseKind, CaseStage
from casework.querysets import CaseQuerySet
from households.choices import HouseholdStatus
from households.models import Household
from villages.models import Village


class Case(models.Model):
    """A case about a household or a village, from its opening to a decision."""

    scope_village = "village_id"
    scope_household = "household_id"

    kind = models.CharField(_("kind"), max_length=30, choices=CaseKind)
    stage = models.CharField(_("stage"), max_length=30, choices=CaseStage, default=CaseStage.OPEN)
    village = models.ForeignKey(Village, models.PROTECT, related_name="cases", verbose_name=_("village"))
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="cases", verbose_name=_("household")
    )
    document = models.CharField(_("document number"), max_length=60, blank=True)
    decided_on = models.DateField(_("decided on"), null=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(stage=CaseStage.OPEN), name="one_open_case_a_household"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class CaseEvent(models.Model):
    """One step of a case: from where to where, who, when and why. Written once."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    from_stage = models.CharField(_("previous stage"), max_length=30, choices=CaseStage, blank=True)
    to_stage = models.CharField(_("new stage"), max_length=30, choices=CaseStage)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("time"), auto_now_add=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        ordering = ["pk"]


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
