"""The pages of recalculations."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from eligibility import recalculation
from eligibility.choices import ChunkState, ScopeKind, Subject
from eligibility.figures import figures_of
from eligibility.filters import (
    ChangeFilter,
    RunFilter,
    VillageChangeFilter,
)
from eligibility.forms.runs import RunForm, households_listed
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
from fupin import jobs
from fupin.listing import DeskListView, capped_count
from fupin.pages import show_refusal
from villages.models import Village

EARLIER_SHOWN = 8


class RunList(DeskListView):
    permission_required = "eligibility.view"
    template_name = "eligibility/runs.html"
    queryset_class = Recalculation.objects.filter(is_simulation=False).with_job().with_division_name()
    filterset_class = RunFilter
    resource_class = RunResource
    orders = {"newest": ("-job__created_at", "-pk")}


class RunNew(PermissionRequiredMixin, TemplateView):
    """Where a recalculation is started."""

    permission_required = "eligibility.recalculate"
    template_name = "eligibility/run_new.html"

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            try:
                run = recalculation.start(
                    values["version"],
                    values["scope"],
                    request.user,
                    incremental=values["incremental"],
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
        initial = {"version": asked.get("version")}
        if "listed" in asked:
            initial |= {"scope": ScopeKind.HOUSEHOLDS, "listed": asked["listed"]}
        return RunForm(data, user=self.request.user, initial=initial)

    def get_context_data(self, **kwargs):
        form = kwargs.pop("form", None) or self.form()
        query = form["listed"].value()
        listed = households_listed(query, self.request.user) if query else None
        return super().get_context_data(form=form, listed=listed and capped_count(listed), **kwargs)


class OneRun:
    """What the pages of one run share."""

    permission_required = "eligibility.view"

    @cached_property
    def run(self) -> Recalculation:
        rows = Recalculation.objects.visible_to(self.request.user).with_job().with_division_name()
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class RunDetail(OneRun, PermissionRequiredMixin, TemplateView):
    template_name = "eligibility/run.html"

    def get(self, request, *args, **kwargs):
        if self.run.is_simulation:
            return redirect("eligibility:simulation", self.run.pk)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        run, user = self.run, self.request.user
        jobs.mark_seen(run.job, user)
        may_stop = run.job.actor_id == user.pk or user.has_perm("fupin.cancel_any_job")
        may_resume = user.has_perm("eligibility.recalculate") and not recalculation.why_not_resumed(run)
        return super().get_context_data(
            run=run,
            figures=figures_of(run),
            results_url=_results_url(run),
            may_stop=may_stop,
            may_resume=may_resume,
            earlier=Recalculation.objects.visible_to(user).like(run).with_job()[:EARLIER_SHOWN],
            villages=Village.objects.filter(pk__in=run.villages).order_by("pk") if run.villages else [],
            households_chosen=run.listed.count() if run.scope == ScopeKind.HOUSEHOLDS else 0,
            chunks=run.chunks.aggregate(all=Count("pk"), done=Count("pk", filter=Q(state=ChunkState.DONE))),
            **kwargs,
        )


class RunResume(OneRun, PermissionRequiredMixin, View):
    """Let a run that was cut short go on."""

    permission_required = "eligibility.recalculate"

    def post(self, request, *args, **kwargs):
        try:
            recalculation.resume(self.run, request.user)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        except recalculation.AlreadyRunning as running:
            messages.error(request, _("Another run over the same households is not finished; here it is."))
            return redirect("eligibility:run", running.run.pk)
        else:
            messages.success(request, _("The run goes on with what was left."))
        return redirect("eligibility:run", self.run.pk)


def _results_url(run: Recalculation) -> str:
    """Where the results that a run left are listed, up to the outcome; empty where no list shows just these."""
    if run.scope != ScopeKind.DIVISION or run.is_incremental:
        return ""
    level = {9: "township", 12: "village"}.get(len(run.division_code))
    place = f"{level}={run.division_code}&" if level else ""
    if run.version.standard.subject == Subject.VILLAGE:
        return "" if level == "village" else f"{reverse('eligibility:village-determinations')}?{place}"
    return f"{reverse('eligibility:determinations')}?standard={run.version.standard_id}&{place}"


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
