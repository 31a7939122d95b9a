"""One case and the list of them: where it stands, what was done, its papers, and the pages on which steps are taken."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.choices import AuditAction
from accounts.services import record
from casework import printed, records, services
from casework.filters import CaseFilter
from casework.forms import RECORDS
from casework.models import Case, Objection, Paper
from casework.resources import CaseResource
from casework.rules import check_person, dossier_of, faults_of_clock, faults_of_data
from casework.services.changes import change_of
from casework.stages import PROCEDURES, Step, step_of, steps_from
from eligibility import villages
from eligibility.comparison.standing import standing_of
from fupin.conflicts import Conflict
from fupin.exports import download
from fupin.listing import DeskListView
from fupin.pages import ServicePage
from fupin.paper_forms import TakesPapers
from fupin.papers import content_of
from fupin.parsers import whole_number


class CaseList(DeskListView):
    permission_required = "casework.view"
    template_name = "casework/list.html"
    queryset_class = Case.objects.select_related("village__parent", "household")
    filterset_class = CaseFilter
    resource_class = CaseResource
    orders = {"newest": ("-pk",), "oldest": ("stage_since", "pk")}


@method_decorator(never_cache, name="dispatch")
class OneCase(PermissionRequiredMixin):
    """What the pages of one case share: the case, within the person's reach."""

    permission_required = "casework.view"

    @cached_property
    def case(self) -> Case:
        rows = Case.objects.visible_to(self.request.user).select_related(
            "village__parent",
            "household__village__parent",
            "opened_by",
            "fact",
            "notice__photo",
            "notice__village",
            "determination__village__profile",
            "determination__standard",
            "determination__run__version",
        )
        return get_object_or_404(rows.prefetch_related("events__actor", "events__papers"), pk=self.kwargs["pk"])


@dataclass(frozen=True)
class Offer:
    """A step as the page offers it: whether this person may take it now, and if not, why."""

    step: Step
    refusal: str

    @property
    def is_open(self) -> bool:
        return not self.refusal


def offers_of(case: Case, user) -> list[Offer]:
    """The steps that a person's role takes from where a case stands, each with what keeps them from it."""
    offers = []
    dossier = dossier_of(case)
    for step in steps_from(case.kind, case.stage):
        if not user.has_perm(step.permission):
            continue
        refusal = ""
        try:
            check_person(step, dossier, user)
        except PermissionDenied as barred:
            refusal = str(barred)
        offers.append(Offer(step, refusal))
    return offers


def findings_of(case: Case) -> dict:
    """What the reviewer sees of the household's data: what the rules find, and changes across the line."""
    if case.household is None:
        return {"findings": [], "crossings": []}
    household = case.household
    return {
        "findings": household.findings.for_list().order_by("rule", "pk"),
        "crossings": household.crossings.for_list(),
    }


class CaseDetail(OneCase, TemplateView):
    template_name = "casework/detail.html"

    def get_context_data(self, **kwargs):
        case, user = self.case, self.request.user
        procedure = PROCEDURES.get(case.kind)
        offers = offers_of(case, user)
        return super().get_context_data(
            case=case,
            path=records.path_of(case, procedure) if procedure else [],
            forward=[offer for offer in offers if offer.step.is_forward],
            other=[offer for offer in offers if not offer.step.is_forward],
            events=[records.told(event) for event in dossier_of(case).events],
            forms=printed.forms_of(case),
            change=records.change_told(change_of(case), case) if case.change else [],
            determination=case.determination,
            counted_now=villages.counted_now(case.determination) if case.determination else None,
            clock=faults_of_clock(case, records.today()) if any(o.step.awaits_clock for o in offers) else [],
            **findings_of(case),
            standing=standing_of(case.household) if case.household else None,
            objections=Objection.objects.visible_to(user).filter(entry__case=case).order_by("-pk"),
            **kwargs,
        )


class TakesCasePapers(TakesPapers):
    """A page whose form takes papers of a case or of an objection."""

    paper_model = Paper


class TakeStep(TakesCasePapers, OneCase, ServicePage):
    """The page on which one step of one case is taken."""

    permission_required = "casework.take_steps"
    template_name = "casework/step.html"

    @cached_property
    def step(self) -> Step:
        step = step_of(self.case.kind, self.kwargs["step"])
        if step is None:
            raise Http404
        return step

    def has_permission(self) -> bool:
        return super().has_permission() and self.request.user.has_perm(self.step.permission)

    def get(self, request, *args, **kwargs):
        if self.case.stage not in self.step.sources:
            messages.info(request, _("The case stands elsewhere by now; here is where."))
            return redirect("casework:detail", self.case.pk)
        return super().get(request, *args, **kwargs)

    def get_form(self, form_class=None):
        options = self.get_form_kwargs() | {"initial": records.initial_of(self.step, self.case, self.request.user)}
        return RECORDS[self.step.record](**options, step=self.step, has_papers=bool(self.kept_papers))

    def act(self, values):
        version = whole_number(self.request.POST.get("version", ""), 2**31) or 0
        papers = self.papers(values)
        try:
            services.take_step(self.request.user, self.step.code, {self.case.pk: version}, values, papers)
        except Conflict:
            # What was typed stays on the page; the case's page says what has happened.
            self.kept_papers = papers
            raise records.moved_meanwhile() from None
        return _("It is written down."), reverse("casework:detail", args=[self.case.pk])

    def _faults(self) -> list[str]:
        """Why the step cannot be taken today, whatever is written down of it."""
        if self.step.awaits_clock:
            return faults_of_clock(self.case, records.today())
        return faults_of_data(self.case) if self.step.record == "application" else []

    def get_context_data(self, **kwargs):
        case = self.case
        return super().get_context_data(
            case=case,
            step=self.step,
            version=self.request.POST.get("version", case.version),
            refusal=next((o.refusal for o in offers_of(case, self.request.user) if o.step == self.step), ""),
            faults=self._faults(),
            standing=standing_of(case.household) if case.household and self.step.is_forward else None,
            **(findings_of(case) if self.step.record == "application" else {}),
            crumbs=[
                (_("Cases"), reverse("casework:list")),
                (_("Case %(number)d") % {"number": case.pk}, reverse("casework:detail", args=[case.pk])),
                (self.step.label, ""),
            ],
            **kwargs,
        )


class CasePaper(OneCase, View):
    """A paper of a case as a file; that it was read is written into the audit."""

    def get(self, request, *args, **kwargs):
        paper = get_object_or_404(self.papers_of_case(), pk=self.kwargs["paper"])
        record(request.user, AuditAction.REVEAL, "paper", str(self.case.pk), paper=paper.pk)
        return download(content_of(paper), paper.content_type, paper.download_name)

    def papers_of_case(self):
        return Paper.objects.filter(events__case=self.case).distinct()
