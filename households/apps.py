from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseholdsConfig(AppConfig):
    name = "households"
    verbose_name = _("Households")

    def ready(self) -> None:
        from fupin import jobs
        from fupin.models import JobKind
        from households.imports import services

        jobs.register(JobKind.IMPORT, services.run)
