"""The pages of simulations: what is tried out, what came of it, and how several compare."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from eligibility import breakdowns, curve, recalculation, side_by_side, simulations, wording
from eligibility.choices import Subject, VersionState
from eligibility.figures import figures_of
from eligibility.filters import DifferenceFilter, SimulatedFilter, SimulationFilter
from eligibility.forms.simulations import MOST_COMPARED, SimulationForms
from eligibility.models import SimulatedDetermination, Simulation, StandardVersion
from eligibility.resources import DifferenceResource, SimulatedResource, SimulationResource
from eligibility.standards import version_in_force
from eligibility.terms import Terms
from fupin import exports, jobs
from fupin.forms import YuanFormField
from fupin.listing import DeskListView, capped_count
from fupin.parsers import uuid_or_none
from households.models import Household


class SimulationList(DeskListView):
    permission_required = "eligibility.view"
    template_name = "eligibility/simulations.html"
    queryset_class = Simulation.objects.alive().with_run()
    filterset_class = SimulationFilter
    resource_class = SimulationResource
    orders = {"newest": ("-run__job__created_at", "-pk")}

    def get_context_data(self, **kwargs):
        return super().get_context_data(most_compared=MOST_COMPARED, **kwargs)


class SimulationNew(PermissionRequiredMixin, TemplateView):
    """Where a simulation is started: from a version's terms, or from those of another simulation (?from=)."""

    permission_required = "eligibility.recalculate"
    template_name = "eligibility/simulation_new.html"

    @cached_property
    def versions(self) -> list[StandardVersion]:
        states = [VersionState.APPROVED, VersionState.SUBMITTED, VersionState.DRAFT]
        rows = StandardVersion.objects.filter(state__in=states).select_related("standard")
        return list(rows.order_by("standard__subject", "standard__code", "-number"))

    @cached_property
    def origin(self) -> Simulation | None:
        """The simulation whose terms are taken over."""
        asked = uuid_or_none(self.request.GET.get("from", ""))
        if asked is None:
            return None
        rows = Simulation.objects.alive().visible_to(self.request.user).with_run()
        return get_object_or_404(rows, pk=asked)

    @cached_property
    def version(self) -> StandardVersion | None:
        if self.origin:
            return self.origin.run.version
        asked = self.request.GET.get("version")
        chosen = next((version for version in self.versions if str(version.pk) == asked), None)
        return chosen or version_in_force() or next(iter(self.versions), None)

    def forms(self, data=None) -> SimulationForms:
        terms = Terms.of_run(self.origin.run) if self.origin else Terms.of_version(self.version)
        return SimulationForms(self.version, terms, self.request.user, data, self.about())

    def about(self) -> dict:
        """The scope that is offered: that of the simulation whose terms are taken over, or all of the person's."""
        if self.origin is None:
            return {"division": self.request.user.jurisdiction}
        run = self.origin.run
        chosen = Household.objects.visible_to(self.request.user).filter(pk__in=run.listed.values("household"))
        return {
            "scope": run.scope,
            "division": run.division_code,
            "villages": run.villages,
            "numbers": "\n".join(chosen.order_by("number").values_list("number", flat=True)),
        }

    def post(self, request, *args, **kwargs):
        if self.version is None:
            raise Http404
        filled_in = self.forms(request.POST)
        if filled_in.is_valid():
            about = filled_in.about.cleaned_data
            try:
                simulation = simulations.start(
                    self.version,
                    about["scope"],
                    request.user,
                    changes=filled_in.changes(),
                    name=about["name"],
                    note=about["note"],
                )
            except ValidationError as error:
                filled_in.refuse(error)
            else:
                return redirect("eligibility:simulation", simulation.pk)
        return self.render_to_response(self.get_context_data(forms=filled_in, **kwargs))

    def get_context_data(self, **kwargs):
        shown = {"forms": self.forms() if self.version else None}
        return super().get_context_data(
            versions=self.versions, version=self.version, origin=self.origin, **shown | kwargs
        )


class OneSimulation(PermissionRequiredMixin):
    """What the pages of one simulation share."""

    permission_required = "eligibility.view"

    def visible(self):
        return Simulation.objects.alive().visible_to(self.request.user).with_run()

    @cached_property
    def simulation(self) -> Simulation:
        return get_object_or_404(self.visible(), pk=self.kwargs["pk"])

    @cached_property
    def terms(self) -> Terms:
        return Terms.of_run(self.simulation.run)

    def results(self):
        """The simulation's results within the person's reach, with their boundary."""
        rows = SimulatedDetermination.objects.visible_to(self.request.user).filter(run=self.simulation.pk)
        return curve.with_boundary(rows, self.terms)


