from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = _("Cases")

    def ready(self) -> None:
        """Keep the public register in step with what happens to households."""
        from casework.publication import follow_households
        from households.signals import households_changed

        households_changed.connect(follow_households, dispatch_uid="public register follows")
