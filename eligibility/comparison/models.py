"""What is kept of data comparison: lists (not their rows), layouts of files, authorisations, doubts, their papers."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility import choices as c
from eligibility.comparison.querysets import AuthorisationQuerySet, ComparedListQuerySet, DoubtQuerySet
from fupin.encryption import EncryptedTextField
from fupin.models import Job
from fupin.money import FenField
from fupin.papers import StoredPaper
from households.choices import Verification
from households.models import Fact, Household, Member


class ComparisonPaper(StoredPaper):
    """A paper of a home check, or a signed authorisation."""

    owners = ("doubt_steps", "authorisations")

    class Meta(StoredPaper.Meta):
        verbose_name = _("paper of a comparison")
        verbose_name_plural = _("papers of comparisons")


class Authorisation(models.Model):
    """The household's signed consent that its members are compared with lists of other departments (核对授权书)."""

    scope_village = "household__village_id"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.PROTECT, related_name="authorisations", verbose_name=_("household"))
    signed_on = models.DateField(_("signed on"))
    valid_until = models.DateField(_("valid until"))
    signed_by = models.CharField(_("signed by"), max_length=120, help_text=_("All adults who live together."))
    papers = models.ManyToManyField(ComparisonPaper, related_name="authorisations", verbose_name=_("papers"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered"), auto_now_add=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("withdrawal entered by")
    )

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("authorisation")
        verbose_name_plural = _("authorisations")
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("signed_on")),
                name="authorisation_dates_in_order",
                violation_error_message=_("An authorisation cannot end before it was signed."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.signed_on}"

    @property
    def is_valid(self) -> bool:
        """Whether it holds today."""
        return self.withdrawn_on is None and self.signed_on <= timezone.localdate() <= self.valid_until


class ListLayout(models.Model):
    """Which column of a department's file holds what, kept for the next file with the same headings."""

    source = models.CharField(_("source"), max_length=20, choices=c.ListSource)
    signature = models.CharField(max_length=32, help_text="Hash of the headings.")
    headings = models.JSONField(_("headings"))
    columns = models.JSONField(_("columns"), help_text="Headings by field; a list of them for the details.")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("saved by"))
    saved_at = models.DateTimeField(_("saved"), auto_now=True)

    class Meta:
        verbose_name = _("layout of lists")
        verbose_name_plural = _("layouts of lists")
        ordering = ["source", "-saved_at"]
        constraints = [models.UniqueConstraint(fields=["source", "signature"], name="layout_once_a_source")]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.signature[:6]}"


def storage_name(_listing: "ComparedList", _file_name: str) -> str:
    """Where an uploaded list is kept while it must: under a name that tells nothing."""
    return f"lists/{uuid.uuid4().hex}"


class ComparedList(models.Model):
    """A list of another department on its way through the comparison.

    The file, the key that opens it, and what was shown of its first rows are let go as soon as it has been compared;
    what stays is which list it was, what was counted, and the doubts.
    """

    scope_village = "division_code"
    scope_household = None

    source = models.CharField(_("source"), max_length=20, choices=c.ListSource)
    authority = models.CharField(_("from whom"), max_length=60, help_text=_("The department that gave the list."))
    list_date = models.DateField(_("as of"), help_text=_("The day whose state the list shows."))
    division_code = models.CharField(_("compared area"), max_length=12)
    is_complete = models.BooleanField(_("names everybody of the area"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=c.ListState, default=c.ListState.LOOKING)
    refusal = models.CharField(_("reason"), max_length=300, blank=True)

    file_name = models.CharField(_("file"), max_length=120)
    file = models.FileField(upload_to=storage_name, blank=True)
    size = models.PositiveBigIntegerField(_("size (bytes)"), default=0)
    key = EncryptedTextField(default="")
    sheets = EncryptedTextField(default="", help_text="Headings and masked first rows of the sheets as JSON.")
    sheet = models.CharField(_("sheet"), max_length=60, blank=True)
    columns = models.JSONField(_("columns"), default=dict)
    faults = EncryptedTextField(default="", help_text="The listed faults as JSON, values masked.")
    counts = models.JSONField(_("counts"), default=dict)

    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="compared_lists")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("loaded by"))
    created_at = models.DateTimeField(_("loaded"), auto_now_add=True)
    matched_at = models.DateTimeField(_("compared"), null=True)

    objects = ComparedListQuerySet.as_manager()

    class Meta:
        verbose_name = _("compared list")
        verbose_name_plural = _("compared lists")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.list_date}"


