"""What the files hold that leave the lists of accounts and of audit events. No password, no token, no session."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from accounts.models import AuditEvent, User
from fupin.exports import ListResource


class AccountResource(ListResource):
    """Accounts: who may sign in, as what, where."""

    username = Field("username", column_name=_("User name"))
    name = Field("name", column_name=_("Name"))
    role = Field("get_role_display", column_name=_("Role"))
    jurisdiction = Field("jurisdiction", column_name=_("Jurisdiction"))
    is_active = Field("is_active", column_name=_("May sign in"))
    must_change_password = Field("must_change_password", column_name=_("First password not changed"))
    date_joined = Field("date_joined", column_name=_("Created at"))
    last_login = Field("last_login", column_name=_("Last signed in"))

    class Meta:
        model = User
        fields = (
            "username",
            "name",
            "role",
            "jurisdiction",
            "is_active",
            "must_change_password",
            "date_joined",
            "last_login",
        )


class AuditResource(ListResource):
    """The audit record, an event a row."""

    at = Field("at", column_name=_("Time"))
    person = Field("actor__name", column_name=_("Person"))
    username = Field("actor__username", column_name=_("User name"))
    role = Field("get_role_display", column_name=_("Role"))
    action = Field("get_action_display", column_name=_("Action"))
    subject = Field("subject", column_name=_("Object"))
    reference = Field("reference", column_name=_("Reference"))
    purpose = Field("purpose", column_name=_("Purpose"))
    details = Field(column_name=_("Details"))

    class Meta:
        model = AuditEvent
        fields = ("at", "person", "username", "role", "action", "subject", "reference", "purpose", "details")

    def dehydrate_details(self, event: AuditEvent) -> str:
        return "; ".join(f"{key}: {value}" for key, value in event.details.items())
