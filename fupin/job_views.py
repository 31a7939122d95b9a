"""Pages of jobs. A person sees their own; who may see all sees all."""

import django_filters
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, View

from fupin import jobs
from fupin.listing import DeskListView
from fupin.models import Job, JobKind, JobState
from fupin.resources import JobResource


class JobFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=JobKind.choices, empty_label=gettext_lazy("All")
    )
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=JobState.choices, empty_label=gettext_lazy("All")
    )

    class Meta:
        model = Job
        fields: list[str] = []


class JobList(DeskListView):
    permission_required = "fupin.use_desk"
    template_name = "jobs/list.html"
    queryset_class = Job.objects.select_related("actor")
    filterset_class = JobFilter
    resource_class = JobResource
    orders = {"newest": ("-created_at", "pk")}


class JobPage(PermissionRequiredMixin, DetailView):
    """One job that the person may see."""

    permission_required = "fupin.use_desk"

    def get_queryset(self):
        return Job.objects.visible_to(self.request.user).select_related("actor")

    def get_object(self, queryset=None):
        """The job; whoever asked for it has seen its end with this."""
        job = super().get_object(queryset)
        jobs.mark_seen(job, self.request.user)
        return job


class JobDetail(JobPage):
    template_name = "jobs/detail.html"


class JobProgress(JobPage):
    """The progress element alone: what the element fetches until the job has ended."""

    template_name = "components/progress.html"

    def render_to_response(self, context, **kwargs):
        response = super().render_to_response(context, **kwargs)
        response["Cache-Control"] = "no-store"
        if self.object.is_finished:
            response["HX-Refresh"] = "true"
        return response


class JobCancel(PermissionRequiredMixin, View):
    """Ask one's own job to stop; an administrator may stop anyone's."""

    permission_required = "fupin.use_desk"

    def post(self, request, pk):
        job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
        if job.actor_id != request.user.pk and not request.user.has_perm("fupin.cancel_any_job"):
            return self.handle_no_permission()
        jobs.cancel(job)
        messages.info(request, _("The job was asked to stop."))
        return redirect(job if job.actor_id == request.user.pk else reverse("jobs:detail", args=[pk]))
