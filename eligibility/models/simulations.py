"""Simulations (模拟测算): runs that try something out, under a name, until they are thrown away."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eligibility.models.runs import Recalculation
from eligibility.querysets import SimulationQuerySet


def end_of_keeping() -> datetime:
    """When a simulation that is left alone is thrown away."""
    return timezone.now() + timedelta(days=settings.FUPIN_SIMULATION_DAYS)


class Simulation(models.Model):
    """A run that tries terms out (模拟测算): what it is called, what came of it, and how long it is kept.

    What it tries stands in the run's `changes`, its results in `SimulatedDetermination`.
    """

    scope_village = "run__division_code"
    scope_household = None

    run = models.OneToOneField(Recalculation, models.PROTECT, primary_key=True, related_name="simulation")
    name = models.CharField(pgettext_lazy("simulation", "Name"), max_length=80)
    note = models.CharField(_("note"), max_length=500, blank=True)
    expires_at = models.DateTimeField(
        _("thrown away on"), null=True, default=end_of_keeping, help_text=_("Empty: it is kept.")
    )
    figures = models.JSONField(
        _("figures"), default=dict, help_text="What `eligibility.breakdowns` counted at the end."
    )

    objects = SimulationQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        ordering = ["-run__job__created_at"]
        indexes = [models.Index(fields=["expires_at"], name="simulation_expires")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """What a simulation that was read `with_run` is over."""
        return self.run.within(self.division_name)

    @property
    def is_kept(self) -> bool:
        return self.expires_at is None
