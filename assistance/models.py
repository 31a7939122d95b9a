"""Who helps whom, and with what: units, cadres, pairings, linkages, visits, measures and their delivery."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assistance import choices as c
from assistance.querysets import (
    CadreQuerySet,
    DeliveryQuerySet,
    GrantQuerySet,
    LinkageQuerySet,
    MeasureQuerySet,
    PairingQuerySet,
    UnitQuerySet,
    VisitQuerySet,
)
from fupin.money import FenField
from households.models import Household, Member
from villages.models import Village

ACTOR = settings.AUTH_USER_MODEL


class HelpingUnit(models.Model):
    """A helping unit (帮扶单位): a department, enterprise or organisation."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    level = models.CharField(_("affiliation"), max_length=2, choices=c.UnitLevel, default=c.UnitLevel.COUNTY)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    contacts = models.ManyToManyField(ACTOR, blank=True, related_name="helping_units", verbose_name=_("contacts"))
    is_active = models.BooleanField(_("active"), default=True)
    history = HistoricalRecords()

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("helping unit")
        verbose_name_plural = _("helping units")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Cadre(models.Model):
    """A helping cadre (帮扶干部) of a unit; with an account, they log visits themselves."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    unit = models.ForeignKey(HelpingUnit, models.PROTECT, related_name="cadres", verbose_name=_("unit"))
    position = models.CharField(_("position"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    is_party_member = models.BooleanField(_("party member"), default=True)
    user = models.OneToOneField(
        ACTOR, models.PROTECT, null=True, blank=True, related_name="cadre", verbose_name=_("account")
    )
    is_active = models.BooleanField(_("active"), default=True)
    history = HistoricalRecords()

    objects = CadreQuerySet.as_manager()

    class Meta:
        verbose_name = _("helping cadre")
        verbose_name_plural = _("helping cadres")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Pairing(models.Model):
    """A cadre paired with a household (结对), from a day to a day. Ended, never overwritten."""

    scope_village = "household__village_id"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.PROTECT, related_name="pairings", verbose_name=_("household"))
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="pairings", verbose_name=_("helping cadre"))
    is_main = models.BooleanField(_("mainly responsible"), default=True)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    end_reason = models.CharField(_("reason for ending"), max_length=200, blank=True)
    created_by = models.ForeignKey(ACTOR, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(ACTOR, models.PROTECT, null=True, related_name="+")

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        ordering = ["-started_on", "-pk"]
        indexes = [models.Index(fields=["-started_on", "-id"], name="pairing_start")]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "cadre"], condition=Q(ended_on=None), name="pairing_once_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["household"], condition=Q(ended_on=None, is_main=True), name="one_main_cadre_a_household"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="pairing_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cadre_id} {self.household_id}"

    @property
    def is_over(self) -> bool:
        """Whether it has ended by today."""
        return self.ended_on is not None and self.ended_on <= timezone.localdate()


class Linkage(models.Model):
    """A helping unit linked with a village (挂钩), from a day to a day."""

    scope_village = "village_id"
    scope_household = None

    village = models.ForeignKey(Village, models.PROTECT, related_name="linkages", verbose_name=_("village"))
    unit = models.ForeignKey(HelpingUnit, models.PROTECT, related_name="linkages", verbose_name=_("helping unit"))
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    created_by = models.ForeignKey(ACTOR, models.PROTECT, null=True, related_name="+")

    objects = LinkageQuerySet.as_manager()

    class Meta:
        verbose_name = _("linkage")
        verbose_name_plural = _("linkages")
        ordering = ["-started_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "unit"], condition=Q(ended_on=None), name="linkage_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="linkage_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.village_id}"

    @property
    def is_over(self) -> bool:
        """Whether it has ended by today."""
        return self.ended_on is not None and self.ended_on <= timezone.localdate()


class Visit(models.Model):
    """A visit (走访) by a cadre. The key comes from the phone, so that a visit sent twice is logged once.

    Never edited: a correction is a new entry that points at the wrong one.
    """

    scope_village = "household__village_id"
    scope_household = "household_id"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="visits", verbose_name=_("household"))
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="visits", verbose_name=_("helping cadre"))
    visited_on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=c.VisitKind, default=c.VisitKind.HOME)
    situation = models.TextField(_("what was found"), max_length=1000)
    needs = models.TextField(_("needs and wishes"), max_length=1000, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason for the correction"), max_length=200, blank=True)
    logged_at = models.DateTimeField(_("logged"), auto_now_add=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-visited_on", "-pk"]
        indexes = [models.Index(fields=["household", "-visited_on"], name="visit_household_date")]
        constraints = [
            models.CheckConstraint(condition=Q(corrects=None) | ~Q(reason=""), name="visit_correction_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.visited_on}"


class Measure(models.Model):
    """An entry of the catalogue of measures (帮扶措施) for pillars 3 to 6."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    pillar = models.CharField(_("pillar"), max_length=12, choices=c.Pillar)
    target = models.CharField(_("target"), max_length=10, choices=c.Target, default=c.Target.HOUSEHOLD)
    form = models.CharField(_("form"), max_length=10, choices=c.DeliveryForm, default=c.DeliveryForm.MONEY)
    unit_label = models.CharField(_("unit of quantity"), max_length=20, help_text=_("e.g. yuan, person, month"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    history = HistoricalRecords()

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["pillar", "code"]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A measure given to a household or one of its members (享受措施). Ended, never deleted."""

    scope_village = "household__village_id"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.PROTECT, related_name="grants", verbose_name=_("household"))
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="grants", verbose_name=_("member")
    )
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="grants", verbose_name=_("measure"))
    state = models.CharField(_("state"), max_length=10, choices=c.GrantState, default=c.GrantState.ACTIVE)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_by = models.ForeignKey(ACTOR, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords()

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure given")
        verbose_name_plural = _("measures given")
        ordering = ["-started_on", "-pk"]
        indexes = [models.Index(fields=["-started_on", "-id"], name="grant_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="grant_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.measure_id}"


class Delivery(models.Model):
    """What really arrived (帮扶落实). Never edited: a correction is a new entry that points at the wrong one."""

    scope_village = "grant__household__village_id"
    scope_household = "grant__household_id"

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="deliveries", verbose_name=_("measure given"))
    delivered_on = models.DateField(_("date"))
    form = models.CharField(_("form"), max_length=10, choices=c.DeliveryForm)
    amount = FenField(_("amount"), null=True, blank=True, help_text=_("Yuan; for goods and services, their value."))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, null=True, blank=True)
    what = models.CharField(_("goods or service"), max_length=120, blank=True)
    payer = models.CharField(_("who pays"), max_length=120)
    evidence = models.CharField(_("evidence"), max_length=200, help_text=_("Number of the voucher, list or receipt."))
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason for the correction"), max_length=200, blank=True)
    is_withdrawal = models.BooleanField(_("nothing was delivered"), default=False)
    key = models.UUIDField(null=True, unique=True, editable=False, help_text="From the form: sent twice, logged once.")
    logged_by = models.ForeignKey(ACTOR, models.PROTECT, null=True, related_name="+", verbose_name=_("logged by"))
    logged_at = models.DateTimeField(_("logged"), auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-delivered_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="delivery_amount_not_negative"),
            models.CheckConstraint(condition=Q(corrects=None) | ~Q(reason=""), name="delivery_correction_has_reason"),
            models.CheckConstraint(
                condition=Q(is_withdrawal=False) | Q(corrects__isnull=False, amount=None, quantity=None),
                name="delivery_withdrawal_corrects",
            ),
        ]
        indexes = [models.Index(fields=["-delivered_on", "-id"], name="delivery_date")]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.delivered_on}"
