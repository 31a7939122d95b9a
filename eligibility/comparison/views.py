"""Pages of data comparison: the counters, doubts and what is done about them, lists, authorisations."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.choices import AuditAction
from accounts.services import record
from eligibility.choices import DoubtState, ListState
from eligibility.comparison import authorisations, doubts, figures, lists
from eligibility.comparison.filters import ComparedListFilter, DoubtFilter, UnauthorisedFilter
from eligibility.comparison.forms import (
    AuthorisationForm,
    CheckForm,
    CloseForm,
    ColumnsForm,
    ListForm,
    ReturnForm,
    WithdrawForm,
)
from eligibility.comparison.models import Authorisation, ComparedList, ComparisonPaper, Doubt
from eligibility.comparison.reading import Look
from eligibility.comparison.resources import ComparedListResource, DoubtResource, UnauthorisedResource
from eligibility.comparison.sources import follows_of
from fupin import jobs
from fupin.conflicts import Conflict
from fupin.exports import download
from fupin.listing import DeskListView
from fupin.models import Job, JobKind
from fupin.pages import ServicePage
from fupin.paper_forms import TakesPapers
from fupin.papers import content_of
from fupin.parsers import whole_number
from households.choices import HouseholdStatus, Verification
from households.models import Household

SHOWN_FAULTS = 200


class Overview(PermissionRequiredMixin, TemplateView):
    """How many doubts there are, by source, place and age; every number leads to its rows."""

    permission_required = "eligibility.view_doubts"
    template_name = "comparison/overview.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        without = authorisations.counts_without(Household.objects.visible_to(user), timezone.localdate())
        return super().get_context_data(
            columns=[label for label, _query in figures.COLUMNS.values()],
            sources=figures.by_source(user),
            places=figures.by_place(user),
            ages=figures.by_age(user),
            without=[(HouseholdStatus(status).label, status, count) for status, count in sorted(without.items())],
            **kwargs,
        )


# --- Doubts -----------------------------------------------------------------------------------------------------------
class DoubtList(DeskListView):
    permission_required = "eligibility.view_doubts"
    template_name = "comparison/doubts.html"
    queryset_class = Doubt.objects.with_places()
    filterset_class = DoubtFilter
    resource_class = DoubtResource
    orders = {"due": ("due_on", "pk"), "newest": ("-pk",)}


@method_decorator(never_cache, name="dispatch")
class OneDoubt(PermissionRequiredMixin):
    """What the pages of one doubt share: the doubt, within the person's reach."""

    permission_required = "eligibility.view_doubts"

    @cached_property
    def doubt(self) -> Doubt:
        rows = Doubt.objects.visible_to(self.request.user).with_places()
        rows = rows.select_related("checked_by", "closed_by", "fact")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        return [
            (_("Data comparison"), reverse("comparison:overview")),
            (_("Doubts"), reverse("comparison:doubts")),
            (_("Doubt %(number)d") % {"number": self.doubt.pk}, reverse("comparison:doubt", args=[self.doubt.pk])),
        ]


class DoubtDetail(OneDoubt, TemplateView):
    template_name = "comparison/doubt.html"

    def get_context_data(self, **kwargs):
        doubt, user = self.doubt, self.request.user
        is_true = doubt.state == DoubtState.CLOSED and doubt.result == Verification.TRUE
        others = Doubt.objects.visible_to(user).of_household(doubt.member.household_id).exclude(pk=doubt.pk)
        return super().get_context_data(
            doubt=doubt,
            steps=doubt.steps.select_related("actor").prefetch_related("papers"),
            others=others.select_related("member").order_by("-pk"),
            follows=follows_of(doubt.source) if is_true else "",
            may_check=doubt.state == DoubtState.OPEN and user.has_perm("eligibility.check_doubts"),
            may_close=doubt.state == DoubtState.CHECKED and doubts.may_close(doubt, user),
            is_own_check=doubt.state == DoubtState.CHECKED and doubt.checked_by_id == user.pk,
            **kwargs,
        )


class DoubtStepPage(OneDoubt, ServicePage):
    """What the pages share on which a doubt is taken further."""

    template_name = "comparison/step.html"
    title = ""
    state = DoubtState.OPEN

    def get(self, request, *args, **kwargs):
        if self.doubt.state != self.state:
            messages.info(request, _("The doubt stands elsewhere by now; here is where."))
            return redirect("comparison:doubt", self.doubt.pk)
        return super().get(request, *args, **kwargs)

    @property
    def version(self) -> int:
        """The version that the person saw."""
        return whole_number(self.request.POST.get("version", ""), 2**31) or 0

    def take(self, values: dict) -> str:
        """Take the step; returns what to say."""
        raise NotImplementedError

    def act(self, values):
        try:
            said = self.take(values)
        except Conflict as conflict:
            message = _("Somebody has taken this doubt further meanwhile. Nothing was written; look at it first.")
            raise ValidationError(message) from conflict
        return said, reverse("comparison:doubt", args=[self.doubt.pk])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            doubt=self.doubt,
            title=self.title,
            version=self.request.POST.get("version", self.doubt.version),
            crumbs=[*self.crumbs, (self.title, "")],
            **kwargs,
        )


