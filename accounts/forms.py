"""What is accepted of people who sign in and of those who manage accounts."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules import check_jurisdiction


class SignInForm(AuthenticationForm):
    """User name and password; the same answer for an unknown name, a wrong password and a disabled account."""

    error_messages = {
        "invalid_login": _("The user name or the password is wrong. Both are case-sensitive."),
        "inactive": _("The user name or the password is wrong. Both are case-sensitive."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")


class AccountForm(forms.ModelForm):
    """An account as an administrator edits it."""

    class Meta:
        model = User
        fields = ["username", "name", "role", "jurisdiction", "phone", "email"]
        help_texts = {"username": _("Letters, digits and @ . + - _ only; it cannot be changed later.")}

    def clean(self) -> dict:
        values = super().clean()
        if values.get("role") and "jurisdiction" in values:
            try:
                check_jurisdiction(values["role"], values["jurisdiction"])
            except ValidationError as error:
                self.add_error("jurisdiction", error)
        return values


class AccountEditForm(AccountForm):
    """An existing account: its user name stays, and it can be disabled."""

    class Meta(AccountForm.Meta):
        fields = ["name", "role", "jurisdiction", "phone", "email", "is_active"]
        labels = {"is_active": _("May sign in")}
        help_texts = {"is_active": _("Without it the person is signed out at once and stays out.")}
