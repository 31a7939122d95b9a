"""What is posted: lists of households in publicity, and announcements (公示公告)."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.choices import CaseKind, DayKind, NoticeKind
from casework.models.cases import Case, Paper
from casework.querysets import NoticeEntryQuerySet, NoticeQuerySet
from villages.models import Village


def new_code() -> str:
    """What stands in a notice's public address: short enough for a QR code, and not to be guessed."""
    return secrets.token_hex(6)


class Notice(models.Model):
    """A list that is posted in a village for a number of days, both ends counted.

    The public page shows it from the first day to the last, and nothing before or after.
    """

    scope_village = "village_id"
    scope_household = None

    code = models.CharField(_("code"), max_length=16, unique=True, default=new_code, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=NoticeKind)
    case_kind = models.CharField(_("about"), max_length=30, choices=CaseKind)
    number = models.CharField(_("number"), max_length=60)
    village = models.ForeignKey(Village, models.PROTECT, related_name="notices", verbose_name=_("village"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    days = models.PositiveSmallIntegerField(_("days"), help_text=_("Both ends counted."))
    day_kind = models.CharField(_("days counted"), max_length=10, choices=DayKind)
    place = models.CharField(_("where it is posted"), max_length=100)
    contact = models.CharField(_("where to object"), max_length=100)
    photo = models.ForeignKey(
        Paper, models.PROTECT, null=True, related_name="photographed", verbose_name=_("photograph")
    )
    taken_down_at = models.DateTimeField(_("taken down"), null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("posted by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["ends_on", "starts_on"], name="notice_days"),
            models.Index(fields=["village", "kind", "created_at"], name="notice_village"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="notice_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.number

    def is_running_on(self, day) -> bool:
        """Whether the public may read it on this day."""
        return self.taken_down_at is None and self.starts_on <= day <= self.ends_on

    @property
    def is_running(self) -> bool:
        return self.is_running_on(timezone.localdate())

    @property
    def is_over(self) -> bool:
        """Whether its last day has wholly passed."""
        return self.ends_on < timezone.localdate()


class NoticeEntry(models.Model):
    """A household on a list, as it was when the list was posted: nothing but what may be shown (reference §7)."""

    scope_village = "notice__village_id"
    scope_household = "case__household_id"

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="entries", verbose_name=_("notice"))
    case = models.ForeignKey(Case, models.PROTECT, related_name="entries", verbose_name=_("case"))
    position = models.PositiveIntegerField(_("position"))
    group = models.CharField(_("villagers' group"), max_length=30, blank=True)
    head_name = models.CharField(_("head of household"), max_length=60)
    size = models.PositiveSmallIntegerField(_("household size"))
    drawn_out_at = models.DateTimeField(_("drawn out"), null=True)

    objects = NoticeEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a notice")
        verbose_name_plural = _("entries of notices")
        ordering = ["notice", "position"]
        constraints = [models.UniqueConstraint(fields=["notice", "case"], name="case_once_a_notice")]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.position}"