class CheckDoubt(TakesPapers, DoubtStepPage):
    """What a home check found."""

    permission_required = "eligibility.check_doubts"
    form_class = CheckForm
    paper_model = ComparisonPaper

    @property
    def title(self) -> str:
        return _("Home check")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"doubt": self.doubt}

    def take(self, values):
        papers = self.papers(values)
        doubts.check(self.request.user, self.doubt, self.version, **values, papers=papers)
        return _("The home check is written down; the township confirms it.")


class CloseDoubt(DoubtStepPage):
    """The township confirms what was found."""

    permission_required = "eligibility.close_doubts"
    form_class = CloseForm
    state = DoubtState.CHECKED

    @property
    def title(self) -> str:
        return _("Confirm and close")

    def take(self, values):
        doubts.close(self.request.user, self.doubt, self.version, remark=values["remark"])
        return _("The doubt is closed.")


class ReturnDoubt(DoubtStepPage):
    """The township has it checked again."""

    permission_required = "eligibility.close_doubts"
    form_class = ReturnForm
    state = DoubtState.CHECKED

    @property
    def title(self) -> str:
        return _("Send back")

    def take(self, values):
        doubts.send_back(self.request.user, self.doubt, self.version, reason=values["reason"])
        return _("The doubt is sent back and checked again.")


class PaperView(PermissionRequiredMixin, View):
    """A paper as a file; that it was read is written into the audit."""

    permission_required = "eligibility.view_doubts"

    def get_papers(self):
        """The papers of an object in the person's reach."""
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        paper = get_object_or_404(self.get_papers().distinct(), pk=self.kwargs["paper"])
        record(request.user, AuditAction.REVEAL, "paper", str(self.kwargs["pk"]), paper=paper.pk, of="comparison")
        return download(content_of(paper), paper.content_type, paper.download_name)


class DoubtPaper(PaperView):
    def get_papers(self):
        doubt = get_object_or_404(Doubt.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        return ComparisonPaper.objects.filter(doubt_steps__doubt=doubt)


# --- Lists ------------------------------------------------------------------------------------------------------------
class ListOfLists(DeskListView):
    permission_required = "eligibility.view"
    template_name = "comparison/lists.html"
    queryset_class = ComparedList.objects.with_names().defer("sheets", "faults", "key")
    filterset_class = ComparedListFilter
    resource_class = ComparedListResource
    orders = {"newest": ("-pk",)}


class LoadList(ServicePage):
    """Where a list is loaded."""

    permission_required = "eligibility.load_lists"
    template_name = "comparison/load.html"
    form_class = ListForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, values):
        file = values["file"]
        names = ("source", "authority", "list_date", "division", "is_complete")
        listing = lists.receive(
            self.request.user, file.chunks(1 << 20), file.name, **{name: values[name] for name in names}
        )
        return _("The list is being opened."), reverse("comparison:list", args=[listing.pk])

    def get_context_data(self, **kwargs):
        crumbs = [
            (_("Data comparison"), reverse("comparison:overview")),
            (_("Lists of other departments"), reverse("comparison:lists")),
            (_("Load a list"), ""),
        ]
        return super().get_context_data(crumbs=crumbs, **kwargs)


@method_decorator(never_cache, name="dispatch")
class OneList(PermissionRequiredMixin):
    """What the pages of one list share: the list, within the person's reach."""

    permission_required = "eligibility.view"

    @cached_property
    def listing(self) -> ComparedList:
        rows = ComparedList.objects.visible_to(self.request.user).with_names()
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def looks(self) -> list[Look]:
        return lists.looks_of(self.listing)

    def sheet(self, name: str | None) -> Look | None:
        """The sheet of this name, or the first one."""
        named = [one for one in self.looks if one.sheet == name]
        return (named or self.looks or [None])[0]

    def columns_form(self, sheet: Look, data=None) -> ColumnsForm:
        initial = lists.proposed_columns(self.listing, sheet)
        return ColumnsForm(data, headings=sheet.headings, initial=initial)

    def context(self, sheet: Look | None, form: ColumnsForm | None) -> dict:
        listing, user = self.listing, self.request.user
        faults = lists.faults_of(listing)
        is_at_work = listing.state in (ListState.LOOKING, ListState.MATCHING)
        left_out = listing.counts.get("left_out", {})
        return {
            "listing": listing,
            "is_running": is_at_work and not listing.job.is_finished,
            "has_failed": is_at_work and listing.job.is_finished,
            "sees_job": is_at_work and Job.objects.visible_to(user).filter(pk=listing.job_id).exists(),
            "looks": self.looks,
            "sheet": sheet,
            "form": form,
            "faults": faults[:SHOWN_FAULTS],
            "faults_total": listing.counts.get("faulty", 0) + listing.counts.get("repeated", 0),
            "left_out": [(HouseholdStatus(status).label, status, count) for status, count in sorted(left_out.items())],
            "crumbs": [
                (_("Data comparison"), reverse("comparison:overview")),
                (_("Lists of other departments"), reverse("comparison:lists")),
                (listing.file_name, ""),
            ],
        }


