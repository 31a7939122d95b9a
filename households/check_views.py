"""The pages of the data checks: counts by place and rule, the list, explaining, and changes across the line."""

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from fupin import jobs
from fupin.listing import DeskListView
from fupin.models import Job, JobKind
from fupin.pages import ServicePage
from households import crossings
from households.checks import run
from households.checks.explaining import LONGEST, explain
from households.checks.summary import summary
from households.choices import Severity
from households.filters import FindingFilter, LineCrossingFilter
from households.models import Finding, LineCrossing
from households.resources import FindingResource, LineCrossingResource
from villages.models import Division


class OneDivision(PermissionRequiredMixin):
    """What the pages of one division share: the division, the person's own where none is named."""

    permission_required = "households.view_checks"

    @cached_property
    def division(self) -> Division:
        code = self.kwargs.get("division") or self.request.user.jurisdiction
        division = Division.objects.visible_to(self.request.user).filter(pk=code).first()
        if division is None:
            raise Http404
        return division


class Checks(OneDivision, TemplateView):
    """Counts by place and by rule; a township leads to its villages, a village to its list."""

    template_name = "households/checks.html"

    def get_context_data(self, **kwargs):
        user, here = self.request.user, self.division
        own = Job.objects.visible_to(user).filter(kind=JobKind.CHECK, arguments__division=here.pk)
        jobs.mark_all_seen(user, JobKind.CHECK, division=here.pk)
        crumbs = [(_("Data checks"), reverse("households:checks")), (here.name, "")]
        return super().get_context_data(
            here=here,
            summary=summary(user, here.pk),
            unseen=LineCrossing.objects.visible_to(user).unseen().count(),
            job=own.order_by("-created_at").first(),
            was_checked=run.was_checked(here),
            crumbs=crumbs if self.kwargs.get("division") else [],
            **kwargs,
        )


class CheckRun(OneDivision, View):
    """Have a division checked again, in the background."""

    permission_required = "households.run_checks"

    def post(self, request, *args, **kwargs):
        try:
            run.start(self.division, request.user)
        except run.AlreadyRunning:
            messages.info(request, _("A check of this place is running already."))
        if self.division.pk == request.user.jurisdiction:
            return redirect("households:checks")
        return redirect("households:checks-place", self.division.pk)


class Findings(DeskListView):
    """What the rules find, each with a link to its field."""

    permission_required = "households.view_checks"
    template_name = "households/findings.html"
    queryset_class = Finding.objects.for_list()
    filterset_class = FindingFilter
    resource_class = FindingResource
    orders = {
        "place": ("village_id", "household_id", "rule", "pk"),
        "rule": ("rule", "village_id", "household_id", "pk"),
    }

    def get_context_data(self, **kwargs):
        crumbs = [(_("Data checks"), reverse("households:checks")), (_("What the rules find"), "")]
        return super().get_context_data(crumbs=crumbs, **kwargs)


class ExplanationForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Why it is right all the same"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=gettext_lazy("The reviewer sees it. It holds until the value changes."),
    )


class Explain(ServicePage):
    """Why a doubt of the list is right all the same."""

    permission_required = "households.enter"
    template_name = "households/explain.html"
    form_class = ExplanationForm

    @cached_property
    def finding(self) -> Finding:
        rows = Finding.objects.visible_to(self.request.user).for_list().filter(severity=Severity.DOUBT)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_initial(self):
        return {"text": self.finding.explanation.text if self.finding.explanation else ""}

    def act(self, values):
        household = self.finding.household
        explain(self.finding, values["text"], self.request.user)
        page = reverse("households:detail", args=[household.number])
        return _("The doubt is explained, until its value changes."), f"{page}#findings"

    def get_context_data(self, **kwargs):
        household = self.finding.household
        crumbs = [
            (_("Data checks"), reverse("households:checks")),
            (household.number, reverse("households:detail", args=[household.number])),
            (self.finding.rule, ""),
        ]
        return super().get_context_data(finding=self.finding, crumbs=crumbs, **kwargs)


class Crossings(DeskListView):
    """Changes by which submitted households came to the other side of the line."""

    permission_required = "households.view_checks"
    template_name = "households/crossings.html"
    queryset_class = LineCrossing.objects.for_list()
    filterset_class = LineCrossingFilter
    resource_class = LineCrossingResource
    orders = {"newest": ("-pk",)}

    def get_context_data(self, **kwargs):
        crumbs = [(_("Data checks"), reverse("households:checks")), (_("Changes across the line"), "")]
        return super().get_context_data(crumbs=crumbs, **kwargs)


class CrossingSeen(PermissionRequiredMixin, View):
    """A reviewer has seen a change across the line; back to where it stood."""

    permission_required = "households.review_crossings"

    def post(self, request, pk):
        crossing = get_object_or_404(LineCrossing.objects.visible_to(request.user).for_list(), pk=pk)
        try:
            crossings.acknowledge(crossing, request.user)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        return redirect(self._back() or reverse("households:detail", args=[crossing.household.number]))

    def _back(self) -> str:
        referrer = self.request.headers.get("Referer", "")
        is_own = url_has_allowed_host_and_scheme(referrer, {self.request.get_host()}, self.request.is_secure())
        return referrer if is_own else ""
