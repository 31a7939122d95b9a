"""Recalculations (重新核算) and their chunks."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from eligibility import choices as c
from eligibility.models.standards import StandardVersion
from eligibility.querysets import RecalculationQuerySet
from fupin.clock import OVERLAP
from fupin.models import Job
from fupin.money import FenField
from households.models import Household


class Recalculation(models.Model):
    """A run (重新核算) of a version over a division, or over villages or households within one.

    Its progress and fate stand on its job. A run that goes on from a base judges only households touched since.
    """

    scope_village = "division_code"
    scope_household = None

    job = models.OneToOneField(Job, models.PROTECT, primary_key=True, related_name="recalculation")
    version = models.ForeignKey(StandardVersion, models.PROTECT, related_name="runs", verbose_name=_("standard"))
    division_code = models.CharField(_("division"), max_length=12, help_text=_("The smallest that holds all of it."))
    scope = models.CharField(_("scope"), max_length=10, choices=c.ScopeKind, default=c.ScopeKind.DIVISION)
    villages = models.JSONField(_("villages"), default=list, help_text="Codes, of a run over chosen villages.")
    is_nightly = models.BooleanField(_("nightly"), default=False)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name=_("goes on from"))
    is_simulation = models.BooleanField(_("simulation"), default=False)
    line = FenField(_("line"), help_text=_("Yuan; the version's, or the one tried in a simulation."))
    changes = models.JSONField(
        _("changed terms"), default=dict, help_text="What a simulation tries in the place of the version's terms."
    )
    watermark = models.DateTimeField(_("data as of"), null=True, help_text=_("Changes after it are for the next run."))
    counts = models.JSONField(_("counts"), default=dict)
    checksum = models.CharField(_("checksum"), max_length=64, blank=True)

    objects = RecalculationQuerySet.as_manager()

    class Meta:
        verbose_name = _("recalculation")
        verbose_name_plural = _("recalculations")
        ordering = ["-job__created_at"]

    def __str__(self) -> str:
        return f"{self.version} {self.division_code}"

    @property
    def place(self) -> str:
        """What a run that was read `with_division_name` is over."""
        return self.within(self.division_name)

    def within(self, division_name: str) -> str:
        """The name of its division, and whether it is over chosen villages or households of it."""
        is_whole = self.scope == c.ScopeKind.DIVISION
        return division_name if is_whole else f"{division_name} · {self.get_scope_display()}"

    @property
    def is_incremental(self) -> bool:
        return self.base_id is not None

    @property
    def since(self) -> datetime | None:
        """Of an incremental run: the moment from which on what was touched may not have been seen by its base."""
        return self.base.watermark - OVERLAP if self.base else None


class RecalculationHousehold(models.Model):
    """A household that was chosen for a run over households."""

    run = models.ForeignKey(Recalculation, models.CASCADE, related_name="listed")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "household"], name="listed_once_a_run")]


class RecalculationChunk(models.Model):
    """A part of a run that is done in one transaction: a range of villages, or of the households of a large village."""

    run = models.ForeignKey(Recalculation, models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    first_village = models.CharField(max_length=12)
    last_village = models.CharField(max_length=12)
    first_household = models.BigIntegerField(null=True)
    last_household = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=c.ChunkState, default=c.ChunkState.OPEN)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, help_text="When it was last taken in hand; empty once that failed.")
    households = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="By township, once it is done.")
    checksum = models.CharField(max_length=64, blank=True)
    moves = models.JSONField(default=list, help_text="Keys of the moves into or out of it that it has seen.")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["run_id", "position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="chunk_once_a_run")]