class ListDetail(OneList, TemplateView):
    """A list: how far it is, its columns to be assigned, or what was found."""

    template_name = "comparison/list.html"

    def get_context_data(self, **kwargs):
        sheet = form = None
        jobs.mark_all_seen(self.request.user, JobKind.COMPARISON, listing=self.listing.pk)
        if self.request.user.has_perm("eligibility.load_lists") and lists.may_be_matched(self.listing):
            sheet = self.sheet(self.request.GET.get("sheet"))
            form = self.columns_form(sheet) if sheet else None
        return super().get_context_data(**self.context(sheet, form), **kwargs)


class MatchList(OneList, ServicePage):
    """The columns of a list are assigned, and it is compared."""

    permission_required = "eligibility.load_lists"
    template_name = "comparison/list.html"
    http_method_names = ["post"]

    def get_form(self, form_class=None):
        sheet = self.sheet(self.request.POST.get("sheet"))
        if sheet is None:
            raise Http404
        return self.columns_form(sheet, self.request.POST)

    def act(self, values):
        sheet = self.sheet(self.request.POST.get("sheet"))
        lists.start_matching(self.request.user, self.listing, sheet.sheet, values)
        return _("The list is being compared."), reverse("comparison:list", args=[self.listing.pk])

    def get_context_data(self, **kwargs):
        sheet = self.sheet(self.request.POST.get("sheet"))
        return super().get_context_data(**(self.context(sheet, None) | kwargs))


class DiscardList(OneList, View):
    """Let a list go."""

    permission_required = "eligibility.load_lists"

    def post(self, request, pk):
        try:
            lists.discard(request.user, self.listing)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.info(request, _("The list was discarded; nothing of it is kept."))
        return redirect("comparison:list", pk)


# --- Authorisations ---------------------------------------------------------------------------------------------------
class Unauthorised(DeskListView):
    """Households whose authorisation is missing or has expired."""

    permission_required = "eligibility.view_doubts"
    template_name = "comparison/unauthorised.html"
    filterset_class = UnauthorisedFilter
    resource_class = UnauthorisedResource
    orders = {"place": ("village_id", "number")}

    def get_queryset(self):
        rows = Household.objects.visible_to(self.request.user).with_places().defer("bank_account")
        return authorisations.without_authorisation(rows, timezone.localdate())


class Authorise(TakesPapers, ServicePage):
    """A household's signed authorisation is entered; those of before stand below."""

    permission_required = "eligibility.authorise"
    template_name = "comparison/authorise.html"
    form_class = AuthorisationForm
    paper_model = ComparisonPaper

    @cached_property
    def household(self) -> Household:
        rows = Household.objects.visible_to(self.request.user).with_places()
        return get_object_or_404(rows, number=self.kwargs["number"])

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"household": self.household, "has_papers": bool(self.kept_papers)}

    def act(self, values):
        papers = self.papers(values)
        authorisations.authorise(self.request.user, self.household, **values, papers=papers)
        return _("The authorisation is on file."), reverse("households:detail", args=[self.household.number])

    def get_context_data(self, **kwargs):
        household = self.household
        return super().get_context_data(
            household=household,
            earlier=household.authorisations.select_related("entered_by", "withdrawn_by").prefetch_related("papers"),
            crumbs=[
                (_("Households"), reverse("households:list")),
                (household.number, reverse("households:detail", args=[household.number])),
                (_("Authorisation"), ""),
            ],
            **kwargs,
        )


class Withdraw(ServicePage):
    """A household takes its authorisation back."""

    permission_required = "eligibility.authorise"
    template_name = "comparison/withdraw.html"
    form_class = WithdrawForm

    @cached_property
    def authorisation(self) -> Authorisation:
        rows = Authorisation.objects.visible_to(self.request.user).select_related("household__village__parent")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def act(self, values):
        authorisations.withdraw(self.request.user, self.authorisation, values["on"])
        number = self.authorisation.household.number
        return _("The withdrawal is written down."), reverse("households:detail", args=[number])

    def get_context_data(self, **kwargs):
        household = self.authorisation.household
        return super().get_context_data(
            authorisation=self.authorisation,
            household=household,
            crumbs=[
                (_("Households"), reverse("households:list")),
                (household.number, reverse("households:detail", args=[household.number])),
                (_("Withdraw the authorisation"), ""),
            ],
            **kwargs,
        )


class AuthorisationPaper(PaperView):
    def get_papers(self):
        authorisation = get_object_or_404(Authorisation.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        return authorisation.papers.all()
