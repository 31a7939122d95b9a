"""Cases (办件): the only way by which a status changes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.choices import CLOSED_STAGES, CaseKind, CaseStage
from casework.querysets import CaseQuerySet
from eligibility.models import Proposal, VillageDetermination
from fupin.encryption import EncryptedTextField
from fupin.papers import StoredPaper
from households.models import Fact, Household
from villages.models import Village


class Case(models.Model):
    """A case about a household or a village, from its opening to a decision.

    What a stage is, and how a case gets from one to the next, is said in `casework.stages`.
    """

    scope_village = "village_id"
    scope_household = "household_id"

    kind = models.CharField(_("kind"), max_length=30, choices=CaseKind)
    stage = models.CharField(_("stage"), max_length=30, choices=CaseStage)
    village = models.ForeignKey(Village, models.PROTECT, related_name="cases", verbose_name=_("village"))
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="cases", verbose_name=_("household")
    )
    ground = models.CharField(_("why it was opened"), max_length=300, blank=True)
    fact = models.ForeignKey(Fact, models.PROTECT, null=True, related_name="+", verbose_name=_("fact that it rests on"))
    proposal = models.OneToOneField(
        Proposal, models.PROTECT, null=True, related_name="case", verbose_name=_("proposal taken up")
    )
    determination = models.ForeignKey(
        VillageDetermination, models.PROTECT, null=True, related_name="cases", verbose_name=_("result of the village")
    )
    change = EncryptedTextField(default="", help_text="A member change as JSON: who joins or leaves, and when.")
    notice = models.ForeignKey(
        "casework.Notice", models.PROTECT, null=True, related_name="+", verbose_name=_("latest notice")
    )
    document = models.CharField(_("document number"), max_length=60, blank=True)
    decided_on = models.DateField(_("decided on"), null=True)
    supported_until = models.DateField(_("support continues until"), null=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    stage_since = models.DateField(_("at this stage since"), default=timezone.localdate)
    due_on = models.DateField(_("due on"), null=True)
    returned_reason = models.CharField(_("returned because"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=~Q(stage__in=CLOSED_STAGES), name="one_unfinished_case_a_household"
            ),
            models.UniqueConstraint(
                fields=["determination"], condition=~Q(stage=CaseStage.WITHDRAWN), name="one_case_a_village_result"
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "village", "id"], name="case_stage_village"),
            models.Index(fields=["kind", "stage", "supported_until"], name="case_supported_until"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.stage in CLOSED_STAGES

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate() and not self.is_closed


class CaseEvent(models.Model):
    """One step of a case: from where to where, who, when and why. Written once. No person: the publicity's clock."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    step = models.CharField(_("step"), max_length=30, blank=True)
    from_stage = models.CharField(_("previous stage"), max_length=30, choices=CaseStage, blank=True)
    to_stage = models.CharField(_("new stage"), max_length=30, choices=CaseStage)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_stage} → {self.to_stage}"


class Paper(StoredPaper):
    """A paper of a step (佐证材料): a signature page, minutes, a photograph. One may belong to steps of many cases."""

    owners = ("events", "objections", "photographed")

    events = models.ManyToManyField(CaseEvent, related_name="papers", verbose_name=_("steps"))
