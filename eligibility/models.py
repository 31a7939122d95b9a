"""Standards as versioned data, recalculations, and the determinations that they leave."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eligibility import choices as c
from eligibility.querysets import ProposalQuerySet, RecalculationQuerySet, ResultQuerySet
from fupin.models import Job
from fupin.money import NOTHING, FenField, half_up
from households.choices import FactKind
from households.models import Household
from villages.models import Village


class StandardQuerySet(models.QuerySet):
    def of(self, subject: str):
        return self.filter(subject=subject)


class Standard(models.Model):
    """A standard (识别标准) by its stable code; what it says stands in its versions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    subject = models.CharField(_("applies to"), max_length=10, choices=c.Subject)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard")
        verbose_name_plural = _("standards")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title

    @property
    def approved(self):
        """The approved version, or None."""
        return self.versions.filter(state=c.VersionState.APPROVED).first()


class ApprovedNeverChanges(TypeError):
    """A version that was approved, or one of its criteria, was to be changed or deleted."""


class StandardVersion(models.Model):
    """One version of a standard. A draft may be edited; an approved one never changes, but for being superseded."""

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="versions", verbose_name=_("standard"))
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=c.VersionState, default=c.VersionState.DRAFT)
    reference_date = models.DateField(_("reference date"))
    income_year = models.PositiveSmallIntegerField(_("income year"))
    line = FenField(_("line"), help_text=_("Yuan a head a year; for villages, yuan a year."))
    inclusive = models.BooleanField(_("the line itself counts as below"), default=False)
    divisor = models.CharField(_("divisor"), max_length=10, choices=c.Divisor, default=c.Divisor.RESIDENT)
    items = models.JSONField(
        _("counted income items"), default=list, help_text=_("Field names of the income statement.")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    basis = models.CharField(_("basis document"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True)

    class Meta:
        verbose_name = _("version of a standard")
        verbose_name_plural = _("versions of standards")
        ordering = ["standard", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "number"], name="standard_version_once"),
            models.UniqueConstraint(
                fields=["standard"], condition=Q(state=c.VersionState.APPROVED), name="one_approved_version_a_standard"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")),
                name="standard_approved_by_a_second_person",
            ),
            models.CheckConstraint(condition=Q(line__gte=0), name="standard_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.standard} v{self.number}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            refuse_unless_draft(self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        refuse_unless_draft(self.pk)
        return super().delete(*args, **kwargs)


def refuse_unless_draft(version_id: int) -> None:
    """Raises ApprovedNeverChanges for a version that is kept as anything but a draft."""
    if StandardVersion.objects.filter(pk=version_id).exclude(state=c.VersionState.DRAFT).exists():
        raise ApprovedNeverChanges


class Criterion(models.Model):
    """A condition (条件) of a standard's version. Its position is its bit in the mask of reasons."""

    version = models.ForeignKey(StandardVersion, models.CASCADE, related_name="criteria", verbose_name=_("version"))
    position = models.PositiveSmallIntegerField(_("position"))
    effect = models.CharField(_("effect"), max_length=10, choices=c.Effect)
    fact_kind = models.CharField(_("kind of fact"), max_length=20, choices=FactKind, blank=True)
    cost = models.CharField(_("cost"), max_length=20, choices=c.Cost, blank=True)
    floor = FenField(_("floor"), default=NOTHING, help_text=_("Yuan; only what exceeds it is deducted."))
    cap = FenField(_("cap"), null=True, blank=True, help_text=_("Yuan; no more than this is deducted."))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="criterion_position_once"),
            models.CheckConstraint(condition=Q(position__lt=62), name="criterion_fits_the_mask"),
            models.CheckConstraint(
                condition=(Q(effect=c.Effect.DEDUCT) & ~Q(cost="") & Q(fact_kind=""))
                | (~Q(effect=c.Effect.DEDUCT) & Q(cost="") & ~Q(fact_kind="")),
                name="criterion_has_what_its_effect_needs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_effect_display()}: {self.get_fact_kind_display() or self.get_cost_display()}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            refuse_unless_draft(self.version_id)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        refuse_unless_draft(self.version_id)
        return super().delete(*args, **kwargs)

    @property
    def bit(self) -> int:
        return 1 << self.position

    @property
    def code(self) -> str:
        return self.fact_kind or self.cost


class Recalculation(models.Model):
    """A run (重新核算) of a version over a division. Its progress and fate stand on its job."""

    scope_village = "division_code"
    scope_household = None

    job = models.OneToOneField(Job, models.PROTECT, primary_key=True, related_name="recalculation")
    version = models.ForeignKey(StandardVersion, models.PROTECT, related_name="runs", verbose_name=_("standard"))
    division_code = models.CharField(_("division"), max_length=12)
    is_simulation = models.BooleanField(_("simulation"), default=False)
    line = FenField(_("line"), help_text=_("Yuan; the version's, or the one tried in a simulation."))
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


class RecalculationChunk(models.Model):
    """A part of a run that is done in one transaction: a range of villages."""

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
    counts = models.JSONField(default=dict)
    checksum = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["run", "position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="chunk_once_a_run")]


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
