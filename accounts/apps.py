from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts import permissions, services
        from fupin.exports import exported
        from fupin.printing import printed

        permissions.register()
        exported.connect(services.record_export, dispatch_uid="audit")
        printed.connect(services.record_print, dispatch_uid="audit")
