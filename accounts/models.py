"""Users with a role and a jurisdiction, and the record of what they did that must be answered for."""

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.choices import AuditAction, Role
from accounts.querysets import AuditEventQuerySet, UserQuerySet


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Makes accounts, and asks for them."""


class User(AbstractUser):
    """A person who signs in. What they may do follows from the role, what they see from role and jurisdiction."""

    first_name = None
    last_name = None
    name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    jurisdiction = models.CharField(
        _("jurisdiction"),
        max_length=12,
        blank=True,
        help_text=_("Division code of the district, township or village; empty for cadres and department contacts."),
    )
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    REQUIRED_FIELDS = ["name", "role"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args, **kwargs) -> None:
        """Save, with the right to enter /admin/ following from the role."""
        self.is_staff = self.is_superuser or self.role == Role.ADMINISTRATOR
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret=None) -> str:
        """What a session must know to stay valid: it ends with the password or with the epoch."""
        known = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.User.session", known, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """Something done that must be answered for. Written once; neither changed nor deleted."""

    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    action = models.CharField(_("action"), max_length=20, choices=AuditAction)
    subject = models.CharField(_("subject"), max_length=60, help_text=_("Kind of the object, e.g. household."))
    reference = models.CharField(_("reference"), max_length=60, blank=True, help_text=_("Its number or key."))
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, help_text=_("Counts and filters; never personal data."))

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.subject} {self.reference}"

    def save(self, *args, **kwargs) -> None:
        if self.pk is not None:
            raise ValueError("An audit event is written once.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValueError("An audit event is not deleted.")
