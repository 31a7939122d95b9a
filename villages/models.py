"""Divisions of the district, villages, and what a village earns in a year."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from fupin.money import FenField
from fupin.scope import ScopedQuerySet
from villages.choices import Level, VillageStanding
from villages.querysets import DivisionQuerySet


class Division(models.Model):
    """A district, township or village, known by its hierarchical code: 320412, 320412xxx, 320412xxxyyy."""

    scope_village = "code"
    scope_household = None

    code = models.CharField(
        _("division code"), max_length=12, primary_key=True, validators=[RegexValidator(r"^(\d{6}|\d{9}|\d{12})$")]
    )
    name = models.CharField(_("name"), max_length=60)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("First day on which it is gone."))
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("merged into")
    )
    history = HistoricalRecords()

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gt=F("valid_from")),
                name="division_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name


class VillageManager(models.Manager.from_queryset(DivisionQuerySet)):
    def get_queryset(self):
        return super().get_queryset().filter(level=Level.VILLAGE)


class Village(Division):
    """A division of village level (村)."""

    objects = VillageManager()

    class Meta:
        proxy = True
        verbose_name = _("village")
        verbose_name_plural = _("villages")

    @property
    def township_code(self) -> str:
        return self.code[:9]


class VillageProfile(models.Model):
    """What is kept of a village beside its place among the divisions."""

    scope_village = "village_id"
    scope_household = None

    village = models.OneToOneField(
        Village, models.PROTECT, primary_key=True, related_name="profile", verbose_name=_("village")
    )
    standing = models.CharField(
        _("standing"), max_length=10, choices=VillageStanding, default=VillageStanding.ORDINARY, editable=False
    )
    standing_since = models.DateField(_("standing since"), null=True, editable=False)
    leader = models.CharField(_("village leader"), max_length=60, blank=True)
    phone = models.CharField(_("office telephone"), max_length=20, blank=True)
    household_count = models.PositiveIntegerField(_("households in the village"), null=True, blank=True)
    population = models.PositiveIntegerField(_("inhabitants"), null=True, blank=True)
    group_count = models.PositiveIntegerField(_("villagers' groups"), null=True, blank=True)
    labour_force = models.PositiveIntegerField(_("labour force"), null=True, blank=True)
    cultivated_mu = models.DecimalField(
        _("cultivated land (mu)"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    direction = models.CharField(_("direction of development"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("village profile")
        verbose_name_plural = _("village profiles")

    def __str__(self) -> str:
        return str(self.village)


class VillageIncome(models.Model):
    """A village's collective income of one year, in yuan, by the categories of the village accounts (reference §4)."""

    scope_village = "village_id"
    scope_household = None

    CATEGORIES = ("operating", "contracting", "investment", "subsidy", "other")

    village = models.ForeignKey(Village, models.PROTECT, related_name="incomes", verbose_name=_("village"))
    year = models.PositiveSmallIntegerField(_("year"))
    operating = FenField(_("operating income"), default=Decimal("0.00"))
    contracting = FenField(_("contracting and turned-over income"), default=Decimal("0.00"))
    investment = FenField(_("investment income"), default=Decimal("0.00"))
    subsidy = FenField(_("subsidies"), default=Decimal("0.00"))
    other = FenField(_("other income"), default=Decimal("0.00"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("village income")
        verbose_name_plural = _("village incomes")
        ordering = ["village", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "year"],
                name="village_income_once_a_year",
                violation_error_message=_("This village already has an income statement for the year."),
            ),
            models.CheckConstraint(
                condition=Q(operating__gte=0, contracting__gte=0, investment__gte=0, subsidy__gte=0, other__gte=0),
                name="village_income_not_negative",
                violation_error_message=_("An income cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.year}"

    @property
    def total(self) -> Decimal:
        return sum((getattr(self, category) for category in self.CATEGORIES), Decimal("0.00"))
