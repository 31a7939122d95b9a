from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EligibilityConfig(AppConfig):
    name = "eligibility"
    verbose_name = _("Eligibility")

    def ready(self) -> None:
        from eligibility import panels, recalculation
        from eligibility.monitoring import incomes, running, workers
        from eligibility.monitoring.panels import register as register_monitoring_panels
        from eligibility.monitoring.sources import register_source
        from fupin import jobs
        from fupin.models import JobKind

        jobs.register(JobKind.RECALCULATION, recalculation.run, shared=True)
        panels.register()
        jobs.register(JobKind.MONITORING, running.run)
        register_source(incomes.find, incomes.TELLERS)
        register_source(workers.find, workers.TELLERS)
        register_monitoring_panels()
