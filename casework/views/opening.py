"""Opening a case: of which kind, why, and for a member change who joins or leaves; and what becomes of proposals."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from casework import services
from casework.choices import CaseKind, ChangeKind
from casework.forms import ChangeForm, DismissForm, OpenForm
from casework.models import Case
from casework.services.changes import Change, as_json, check_change
from casework.stages import PROCEDURES, kinds_for, steps_from
from casework.views.cases import TakesCasePapers
from eligibility.models import Proposal
from fupin.pages import ServicePage
from fupin.parsers import whole_number
from households.models import Household

FACT_KINDS = (CaseKind.EXIT, CaseKind.REMOVAL)
PERSON = ("name", "id_number", "relationship", "schooling", "health", "labour")


class OfHousehold(PermissionRequiredMixin):
    """What the pages share on which a case is opened for a household."""

    permission_required = "casework.open"

    @cached_property
    def household(self) -> Household:
        rows = Household.objects.visible_to(self.request.user).with_places()
        return get_object_or_404(rows, number=self.kwargs["number"])

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        household = self.household
        return [
            (_("Households"), reverse("households:list")),
            (household.number, reverse("households:detail", args=[household.number])),
            (_("Open a case"), reverse("casework:open", args=[household.number])),
        ]


class ChooseKind(OfHousehold, TemplateView):
    """Which case to open: those that the household's status allows, unless it is in one already."""

    template_name = "casework/open.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            household=self.household,
            running=self.household.cases.unfinished().first(),
            kinds=[procedure.kind for procedure in kinds_for(self.household.status)],
            changes=ChangeKind,
            crumbs=self.crumbs,
            **kwargs,
        )


class OpenCase(OfHousehold, ServicePage):
    """Why a case of a kind is opened; what follows is taken on the case's own page."""

    template_name = "casework/open_form.html"

    @cached_property
    def kind(self) -> CaseKind:
        kind = self.kwargs["kind"]
        if kind not in PROCEDURES or not PROCEDURES[kind].is_of_households or kind == CaseKind.MEMBER_CHANGE:
            raise Http404
        return CaseKind(kind)

    def get_form(self, form_class=None):
        return OpenForm(**self.get_form_kwargs(), household=self.household, takes_fact=self.kind in FACT_KINDS)

    def act(self, values):
        case = services.open_case(
            self.request.user, self.kind, self.household, values["ground"], fact=values.get("fact")
        )
        return _("The case is open."), _first_page(case, self.request.user)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            household=self.household,
            title=self.kind.label,
            crumbs=[*self.crumbs, (self.kind.label, "")],
            **kwargs,
        )


def _first_page(case: Case, user) -> str:
    """Where somebody goes who has just opened a case: on to its first step if that is theirs."""
    steps = [step for step in steps_from(case.kind, case.stage) if step.is_forward and user.has_perm(step.permission)]
    if steps and not steps[0].not_by and steps[0].code == "apply":
        return reverse("casework:step", args=[case.pk, steps[0].code])
    return reverse("casework:detail", args=[case.pk])


class OpenChange(TakesCasePapers, OfHousehold, ServicePage):
    """A member change: who joins or leaves, on which day, by which papers."""

    template_name = "casework/open_form.html"

    @cached_property
    def change(self) -> ChangeKind:
        if self.kwargs["change"] not in ChangeKind:
            raise Http404
        return ChangeKind(self.kwargs["change"])

    def get_form(self, form_class=None):
        options = self.get_form_kwargs()
        return ChangeForm(**options, household=self.household, change=self.change, has_papers=bool(self.kept_papers))

    def act(self, values):
        change = Change(
            kind=self.change,
            on=values["on"],
            members=values.get("members", []),
            successor=values.get("successor"),
            new_head=values.get("new_head"),
            target=values.get("target", "").strip(),
            person={name: values[name] for name in PERSON} if "id_number" in values else {},
        )
        check_change(change, self.household, self.request.user)
        ground = f"{change.label} {change.on}" + (f": {values['reason']}" if values["reason"] else "")
        case = services.open_case(
            self.request.user,
            CaseKind.MEMBER_CHANGE,
            self.household,
            ground[: Case._meta.get_field("ground").max_length],
            change=as_json(change),
            papers=self.papers(values),
        )
        return _("The case is open; the township reviews it."), reverse("casework:detail", args=[case.pk])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            household=self.household,
            title=self.change.label,
            crumbs=[*self.crumbs, (self.change.label, "")],
            **kwargs,
        )


class SettleProposals(PermissionRequiredMixin, View):
    """Open the cases that ticked proposals ask for, or dismiss them with a reason."""

    permission_required = "casework.settle_proposals"

    def post(self, request, *args, **kwargs):
        keys = [key for text in request.POST.getlist("proposal") if (key := whole_number(text, 2**62))]
        try:
            if request.POST.get("action") == "open":
                return self._take_up(keys)
            return self._dismiss(keys)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("eligibility:proposals")

    def _take_up(self, keys: list[int]):
        taken = services.take_up(self.request.user, keys)
        if taken.cases:
            said = ngettext("%(count)d case opened.", "%(count)d cases opened.", len(taken.cases))
            messages.success(self.request, said % {"count": len(taken.cases)})
        for proposal, why in taken.refused:
            household = proposal.household
            messages.warning(self.request, f"{household.head_name} {household.number}: {why}")
        return redirect("eligibility:proposals")

    def _dismiss(self, keys: list[int]):
        form = DismissForm(self.request.POST if "reason" in self.request.POST else None)
        if not form.is_valid():
            rows = Proposal.objects.visible_to(self.request.user).open().filter(pk__in=keys)
            if not rows:
                raise ValidationError(_("Choose at least one proposal."))
            context = {
                "form": form,
                "proposals": rows.select_related("household__village__parent"),
                "crumbs": [(_("Proposals"), reverse("eligibility:proposals")), (_("Dismiss"), "")],
            }
            return render(self.request, "casework/dismiss.html", context, status=422 if form.errors else 200)
        count = services.dismiss(self.request.user, keys, form.cleaned_data["reason"])
        said = ngettext("%(count)d proposal dismissed.", "%(count)d proposals dismissed.", count)
        messages.success(self.request, said % {"count": count})
        return redirect("eligibility:proposals")
