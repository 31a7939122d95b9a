"""The register: households, members, what they earn in a year, how they live, and dated facts about them."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from fupin.clock import TouchedField
from fupin.encryption import EncryptedTextField
from fupin.masking import mask_id_number
from fupin.models import Job
from fupin.money import NOTHING, FenField
from fupin.scope import ScopedQuerySet
from households import choices as c
from households.querysets import FactQuerySet, HouseholdQuerySet, ImportBatchQuerySet, MemberQuerySet
from villages.models import Village


class Household(models.Model):
    """A rural household (农户). It becomes a low-income household (低收入农户) by a case, never by an edit."""

    scope_village = "village_id"
    scope_household = "pk"

    number = models.CharField(_("household number"), max_length=24, unique=True)
    village = models.ForeignKey(Village, models.PROTECT, related_name="households", verbose_name=_("village"))
    group = models.CharField(_("villagers' group"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    head_name = models.CharField(_("head of household"), max_length=60, editable=False)
    head_pinyin = models.CharField(max_length=120, blank=True, editable=False)
    head_initials = models.CharField(max_length=60, blank=True, editable=False)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    bank_name = models.CharField(_("bank"), max_length=60, blank=True)
    bank_account = EncryptedTextField(_("bank account"), blank=True, default="")
    attribute = models.CharField(
        _("household attribute"), max_length=2, choices=c.HouseholdAttribute, default=c.HouseholdAttribute.ORDINARY
    )
    main_cause = models.CharField(_("main cause of poverty"), max_length=2, choices=c.Cause, blank=True)
    other_causes = models.JSONField(_("other causes of poverty"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    status = models.CharField(
        _("status"), max_length=20, choices=c.HouseholdStatus, default=c.HouseholdStatus.UNREGISTERED, editable=False
    )
    registered_on = models.DateField(_("registered on"), null=True, editable=False)
    registration_document = models.CharField(_("registration document"), max_length=60, blank=True, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    touched_at = TouchedField(_("last change"), help_text="Of the household or anything in it.")
    history = HistoricalRecords(excluded_fields=["touched_at"])

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["village_id", "number"]
        indexes = [
            models.Index(fields=["village", "number"], name="household_village_number"),
            models.Index(fields=["village", "head_name"], name="household_village_head"),
            models.Index(fields=["status", "village", "number"], name="household_status_village"),
            models.Index(fields=["touched_at", "village"], name="household_touched_village"),
            models.Index(fields=["head_pinyin", "id"], name="household_head_pinyin"),
            # What a search begins with, whatever the collation of the database.
            models.Index(fields=["head_name"], name="household_name_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["head_pinyin"], name="household_pinyin_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["head_initials"], name="household_initials_prefix", opclasses=["varchar_pattern_ops"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=c.HouseholdStatus.UNREGISTERED) | Q(registered_on__isnull=False),
                name="household_registered_has_date",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def other_cause_labels(self) -> list[str]:
        return c.labels_of(c.Cause, self.other_causes)


class Member(models.Model):
    """A person of a household (家庭成员)."""

    scope_village = "village_id"
    scope_household = "household_id"

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="members", db_index=False, verbose_name=_("household")
    )
    village = models.ForeignKey(
        Village, models.PROTECT, related_name="+", editable=False, help_text="Copied from the household, for set work."
    )
    name = models.CharField(_("name"), max_length=60)
    id_number = EncryptedTextField(_("ID number"))
    id_digest = models.CharField(max_length=32, editable=False)
    relationship = models.CharField(_("relation to head"), max_length=2, choices=c.Relationship)
    sex = models.CharField(_("sex"), max_length=1, choices=c.Sex)
    born_on = models.DateField(_("date of birth"))
    ethnicity = models.CharField(_("ethnic group"), max_length=2, choices=c.Ethnicity, default=c.Ethnicity.HAN)
    education = models.CharField(_("education"), max_length=2, choices=c.Education, blank=True)
    schooling = models.CharField(_("school attendance"), max_length=2, choices=c.Schooling, default=c.Schooling.NONE)
    health = models.JSONField(_("health"), default=list, blank=True)
    labour = models.CharField(_("labour capacity"), max_length=2, choices=c.LabourCapacity, blank=True)
    employment = models.CharField(_("employment"), max_length=2, choices=c.Employment, blank=True)
    employment_months = models.PositiveSmallIntegerField(
        _("months worked away"), null=True, blank=True, validators=[MaxValueValidator(12)]
    )
    is_registered_resident = models.BooleanField(_("household registration here"), default=True)
    is_living_together = models.BooleanField(_("lives together"), default=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_reason = models.CharField(_("reason for leaving"), max_length=2, choices=c.LeaveReason, blank=True)
    history = HistoricalRecords()

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["household_id", "relationship", "pk"]
        indexes = [
            models.Index(fields=["id_digest"], name="member_id_digest"),
            # Whether a member counts is read from the index alone.
            models.Index(
                fields=["household"],
                include=["born_on", "joined_on", "left_on", "is_registered_resident", "is_living_together"],
                name="member_household_counted",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(relationship=c.Relationship.HEAD, left_on=None),
                name="one_head_a_household",
                violation_error_message=_("A household has exactly one head."),
            ),
            models.UniqueConstraint(
                fields=["id_digest"],
                condition=Q(left_on=None),
                name="id_number_once_among_current_members",
                violation_error_message=_("This ID number already belongs to a member of another household."),
            ),
            models.CheckConstraint(
                condition=Q(joined_on=None) | Q(joined_on__gte=F("born_on")),
                name="member_joined_after_birth",
                violation_error_message=_("A member cannot join before birth."),
            ),
            models.CheckConstraint(
                condition=Q(left_on=None)
                | (Q(left_on__gte=F("born_on")) & (Q(joined_on=None) | Q(left_on__gte=F("joined_on")))),
                name="member_left_after_joining",
                violation_error_message=_("A member cannot leave before joining or before birth."),
            ),
            models.CheckConstraint(
                condition=Q(employment_months=None) | Q(employment_months__lte=12),
                name="member_months_of_a_year",
                violation_error_message=_("A year has twelve months."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}/{self.pk}"

    @property
    def masked_id_number(self) -> str:
        return mask_id_number(self.id_number)

    @property
    def health_labels(self) -> list[str]:
        return c.labels_of(c.Health, self.health)


class IncomeYear(models.Model):
    """What a household earned and spent on production in one year, in yuan (reference §3.10)."""

    scope_village = "village_id"
    scope_household = "household_id"

    TRANSFERS = (
        "family_planning",
        "subsistence_allowance",
        "destitute_support",
        "pension",
        "ecological",
        "other_transfer",
    )
    ITEMS = ("wages", "business", "property_income", *TRANSFERS)
    COSTS = ("medical_cost", "schooling_cost")
    AMOUNTS = (*ITEMS, "production_expense", *COSTS)

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="incomes", db_index=False, verbose_name=_("household")
    )
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", db_index=False, editable=False)
    year = models.PositiveSmallIntegerField(_("year"))
    wages = FenField(_("wages"), default=NOTHING)
    business = FenField(_("production and business income"), default=NOTHING)
    property_income = FenField(_("property income"), default=NOTHING)
    family_planning = FenField(_("family-planning allowance"), default=NOTHING)
    subsistence_allowance = FenField(_("subsistence allowance"), default=NOTHING)
    destitute_support = FenField(_("destitute-support allowance"), default=NOTHING)
    pension = FenField(_("old-age pension"), default=NOTHING)
    ecological = FenField(_("ecological compensation"), default=NOTHING)
    other_transfer = FenField(_("other transfer income"), default=NOTHING)
    production_expense = FenField(_("production expenses"), default=NOTHING)
    medical_cost = FenField(_("medical costs paid by the household"), default=NOTHING)
    schooling_cost = FenField(_("schooling costs paid by the household"), default=NOTHING)
    history = HistoricalRecords()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("income of a year")
        verbose_name_plural = _("incomes of a year")
        ordering = ["household_id", "-year"]
        indexes = [models.Index(fields=["village", "year"], name="income_village_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "year"],
                name="one_income_row_a_household_year",
                violation_error_message=_("This household already has an income statement for the year."),
            ),
            models.CheckConstraint(
                condition=Q(
                    wages__gte=0,
                    business__gte=0,
                    property_income__gte=0,
                    family_planning__gte=0,
                    subsistence_allowance__gte=0,
                    destitute_support__gte=0,
                    pension__gte=0,
                    ecological__gte=0,
                    other_transfer__gte=0,
                    production_expense__gte=0,
                    medical_cost__gte=0,
                    schooling_cost__gte=0,
                ),
                name="income_amounts_not_negative",
                violation_error_message=_("An amount cannot be negative."),
            ),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="income_year_plausible"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.year}"

    @property
    def transfers(self) -> Decimal:
        """Transfer income: the sum of its items."""
        return sum((getattr(self, item) for item in self.TRANSFERS), NOTHING)

    @property
    def gross(self) -> Decimal:
        """All income of the year."""
        return sum((getattr(self, item) for item in self.ITEMS), NOTHING)

    @property
    def net(self) -> Decimal:
        """All income less production expenses; may be negative. A standard may count fewer items."""
        return self.gross - self.production_expense


class LivingConditions(models.Model):
    """How a household lives and what it works with (reference §3.11); land in mu, area in square metres."""

    scope_village = "household__village_id"
    scope_household = "household_id"

    household = models.OneToOneField(
        Household, models.PROTECT, primary_key=True, related_name="living", verbose_name=_("household")
    )
    cultivated_mu = models.DecimalField(
        _("cultivated land (mu)"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    irrigated_mu = models.DecimalField(_("irrigated land (mu)"), max_digits=8, decimal_places=2, null=True, blank=True)
    forest_mu = models.DecimalField(_("forest land (mu)"), max_digits=8, decimal_places=2, null=True, blank=True)
    water_mu = models.DecimalField(_("water surface (mu)"), max_digits=8, decimal_places=2, null=True, blank=True)
    house_area = models.DecimalField(_("living space (m²)"), max_digits=7, decimal_places=2, null=True, blank=True)
    house_structure = models.CharField(_("structure of the house"), max_length=2, choices=c.HouseStructure, blank=True)
    house_safety = models.CharField(_("safety of the house"), max_length=2, choices=c.HouseSafety, blank=True)
    road = models.CharField(_("road to the house"), max_length=2, choices=c.RoadKind, blank=True)
    road_km = models.DecimalField(
        _("distance to the main road (km)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    fuel = models.CharField(_("main fuel"), max_length=2, choices=c.Fuel, blank=True)
    water_source = models.CharField(_("drinking water"), max_length=2, choices=c.WaterSource, blank=True)
    has_safe_water = models.BooleanField(_("drinking water is safe"), null=True, blank=True)
    has_electricity = models.BooleanField(_("electricity in the house"), null=True, blank=True)
    has_broadcasting = models.BooleanField(_("radio and television"), null=True, blank=True)
    has_sanitary_toilet = models.BooleanField(_("sanitary toilet"), null=True, blank=True)
    in_cooperative = models.BooleanField(_("member of a farmers' cooperative"), null=True, blank=True)
    led_by_enterprise = models.BooleanField(_("linked with a leading enterprise"), null=True, blank=True)
    history = HistoricalRecords()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("living conditions")
        verbose_name_plural = _("living conditions")
        constraints = [
            models.CheckConstraint(
                condition=(Q(cultivated_mu=None) | Q(cultivated_mu__gte=0))
                & (Q(irrigated_mu=None) | Q(irrigated_mu__gte=0))
                & (Q(forest_mu=None) | Q(forest_mu__gte=0))
                & (Q(water_mu=None) | Q(water_mu__gte=0))
                & (Q(house_area=None) | Q(house_area__gte=0))
                & (Q(road_km=None) | Q(road_km__gte=0)),
                name="living_conditions_not_negative",
                violation_error_message=_("An area or a distance cannot be negative."),
            )
        ]

    def __str__(self) -> str:
        return str(self.household_id)


class Fact(models.Model):
    """A dated fact about a household (情况核查). Only one verified as true reaches an assessment."""

    scope_village = "village_id"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.PROTECT, related_name="facts", verbose_name=_("household"))
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=c.FactKind)
    fact_date = models.DateField(_("date of the fact"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    verification = models.CharField(
        _("verification"), max_length=10, choices=c.Verification, default=c.Verification.PENDING
    )
    amount = FenField(
        _("amount"), null=True, blank=True, help_text=_("Yuan: a purchase price, a balance; empty where none is known.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["household_id", "fact_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind", "fact_date"],
                name="fact_once_a_day",
                violation_error_message=_("A fact of this kind and date is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("fact_date")),
                name="fact_dates_in_order",
                violation_error_message=_("A fact cannot end before it began."),
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="fact_amount_not_negative",
                violation_error_message=_("An amount cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.kind}"


class HouseholdMove(models.Model):
    """That a household came to lie in another village: it moved, or its village was merged into another."""

    scope_village = "to_village"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.PROTECT, related_name="moves", verbose_name=_("household"))
    from_village = models.CharField(pgettext_lazy("move", "from"), max_length=12)
    to_village = models.CharField(pgettext_lazy("move", "to"), max_length=12)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    moved_at = TouchedField(_("moved"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("move of a household")
        verbose_name_plural = _("moves of households")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["moved_at"], name="household_move_moved_at")]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.from_village} → {self.to_village}"


class ImportBatch(models.Model):
    """A workbook on its way into the register: checked, previewed, applied whole or not at all.

    It holds personal data only while it must: content, faults and staged households go when it is applied or discarded.
    """

    job = models.OneToOneField(Job, models.PROTECT, primary_key=True, related_name="import_batch")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("imported by"))
    file_name = models.CharField(_("file"), max_length=120)
    file_digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=c.ImportState, default=c.ImportState.CHECKING)
    content = EncryptedTextField(default="", help_text="The workbook in base64.")
    faults = EncryptedTextField(default="", help_text="The listed faults as JSON.")
    refusal = models.CharField(_("reason"), max_length=300, blank=True)
    error_count = models.PositiveIntegerField(_("errors"), default=0)
    warning_count = models.PositiveIntegerField(_("hints"), default=0)
    counts = models.JSONField(_("counts"), default=dict, help_text="By sheet: new, changed, unchanged.")
    applying_job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="applied_batch")
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied"), null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class StagedHousehold(models.Model):
    """A household of a workbook, read and checked, with the version that the register had of it (0: none)."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="staged")
    position = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=0)
    data = EncryptedTextField()

    class Meta:
        ordering = ["batch", "position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="staged_household_position")]
