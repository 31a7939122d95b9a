"""Changes that moved a household across the income line after it was submitted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fupin.money import FenField
from households.models.register import Household
from households.querysets import LineCrossingQuerySet
from villages.models import Village


class LineCrossing(models.Model):
    """An edit by which the income a head of a submitted household came to the other side of the line (reference §8.3).

    Flagged until a reviewer has seen it, and kept for good. Amounts in yuan a head and year.
    """

    scope_village = "village_id"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.PROTECT, related_name="crossings", verbose_name=_("household"))
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", editable=False)
    standard = models.CharField(_("standard"), max_length=30)
    line = FenField(_("line"))
    per_head_before = FenField(_("a head before"))
    per_head_after = FenField(_("a head after"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now_add=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("seen by")
    )
    seen_at = models.DateTimeField(_("seen at"), null=True)

    objects = LineCrossingQuerySet.as_manager()

    class Meta:
        verbose_name = _("change across the line")
        verbose_name_plural = _("changes across the line")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["village", "id"], condition=Q(seen_at=None), name="crossing_unseen")]
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None) | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="crossing_seen_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.pk}"

    @property
    def went_up(self) -> bool:
        """Whether the income a head rose over the line."""
        return self.per_head_after > self.per_head_before
