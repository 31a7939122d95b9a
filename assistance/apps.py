from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistanceConfig(AppConfig):
    name = "assistance"
    verbose_name = _("Assistance")

    def ready(self) -> None:
        from assistance import checks, monitoring, panels, reach
        from assistance.services.pairings import follow_merger
        from villages.signals import village_merged

        village_merged.connect(follow_merger, dispatch_uid="linkages follow their village")
        reach.register()
        panels.register()
        monitoring.register()
        checks.register()
