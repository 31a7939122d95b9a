"""The register's pages: list, one household, entering and editing it, its history, and revealing a number."""

import json

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from django_htmx.http import HttpResponseClientRedirect

from fupin import identity
from fupin.conflicts import Conflict
from fupin.listing import DeskListView
from fupin.pages import ServicePage
from fupin.panels import panels_for
from households import display, history, merging, preview, services
from households.checks.finding import circumstances
from households.entries import entry_of
from households.filters import HouseholdFilter
from households.forms import ROWS, EntryForms, MoveForm
from households.models import Household, Member
from households.resources import HouseholdResource
from households.rules import problems_of
from villages.models import Village


class HouseholdList(DeskListView):
    permission_required = "households.view"
    template_name = "households/list.html"
    queryset_class = Household.objects.with_places()
    filterset_class = HouseholdFilter
    resource_class = HouseholdResource
    orders = {
        "number": ("village_id", "number"),
        "head": ("head_pinyin", "pk"),
        "newest": ("-touched_at", "-pk"),
    }

    def get_context_data(self, **kwargs):
        may = self.request.user.has_perm("households.export_full")
        return super().get_context_data(full_export_url=reverse("households:export") if may else "", **kwargs)


@method_decorator(never_cache, name="dispatch")
class OneHousehold(PermissionRequiredMixin):
    """What the pages of one household share: the household, within the person's reach."""

    permission_required = "households.view"

    @cached_property
    def household(self) -> Household:
        rows = Household.objects.visible_to(self.request.user).with_places().select_related("entered_by", "living")
        return get_object_or_404(rows, number=self.kwargs["number"])


class HouseholdDetail(OneHousehold, TemplateView):
    template_name = "households/detail.html"

    def get_context_data(self, **kwargs):
        household = self.household
        incomes = list(household.incomes.order_by("-year"))
        return super().get_context_data(
            household=household,
            members=household.members.order_by("relationship", "pk"),
            incomes=incomes,
            income_rows=display.income_rows(incomes),
            facts=household.facts.order_by("-fact_date"),
            living=display.living_rows(household),
            findings=household.findings.for_list().order_by("rule", "pk"),
            crossings=household.crossings.for_list(),
            panels=panels_for("household", household, self.request.user),
            **kwargs,
        )


class HouseholdMovePage(OneHousehold, ServicePage):
    """Where a household is moved to another village."""

    permission_required = "households.move"
    template_name = "households/move.html"
    form_class = MoveForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"household": self.household, "user": self.request.user}

    def get_context_data(self, **kwargs):
        return super().get_context_data(household=self.household, **kwargs)

    def act(self, values: dict) -> tuple[str, str]:
        village = get_object_or_404(Village.objects.visible_to(self.request.user), pk=values["village"])
        services.move_household(self.household, village, values["reason"], self.request.user)
        said = _("The household lies in %(village)s now.") % {"village": village.name}
        return said, reverse("households:detail", args=[self.household.number])


class HouseholdHistory(OneHousehold, TemplateView):
    template_name = "households/history.html"

    def get_context_data(self, **kwargs):
        changes, has_more = history.changes_of(self.household)
        return super().get_context_data(household=self.household, changes=changes, has_more=has_more, **kwargs)


