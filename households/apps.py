from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class HouseholdsConfig(AppConfig):
    name = "households"
    verbose_name = _("Households")

    def ready(self) -> None:
        from fupin import jobs
        from fupin.models import JobKind
        from households.checks import run as checks
        from households.imports import services
        from households.services import follow_merger
        from villages.signals import village_merged

        jobs.register(
            JobKind.IMPORT,
            services.run,
            page=lambda job: reverse("households:import-detail", args=[job.arguments.get("batch", job.pk)]),
        )
        jobs.register(
            JobKind.CHECK,
            checks.run,
            page=lambda job: reverse("households:checks-place", args=[job.arguments["division"]]),
        )
        village_merged.connect(follow_merger, dispatch_uid="households follow their village")
