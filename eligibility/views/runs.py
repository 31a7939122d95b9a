"""The pages of recalculations."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from eligibility import recalculation
from eligibility.choices import Subject
from eligibility.figures import figures_of
from eligibility.filters import (
    ChangeFilter,
    RunFilter,
    VillageChangeFilter,
)
from eligibility.forms.runs import RunForm
from eligibility.models import (
    Determination,
    Recalculation,
    SimulatedDetermination,
    VillageDetermination,
)
from eligibility.resources import (
    ChangeResource,
    RunResource,
    SimulatedChangeResource,
    VillageDeterminationResource,
)
from fupin.listing import DeskListView
from fupin.pages import show_refusal


class RunList(DeskListView):
    permission_required = "eligibility.view"
    template_name = "eligibility/runs.html"
    queryset_class = Recalculation.objects.with_job().with_division_name()
    filterset_class = RunFilter
    resource_class = RunResource
    orders = {"newest": ("-job__created_at", "-pk")}


class RunNew(PermissionRequiredMixin, TemplateView):
    """Where a recalculation or a simulation is started."""

    permission_required = "eligibility.recalculate"
    template_name = "eligibility/run_new.html"

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            try:
                run = recalculation.start(
                    values["version"],
                    values["division"].pk,
                    request.user,
                    changes={} if values["line"] is None else {"line": values["line"]},
                    simulate=values["simulate"],
                )
            except ValidationError as error:
                show_refusal(form, error)
            except recalculation.AlreadyRunning as running:
                messages.info(request, _("This is being recalculated already; here is how far it is."))
                return redirect("eligibility:run", running.run.pk)
            else:
                return redirect("eligibility:run", run.pk)
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def form(self, data=None) -> RunForm:
        asked = self.request.GET
        initial = {"simulate": "simulate" in asked, "version": asked.get("version")}
        return RunForm(data, user=self.request.user, initial=initial)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"form": self.form()} | kwargs)


class OneRun:
    """What the pages of one run share."""

    permission_required = "eligibility.view"

    @cached_property
    def run(self) -> Recalculation:
        rows = Recalculation.objects.visible_to(self.request.user).with_job().with_division_name()
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class RunDetail(OneRun, PermissionRequiredMixin, TemplateView):
    template_name = "eligibility/run.html"

    def get_context_data(self, **kwargs):
        run, user = self.run, self.request.user
        may_stop = run.job.actor_id == user.pk or user.has_perm("fupin.cancel_any_job")
        return super().get_context_data(
            run=run, figures=figures_of(run), results_url=_results_url(run), may_stop=may_stop, **kwargs
        )


def _results_url(run: Recalculation) -> str:
    """Where the results that a run left are listed, up to the outcome; nothing for a simulation."""
    if run.is_simulation:
        return ""
    if run.version.standard.subject == Subject.VILLAGE:
        return f"{reverse('eligibility:village-determinations')}?"
    return f"{reverse('eligibility:determinations')}?standard={run.version.standard_id}&"


class RunChanges(OneRun, DeskListView):
    """The results of a run that differ from those before it."""

    template_name = "eligibility/changes.html"

    @property
    def is_of_villages(self) -> bool:
        return self.run.version.standard.subject == Subject.VILLAGE

    @property
    def filterset_class(self):
        return VillageChangeFilter if self.is_of_villages else ChangeFilter

    @property
    def resource_class(self):
        if self.is_of_villages:
            return VillageDeterminationResource
        return SimulatedChangeResource if self.run.is_simulation else ChangeResource

    @property
    def orders(self):
        return {"place": ("village_id",)} if self.is_of_villages else {"place": ("household_id",)}

    def get_queryset(self):
        if self.is_of_villages:
            rows = VillageDetermination.objects.select_related("village__parent")
        else:
            model = SimulatedDetermination if self.run.is_simulation else Determination
            rows = model.objects.select_related("household", "village__parent")
        return rows.visible_to(self.request.user).filter(run=self.run).changes()

    def get_context_data(self, **kwargs):
        return super().get_context_data(run=self.run, is_of_villages=self.is_of_villages, **kwargs)
