"""The job record that every long piece of work shares."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    NEEDS_ATTENTION = "needs_attention", _("Needs attention")


class JobKind(models.TextChoices):
    RECALCULATION = "recalculation", _("Recalculation")
    IMPORT = "import", _("Import")
    EXPORT = "export", _("Export")
    PUBLICATION = "publication", _("Publication")
    MONITORING = "monitoring", _("Monitoring")
    COMPARISON = "comparison", _("Data comparison")
    CHECK = "check", _("Data check")


class JobQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])

    def visible_to(self, user):
        """A job is its actor's own; administrators and auditors see all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_perm("fupin.view_all_jobs") else self.filter(actor=user)

    def unseen_by(self, user):
        """Jobs that the person asked for, which have ended since, and whose end they have not looked at."""
        return self.filter(actor=user, seen_at=None, finished_at__isnull=False)


class Job(models.Model):
    """One long piece of work: what it is, who asked, how far it is. The truth about it stands here, not in a queue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=JobKind)
    title = models.CharField(_("title"), max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("started by"))
    state = models.CharField(_("state"), max_length=20, choices=JobState, default=JobState.QUEUED)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    done_at_start = models.BigIntegerField(default=0, help_text="How far it was when it was last taken up.")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    arguments = models.JSONField(_("arguments"), default=dict)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    seen_at = models.DateTimeField(null=True, help_text="When its actor first looked at the end of it.")
    told_at = models.DateTimeField(null=True, help_text="When its actor was told of the end by e-mail.")

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="job_state_heartbeat"),
            models.Index(
                fields=["actor"], condition=models.Q(seen_at=None, finished_at__isnull=False), name="job_ended_unseen"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        from fupin.jobs import page_of

        return page_of(self)

    @property
    def is_finished(self) -> bool:
        return self.state not in (JobState.QUEUED, JobState.RUNNING)

    @property
    def is_unseen(self) -> bool:
        """Whether it has ended and its actor has not looked at it since."""
        return self.actor_id is not None and self.finished_at is not None and self.seen_at is None

    @property
    def remaining(self) -> timedelta | None:
        """How long it will still take at the pace since it was last taken up; None while that cannot be said."""
        headway = self.done - self.done_at_start
        if self.state != JobState.RUNNING or headway <= 0 or not self.total:
            return None
        pace = (self.heartbeat_at - self.started_at) / headway
        return pace * max(self.total - self.done, 0)

    @property
    def percent(self) -> int:
        """Whole percent done, 0 while the total is unknown."""
        if self.state == JobState.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else 0
