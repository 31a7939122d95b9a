from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class EligibilityConfig(AppConfig):
    name = "eligibility"
    verbose_name = _("Eligibility")

    def ready(self) -> None:
        from eligibility import crossing, panels, recalculation
        from eligibility.comparison import lists
        from eligibility.monitoring import incomes, running, workers
        from eligibility.monitoring.panels import register as register_monitoring_panels
        from eligibility.monitoring.sources import register_source
        from fupin import jobs
        from fupin.models import JobKind

        jobs.register(
            JobKind.RECALCULATION,
            recalculation.run,
            shared=True,
            page=lambda job: reverse("eligibility:run", args=[job.pk]),
        )
        jobs.register(
            JobKind.COMPARISON,
            lists.run,
            page=lambda job: reverse("comparison:list", args=[job.arguments["listing"]]),
        )
        panels.register()
        crossing.register()
        jobs.register(JobKind.MONITORING, running.run)
        register_source(incomes.find, incomes.TELLERS)
        register_source(workers.find, workers.TELLERS)
        register_monitoring_panels()
        pre_migrate.connect(thaw_before_migrations, sender=self)
        post_migrate.connect(freeze_after_migrations, sender=self)


def thaw_before_migrations(using: str, plan=(), **_signal) -> None:
    """A table that is rebuilt, as SQLite's are, must have no trigger that reads it."""
    from eligibility import frozen

    if plan and connections[using].vendor == "sqlite":
        frozen.thaw(connections[using])


def freeze_after_migrations(using: str, plan=(), **_signal) -> None:
    """A rebuilt table has lost its triggers; there may be no tables yet, or none any more."""
    from eligibility import frozen

    connection = connections[using]
    if plan and connection.vendor == "sqlite" and frozen.VERSIONS in connection.introspection.table_names():
        frozen.freeze(connection)
