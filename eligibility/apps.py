from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EligibilityConfig(AppConfig):
    name = "eligibility"
    verbose_name = _("Eligibility")

    def ready(self) -> None:
        from eligibility import panels, recalculation
        from fupin import jobs
        from fupin.models import JobKind

        jobs.register(JobKind.RECALCULATION, recalculation.run, shared=True)
        panels.register()
