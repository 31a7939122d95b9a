"""What recalculations leave: determinations, simulated ones, and proposals."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eligibility import choices as c
from eligibility.models.runs import Recalculation
from eligibility.models.standards import Standard
from eligibility.querysets import ProposalQuerySet, ResultQuerySet
from fupin.money import NOTHING, FenField, half_up
from households.models import Household
from villages.models import Village


class DeterminationBase(models.Model):
    """The numbers that a household's result was made from; reasons are bits of the version's criteria."""

    scope_village = "village_id"
    scope_household = "household_id"

    run = models.ForeignKey(
        Recalculation, models.PROTECT, related_name="%(class)ss", db_constraint=False, db_index=False
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="%(class)ss", db_constraint=False, db_index=False
    )
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    outcome = models.CharField(_("result"), max_length=20, choices=c.Outcome)
    previous_outcome = models.CharField(_("result before"), max_length=20, choices=c.Outcome, blank=True)
    headcount = models.PositiveSmallIntegerField(_("persons counted"))
    net_income = FenField(_("net income"), null=True, help_text=_("Counted items less production expenses, in yuan."))
    deductions = FenField(_("deductions"), default=NOTHING)
    line = FenField(_("line"))
    reasons = models.BigIntegerField(_("criteria that hit"), default=0)

    objects = ResultQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def per_head(self) -> Decimal | None:
        """Net income less deductions, a head, rounded half up for display; None without income or people."""
        if self.net_income is None or not self.headcount:
            return None
        return half_up((self.net_income - self.deductions) / self.headcount)


class Determination(DeterminationBase):
    """A stored result (认定结果). A run writes a row only where something differs from the current one.

    The row that counts today is marked current; what a run saw of a household is the newest row up to that run.
    """

    standard = models.ForeignKey(
        Standard, models.PROTECT, related_name="determinations", db_constraint=False, db_index=False
    )
    is_current = models.BooleanField(default=True)

    class Meta(DeterminationBase.Meta):
        verbose_name = _("determination")
        verbose_name_plural = _("determinations")
        constraints = [
            models.UniqueConstraint(fields=["run", "household"], name="determination_once_a_run"),
            models.UniqueConstraint(
                fields=["household", "standard"], condition=Q(is_current=True), name="determination_one_current"
            ),
        ]


class SimulatedDetermination(DeterminationBase):
    """A result of a simulation; thrown away with it."""

    class Meta(DeterminationBase.Meta):
        verbose_name = _("simulated determination")
        verbose_name_plural = _("simulated determinations")
        constraints = [models.UniqueConstraint(fields=["run", "household"], name="simulated_once_a_run")]


class Proposal(models.Model):
    """What a recalculation suggests that people look at (拟新增, 拟退出, 疑似错评). It changes nobody's status."""

    scope_village = "household__village_id"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.PROTECT, related_name="proposals", verbose_name=_("household"))
    kind = models.CharField(_("kind"), max_length=20, choices=c.ProposalKind)
    state = models.CharField(_("state"), max_length=10, choices=c.ProposalState, default=c.ProposalState.OPEN)
    determination = models.ForeignKey(Determination, models.PROTECT, related_name="proposals", db_constraint=False)
    made_by = models.ForeignKey(Recalculation, models.PROTECT, related_name="proposals", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(state=c.ProposalState.OPEN), name="one_open_proposal_a_household"
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.kind}"


class VillageDetermination(models.Model):
    """Whether a village's income of the year lies below the line: a candidate until a case confirms it."""

    scope_village = "village_id"
    scope_household = None

    run = models.ForeignKey(Recalculation, models.PROTECT, related_name="villagedeterminations")
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="+")
    village = models.ForeignKey(Village, models.PROTECT, related_name="determinations", verbose_name=_("village"))
    outcome = models.CharField(_("result"), max_length=20, choices=c.VillageOutcome)
    previous_outcome = models.CharField(_("result before"), max_length=20, choices=c.VillageOutcome, blank=True)
    total = FenField(_("counted income"), null=True)
    line = FenField(_("line"))
    is_current = models.BooleanField(default=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("village determination")
        verbose_name_plural = _("village determinations")
        ordering = ["village", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "village"], name="village_determination_once_a_run"),
            models.UniqueConstraint(
                fields=["village", "standard"], condition=Q(is_current=True), name="village_determination_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village_id} {self.outcome}"
