"""What is asked of accounts and of the audit record."""

from django.db import models
from django.db.models import Q


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All accounts for those who manage or audit them; one's own for anybody else."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("accounts.manage") or user.has_perm("accounts.view_audit"):
            return self
        return self.filter(pk=user.pk)

    def matching(self, text: str):
        """Accounts whose name or sign-in name contains `text`, or whose jurisdiction begins with it."""
        return self.filter(Q(name__icontains=text) | Q(username__icontains=text) | Q(jurisdiction__startswith=text))


class AuditEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The whole record for those who audit; one's own doings for anybody else."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_perm("accounts.view_audit") else self.filter(actor=user)
