from django.core.management.base import BaseCommand

from fupin import jobs
from fupin.models import Job


class Command(BaseCommand):
    help = "Run the jobs that wait, and those whose worker has gone silent, in this process (where there is no Celery)."

    def handle(self, *args, **options) -> None:
        for job in Job.objects.unfinished().order_by("created_at"):
            jobs.run(job.pk)
            job.refresh_from_db()
            self.stdout.write(f"{job.pk} {job.kind} {job.state}")
