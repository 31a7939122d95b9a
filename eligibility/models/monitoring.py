"""What is kept of monitoring (动态监测): its terms by date, alarms, and what happened to them."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eligibility import choices as c
from eligibility.models.standards import Standard
from eligibility.querysets import AlarmQuerySet
from households.models import Household, Member


class MonitoringTerm(models.Model):
    """A value that monitoring goes by from a day on, set by the district. Rows are added, never changed.

    In force on a day is the row of the latest beginning by then, of several the last one set. What the names mean, and
    what holds where no row does, says `eligibility.monitoring.terms`.
    """

    name = models.CharField(_("term"), max_length=30)
    standard = models.ForeignKey(
        Standard, models.PROTECT, null=True, related_name="monitoring_terms", verbose_name=_("standard")
    )
    value = models.DecimalField(_("value"), max_digits=10, decimal_places=2)
    valid_from = models.DateField(_("valid from"))
    basis = models.CharField(_("basis document"), max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set at"), auto_now_add=True)

    class Meta:
        verbose_name = _("term of monitoring")
        verbose_name_plural = _("terms of monitoring")
        ordering = ["-valid_from", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="monitoring_term_not_negative")]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"


class Alarm(models.Model):
    """An alarm (预警): one stretch of time in which a condition holds for a household.

    The fingerprint says which condition of its kind it is (which year, member or measure). While the condition holds
    there is one row with it, whatever people did about it; when the condition vanishes, `gone_on` keeps the day, and
    should it arise again, that is a new row.
    """

    scope_village = "household__village_id"
    scope_household = "household_id"

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="alarms", verbose_name=_("household"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=20, choices=c.AlarmKind)
    level = models.PositiveSmallIntegerField(_("level"), choices=c.AlarmLevel)
    fingerprint = models.CharField(max_length=60)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="alarms", verbose_name=_("member"))
    facts = models.JSONField(default=dict, help_text="The numbers of the reason; nobody's name.")
    since = models.DateField(_("since"), help_text=_("The day of what the alarm is about."))
    raised_on = models.DateField(_("raised on"))
    state = models.CharField(
        pgettext_lazy("alarm", "state"), max_length=10, choices=c.AlarmState, default=c.AlarmState.OPEN
    )
    gone_on = models.DateField(_("no longer applies since"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-raised_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind", "fingerprint"], condition=Q(gone_on=None), name="alarm_once_while_it_holds"
            ),
            models.CheckConstraint(
                condition=~Q(state=c.AlarmState.LAPSED) | Q(gone_on__isnull=False), name="alarm_lapsed_has_day"
            ),
        ]
        indexes = [
            models.Index(fields=["household", "-raised_on"], name="alarm_household"),
            models.Index(fields=["state", "raised_on", "id"], name="alarm_state_raised"),
            models.Index(fields=["-raised_on", "-id"], name="alarm_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.kind}"

    @property
    def is_waiting(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in c.WAITING

    @property
    def level_name(self) -> str:
        """The level as programs read it: red or amber."""
        return c.AlarmLevel(self.level).name.lower()

    @property
    def told_on(self) -> date:
        """The day up to which its reason counts: today, or the day on which it was closed or vanished."""
        if self.closed_at:
            return timezone.localdate(self.closed_at)
        return self.gone_on or timezone.localdate()

    @property
    def days(self) -> int:
        """For how many days it has waited, or did."""
        return (self.told_on - self.raised_on) // timedelta(days=1)


class AlarmEvent(models.Model):
    """What happened to an alarm. Written once. No person: the computation found it graver or milder."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="events")
    act = models.CharField(_("what happened"), max_length=10, choices=c.AlarmAct)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)
    done_on = models.DateField(_("done on"), null=True)
    text = models.CharField(_("what was done"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("event of an alarm")
        verbose_name_plural = _("events of an alarm")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.act}"
