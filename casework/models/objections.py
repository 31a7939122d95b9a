"""Objections (异议): anybody may object to a listed household, or to an omission."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.choices import ObjectionGround, ObjectionLevel, ObjectionState
from casework.models.cases import Paper
from casework.models.notices import Notice, NoticeEntry
from casework.querysets import HANDLER, ObjectionQuerySet
from fupin.encryption import EncryptedTextField
from villages.models import Village


class Objection(models.Model):
    """What somebody objects to, who handles it by when, and how it ended.

    Who objects and what they write is read by those who handle it and by nobody else; the receipt and its code let the
    objector follow it without an account.
    """

    scope_village = "village_id"
    scope_household = None

    receipt = models.CharField(_("receipt number"), max_length=20, unique=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections", verbose_name=_("notice"))
    entry = models.ForeignKey(
        NoticeEntry, models.PROTECT, null=True, related_name="objections", verbose_name=_("household objected to")
    )
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", verbose_name=_("village"))
    ground = models.CharField(_("about"), max_length=10, choices=ObjectionGround)
    level = models.CharField(_("handled by"), max_length=10, choices=ObjectionLevel)
    omitted = EncryptedTextField(_("household that is missing"), default="")
    text = EncryptedTextField(_("what is objected"))
    name = EncryptedTextField(_("objector"), default="")
    phone = EncryptedTextField(_("telephone of the objector"), default="")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by")
    )
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    received_on = models.DateField(_("received on"), default=timezone.localdate)
    due_on = models.DateField(_("to be answered by"))
    state = models.CharField(_("state"), max_length=12, choices=ObjectionState, default=ObjectionState.OPEN)
    findings = EncryptedTextField(_("findings"), default="")
    answer = models.CharField(_("answer"), max_length=600, blank=True)
    papers = models.ManyToManyField(Paper, related_name="objections", verbose_name=_("papers"))
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("handled by")
    )
    closed_at = models.DateTimeField(_("answered"), null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "village", "id"], name="objection_state_village")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ground=ObjectionGround.OMITTED, entry=None)
                | Q(ground=ObjectionGround.LISTED, entry__isnull=False),
                name="objection_has_what_it_is_about",
            ),
            models.CheckConstraint(
                condition=Q(state=ObjectionState.OPEN, closed_at=None)
                | (~Q(state=ObjectionState.OPEN) & Q(closed_at__isnull=False)),
                name="objection_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def is_open(self) -> bool:
        return self.state == ObjectionState.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < timezone.localdate()

    def is_handled_by(self, user) -> bool:
        """Whether this person's role handles it, so that they may read who objects; their reach is asked elsewhere."""
        return HANDLER.get(user.role) == self.level