class Reveal(OneHousehold, View):
    """A number in full, shown once, for a purpose that is written down."""

    permission_required = "households.reveal"

    def post(self, request, *args, **kwargs):
        field, _separator, member = request.POST.get("what", "").partition(":")
        subject = get_object_or_404(self.household.members, pk=member) if member.isdecimal() else self.household
        try:
            value = services.reveal(subject, field, request.POST.get("purpose", ""), request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("households:detail", self.household.number)
        except ValueError:
            return redirect("households:detail", self.household.number)
        context = {"household": self.household, "subject": subject, "field": field, "value": value}
        return render(request, "households/reveal.html", context)


@method_decorator(never_cache, name="dispatch")
class FindByIdNumber(PermissionRequiredMixin, View):
    """The household of an ID number, asked for by POST so that the number stands in no address."""

    permission_required = "households.view"

    def post(self, request, *args, **kwargs):
        number = identity.normalise(request.POST.get("id_number", ""))
        member = (
            Member.objects.visible_to(request.user)
            .with_id_number(number)
            .select_related("household")
            .order_by(F("left_on").desc(nulls_first=True))
            .first()
            if number
            else None
        )
        if member is None:
            messages.warning(request, _("No household in your area has a member with this ID number."))
            return redirect("households:list")
        return redirect("households:detail", member.household.number)


@method_decorator(never_cache, name="dispatch")
class EntryPage(PermissionRequiredMixin, View):
    """The page on which a household is entered or edited. Nothing typed is lost: every refusal shows it again."""

    permission_required = "households.enter"
    household: Household | None = None

    def read(self, data: QueryDict) -> EntryForms:
        return EntryForms(self.request.user, household=self.household, data=data, year=preview.income_year())

    def post(self, request, *args, **kwargs):
        forms = self.read(request.POST)
        if "add" in request.POST or "remove" in request.POST:
            self.change_rows(forms)
            return self.show(forms)
        return self.save(forms)

    def change_rows(self, forms: EntryForms) -> None:
        """What the page's script does by itself: one row more or less."""
        if (kind := self.request.POST.get("add")) in ROWS:
            forms.add_row(kind)
        kind, _separator, key = self.request.POST.get("remove", "").partition("-")
        if kind in ROWS:
            forms.remove_row(kind, key)

    def save(self, forms: EntryForms):
        if not forms.can_be_read():
            return self.show(forms)
        try:
            household = self.write(forms)
        except services.EntryRefused as refusal:
            forms.show(refusal.problems)
            forms.ask(refusal.problems, refusal.asked, refusal.crossing)
            return self.show(forms)
        messages.success(self.request, _("Household %(number)s has been saved.") % {"number": household.number})
        return self.go(reverse("households:detail", args=[household.number]))

    def write(self, forms: EntryForms) -> Household:
        raise NotImplementedError

    def go(self, url: str):
        """To another page, also for the page's script."""
        return HttpResponseClientRedirect(url) if self.request.htmx else redirect(url)

    def show(self, forms: EntryForms, **context):
        return render(self.request, "households/entry.html", self.context(forms) | context)

    def context(self, forms: EntryForms) -> dict:
        return {"forms": forms, "household": self.household, "version": self.request.POST.get("version", "")}


class HouseholdCreate(EntryPage):
    def get(self, request, *args, **kwargs):
        forms = EntryForms(request.user, year=preview.income_year())
        forms.add_row("members")
        forms.add_row("incomes")
        return self.show(forms)

    def write(self, forms: EntryForms) -> Household:
        return services.create_household(forms.entry(), self.request.user, forms.answers())


class HouseholdEdit(EntryPage):
    """A save against a version that somebody else has changed shows both sides and lets the person choose."""

    @cached_property
    def household(self) -> Household:
        rows = Household.objects.visible_to(self.request.user).with_places().select_related("living")
        return get_object_or_404(rows.prefetch_related("members"), number=self.kwargs["number"])

    def get(self, request, *args, **kwargs):
        forms = self.kept()
        target = forms.target_of(request.GET.get("field", ""))
        return self.show(forms, version=self.household.version, base=_dumped(forms.as_data()), target=target)

    def kept(self) -> EntryForms:
        """The forms with what is kept now."""
        entry = entry_of(self.household)
        return EntryForms(self.request.user, household=self.household, entry=entry, year=preview.income_year())

    def context(self, forms: EntryForms) -> dict:
        return super().context(forms) | {"base": self.request.POST.get("base", "")}

    def save(self, forms: EntryForms):
        try:
            if "choose" in self.request.POST:
                forms = self.chosen(forms)
            return super().save(forms)
        except Conflict:
            return self.show_conflict(forms)

    def write(self, forms: EntryForms) -> Household:
        entry, answers = forms.entry(), forms.answers()
        return services.update_household(self.household, entry, self.version, self.request.user, answers)

    @property
    def version(self) -> int:
        posted = self.request.POST.get("version", "")
        return int(posted) if posted.isdecimal() else 0

    def chosen(self, mine: EntryForms) -> EntryForms:
        """My entry with theirs wherever I chose it; a conflict again if they have changed it meanwhile."""
        if self.household.version != self.version:
            raise Conflict(self.household)
        if self.request.POST["choose"] == "mine":
            return mine
        theirs = self.read(self.kept().as_data())
        return self.read(merging.merged(mine, theirs, self.base(theirs), self.request.POST))

    def base(self, otherwise: EntryForms) -> EntryForms:
        """The forms as the person first saw them."""
        data = _loaded(self.request.POST.get("base", ""))
        return self.read(data) if data is not None else otherwise

    def show_conflict(self, mine: EntryForms):
        del self.household
        theirs = self.read(self.kept().as_data())
        last = self.household.history.select_related("history_user").first()
        context = {
            "household": self.household,
            "last": last,
            "differences": merging.differences(mine, theirs, self.base(theirs)),
            "posted": [(name, value) for name, values in mine.data.lists() for value in values if name not in NOT_KEPT],
            "version": self.household.version,
        }
        return render(self.request, "households/conflict.html", context)


# What the conflict page says anew instead of posting it on.
NOT_KEPT = {"csrfmiddlewaretoken", "version", "choose"}


def _dumped(data: QueryDict) -> str:
    return json.dumps(dict(data.lists()), ensure_ascii=False)


def _loaded(text: str) -> QueryDict | None:
    """Posted values from their JSON; None where it is none."""
    try:
        lists = json.loads(text)
        data = QueryDict(mutable=True)
        for name, values in lists.items():
            data.setlist(name, [str(value) for value in values])
    except (ValueError, AttributeError, TypeError):
        return None
    return data


@method_decorator(never_cache, name="dispatch")
class Assess(PermissionRequiredMixin, View):
    """What the entry comes to, while it is being typed: the result under the standard in force, and what looks odd."""

    permission_required = "households.enter"

    def post(self, request, *args, **kwargs):
        household = None
        if number := request.POST.get("number"):
            rows = Household.objects.visible_to(request.user).select_related("living").prefetch_related("members")
            household = get_object_or_404(rows, number=number)
        forms = EntryForms(request.user, household=household, data=request.POST)
        entry = forms.entry()
        problems = problems_of(entry, circumstances())
        context = {
            "preview": preview.preview_of(entry),
            "warnings": [problem for problem in problems if not problem.is_error],
            "is_doubtful": not forms.can_be_read()
            or any(problem.is_error and not problem.is_missing for problem in problems),
        }
        return render(request, "households/preview.html", context)
