"""Standards as versioned data (识别标准)."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eligibility import choices as c
from fupin.money import NOTHING, FenField
from households.choices import FactKind


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
    """One version of a standard. A draft may be edited; an approved one never changes, but for being superseded.

    `eligibility.frozen` keeps it so in the database.
    """

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="versions", verbose_name=_("standard"))
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=c.VersionState, default=c.VersionState.DRAFT)
    reference_date = models.DateField(_("reference date"))
    income_year = models.PositiveSmallIntegerField(
        _("income year"), validators=[MinValueValidator(c.FIRST_YEAR), MaxValueValidator(c.LAST_YEAR)]
    )
    line = FenField(_("line"), help_text=_("Yuan a head a year; for villages, yuan a year."))
    inclusive = models.BooleanField(_("the line itself counts as below"), default=False)
    divisor = models.CharField(_("divisor"), max_length=10, choices=c.Divisor, default=c.Divisor.RESIDENT)
    items = models.JSONField(
        _("counted income items"), default=list, help_text=_("Field names of the income statement.")
    )
    item_notes = models.JSONField(
        _("notes on income items"),
        default=dict,
        blank=True,
        help_text=_("By field name: why an item is counted, or is not."),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    basis = models.CharField(_("basis document"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("returned by"),
    )
    returned_because = models.CharField(_("reason of the return"), max_length=500, blank=True)
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
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(submitted_by=None) | ~Q(approved_by=F("submitted_by")),
                name="standard_not_by_who_submitted",
            ),
            models.CheckConstraint(condition=Q(line__gte=0), name="standard_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.standard} v{self.number}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            refuse_if_frozen(self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        refuse_if_frozen(self.pk)
        return super().delete(*args, **kwargs)

    @property
    def authors(self) -> set[int]:
        """Keys of who wrote or submitted it; somebody else approves it."""
        return {self.proposed_by_id, self.submitted_by_id} - {None}


def refuse_if_frozen(version_id: int) -> None:
    """Raises ApprovedNeverChanges for a version that is kept as approved or superseded."""
    if StandardVersion.objects.filter(pk=version_id, state__in=c.FROZEN).exists():
        raise ApprovedNeverChanges


class Criterion(models.Model):
    """A condition (条件) of a standard's version. Its position is its bit in the mask of reasons."""

    version = models.ForeignKey(StandardVersion, models.CASCADE, related_name="criteria", verbose_name=_("version"))
    position = models.PositiveSmallIntegerField(_("position"))
    effect = models.CharField(_("effect"), max_length=10, choices=c.Effect)
    fact_kind = models.CharField(_("kind of fact"), max_length=20, choices=FactKind, blank=True)
    threshold = FenField(
        _("threshold"), null=True, blank=True, help_text=_("Yuan; only a fact of a greater amount counts.")
    )
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
            models.CheckConstraint(
                condition=Q(threshold=None) | (Q(threshold__gte=0) & ~Q(fact_kind="")),
                name="criterion_threshold_of_a_fact",
            ),
            models.CheckConstraint(
                condition=Q(floor__gte=0) & (Q(cap=None) | Q(cap__gte=0)), name="criterion_amounts_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_effect_display()}: {self.get_fact_kind_display() or self.get_cost_display()}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            refuse_if_frozen(self.version_id)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        refuse_if_frozen(self.version_id)
        return super().delete(*args, **kwargs)

    @property
    def bit(self) -> int:
        return 1 << self.position

    @property
    def code(self) -> str:
        return self.fact_kind or self.cost