class StagedRow(models.Model):
    """A row of a list while it is compared: the keyed hash of the ID number, the rest sealed with the list's key."""

    listing = models.ForeignKey(
        ComparedList, models.CASCADE, related_name="staged", db_constraint=False, db_index=False
    )
    row = models.PositiveIntegerField()
    digest = models.CharField(max_length=32)
    fact_date = models.DateField(null=True)
    content = models.TextField(help_text="Name, detail and amount.")
    member = models.ForeignKey(
        Member, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["listing", "member"], name="staged_row_hits", condition=Q(member__isnull=False)),
            models.Index(fields=["listing", "row"], name="staged_row_order"),
        ]


class Doubt(models.Model):
    """A hit of a comparison (疑点) on a member: checked at home, then confirmed by the township.

    Only where it is found true does a verified fact follow, which is what an assessment looks at.
    """

    scope_village = "member__village_id"
    scope_household = "member__household_id"

    member = models.ForeignKey(Member, models.PROTECT, related_name="doubts", verbose_name=_("member"))
    source = models.CharField(_("source"), max_length=20, choices=c.ListSource)
    direction = models.CharField(_("direction"), max_length=10, choices=c.DoubtDirection)
    fact_date = models.DateField(_("date of the fact"), null=True, help_text=_("As the list says; empty: it does not."))
    listing = models.ForeignKey(
        ComparedList, models.PROTECT, related_name="doubts", verbose_name=_("latest list that says so")
    )
    detail = EncryptedTextField(_("details"), default="")
    amount = FenField(_("amount"), null=True)
    evidence = models.CharField(max_length=32, help_text="Keyed hash of details and amount: whether a list says more.")
    name_differs = models.BooleanField(_("another name on the list"), default=False)

    state = models.CharField(_("state"), max_length=10, choices=c.DoubtState, default=c.DoubtState.OPEN)
    result = models.CharField(_("result"), max_length=10, choices=Verification, blank=True)
    raised_on = models.DateField(_("found on"))
    due_on = models.DateField(_("to be checked by"))
    found_date = models.DateField(_("date of the fact, as checked"), null=True)
    checked_on = models.DateField(_("checked on"), null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by")
    )
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    fact = models.ForeignKey(
        Fact, models.PROTECT, null=True, related_name="doubts", verbose_name=_("fact that was recorded")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DoubtQuerySet.as_manager()

    class Meta:
        verbose_name = _("doubt")
        verbose_name_plural = _("doubts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["member", "source", "direction", "fact_date"], name="doubt_once_a_fact"),
            models.UniqueConstraint(
                fields=["member", "source", "direction"],
                condition=Q(fact_date=None),
                name="doubt_once_without_a_date",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on", "id"], name="doubt_state_due")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.source} {self.fact_date or ''}"

    @property
    def is_unclosed(self) -> bool:
        return self.state in (c.DoubtState.OPEN, c.DoubtState.CHECKED)

    @property
    def is_overdue(self) -> bool:
        return self.is_unclosed and self.due_on < timezone.localdate()

    @property
    def days(self) -> int:
        """For how many days it has stood, or stood until it was closed."""
        last = timezone.localdate(self.closed_at) if self.closed_at else timezone.localdate()
        return (last - self.raised_on).days


class DoubtStep(models.Model):
    """What was done about a doubt: by whom, when, what was found. Written once; no person: the comparison itself."""

    doubt = models.ForeignKey(Doubt, models.PROTECT, related_name="steps")
    kind = models.CharField(_("step"), max_length=10, choices=c.DoubtStepKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)
    on = models.DateField(_("day"), null=True)
    result = models.CharField(_("result"), max_length=10, choices=Verification, blank=True)
    text = models.TextField(_("findings or reason"), blank=True)
    papers = models.ManyToManyField(ComparisonPaper, related_name="doubt_steps", verbose_name=_("papers"))

    class Meta:
        verbose_name = _("step of a doubt")
        verbose_name_plural = _("steps of doubts")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.doubt_id} {self.kind}"