class SimulationDetail(OneSimulation, TemplateView):
    template_name = "eligibility/simulation.html"

    def get_context_data(self, **kwargs):
        simulation, run = self.simulation, self.simulation.run
        jobs.mark_seen(run.job, self.request.user)
        return super().get_context_data(
            simulation=simulation,
            run=run,
            figures=figures_of(run),
            differences=wording.changes(Terms.of_version(run.version), self.terms),
            breakdowns=breakdowns.breakdowns_of(simulation),
            curve_chart=side_by_side.curve_chart([simulation]),
            near=self.near(),
            asked_line=self.asked_line(),
            may_resume=self.request.user.has_perm("eligibility.recalculate") and not recalculation.why_not_resumed(run),
            may_change=simulations.may_change(simulation, self.request.user),
            is_of_villages=run.version.standard.subject == Subject.VILLAGE,
            **kwargs,
        )

    def near(self) -> list[tuple]:
        """By margin: its lines, who turns at the lower one, who at the higher, and both together."""
        line, counted = self.simulation.run.line, self.simulation.figures.get("near", {})
        return [
            (margin, *curve.bounds(line, int(margin)), sides["eligible"], sides["not_eligible"], sum(sides.values()))
            for margin, sides in counted.items()
        ]

    def asked_line(self) -> dict:
        """What the curve says at the line that is asked for (?line=), counted to the household."""
        text = self.request.GET.get("line", "").strip()
        if not text:
            return {}
        try:
            line = YuanFormField(min_value=0).clean(text)
        except ValidationError as error:
            return {"text": text, "error": error.messages[0]}
        return {"text": text, "line": line, "eligible": curve.eligible_at(self.results(), line)}


class SimulatedList(OneSimulation, DeskListView):
    """The households as a simulation judges them."""

    template_name = "eligibility/simulated.html"
    resource_class = SimulatedResource
    orders = {"place": ("household_id",)}

    @property
    def filterset_class(self):
        return partial(SimulatedFilter, run=self.simulation.run, terms=self.terms)

    def get_queryset(self):
        return self.results().select_related("household", "village__parent")

    def get_context_data(self, **kwargs):
        return super().get_context_data(simulation=self.simulation, **kwargs)


class DifferenceList(OneSimulation, DeskListView):
    """The households whose result differs between two simulations."""

    template_name = "eligibility/simulation_differences.html"
    filterset_class = DifferenceFilter
    resource_class = DifferenceResource
    orders = {"place": ("household_id",)}

    @cached_property
    def other(self) -> Simulation:
        return get_object_or_404(self.visible(), pk=self.kwargs["other"])

    def get_queryset(self):
        rows = simulations.differing(self.simulation, self.other).visible_to(self.request.user)
        return rows.select_related("household", "village__parent")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs | {"simulation": self.simulation, "other": self.other})


class SimulationCompare(PermissionRequiredMixin, TemplateView):
    """Two or more simulations beside each other (?simulation=…&simulation=…)."""

    permission_required = "eligibility.view"
    template_name = "eligibility/simulation_compare.html"

    def get(self, request, *args, **kwargs):
        asked = list(dict.fromkeys(filter(None, map(uuid_or_none, request.GET.getlist("simulation")))))
        rows = Simulation.objects.alive().visible_to(request.user).with_run()
        found = rows.in_bulk(asked[:MOST_COMPARED])
        chosen = [found[key] for key in asked if key in found]
        if len(asked) > MOST_COMPARED or len(chosen) < 2:
            messages.info(request, _("Choose two to %(most)s simulations to compare.") % {"most": MOST_COMPARED})
            return redirect("eligibility:simulations")
        return self.render_to_response(self.get_context_data(chosen=chosen, **kwargs))

    def get_context_data(self, *, chosen: list[Simulation], **kwargs):
        first, others = chosen[0], chosen[1:]
        pairs = []
        for other in others:
            rows = simulations.differing(first, other).visible_to(self.request.user)
            pairs.append((other, *capped_count(rows)))
        return super().get_context_data(
            chosen=chosen,
            first=first,
            terms=side_by_side.terms_table(chosen),
            counts=side_by_side.counts_table(chosen),
            breakdowns=side_by_side.breakdown_tables(chosen),
            curve_chart=side_by_side.curve_chart(chosen),
            pairs=pairs,
            **kwargs,
        )


class SimulationFigures(OneSimulation, View):
    """All figures of a simulation as a workbook."""

    permission_required = ("eligibility.view", "households.export")

    def get(self, request, *args, **kwargs):
        sheets = side_by_side.sheets_of(self.simulation, self.terms)
        exports.exported.send(
            Simulation,
            actor=request.user,
            subject="eligibility.simulation",
            rows=len(sheets),
            file_format="xlsx",
            purpose="",
        )
        return exports.download(exports.as_workbook(sheets), exports.FORMATS["xlsx"][1], "simulation.xlsx")


class SimulationKeep(OneSimulation, View):
    """Marks a simulation to be kept, or takes the mark away."""

    permission_required = "eligibility.recalculate"

    def post(self, request, *args, **kwargs):
        if request.POST.get("keep"):
            simulations.keep(self.simulation, request.user)
            messages.success(request, _("It is kept until it is thrown away by hand."))
        else:
            simulations.let_go(self.simulation, request.user)
            messages.success(request, _("It is thrown away when its time is over."))
        return redirect("eligibility:simulation", self.simulation.pk)


class SimulationThrowAway(OneSimulation, View):
    permission_required = "eligibility.recalculate"

    def post(self, request, *args, **kwargs):
        simulations.throw_away(self.simulation, request.user)
        messages.success(request, _("The simulation has been thrown away."))
        return redirect("eligibility:simulations")
