"""The desk's overview, the list of cases, and the villages that wait for the district's decision."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from casework import overview, services
from casework.candidates import villages_to_confirm
from casework.forms import VillageConfirmationForm
from casework.models import Case
from eligibility.choices import VillageOutcome
from eligibility.models import VillageDetermination
from fupin.listing import DeskListView
from fupin.money import NOTHING
from villages.choices import VillageStanding


class DeskHome(PermissionRequiredMixin, TemplateView):
    """What a person at the desk needs on opening it."""

    permission_required = "fupin.use_desk"
    template_name = "casework/desk.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**overview.of(self.request.user), **kwargs)


class VillagesToConfirm(DeskListView):
    """Villages whose result would change their standing, and waits for a decision."""

    permission_required = "casework.view"
    template_name = "casework/villages.html"
    orders = {"place": ("village_id", "pk")}

    def get_queryset(self):
        return villages_to_confirm(self.request.user)


class VillageConfirmation(PermissionRequiredMixin, FormView):
    """The decision on one village: what the result rests on, and the form beside it."""

    permission_required = "casework.confirm_village"
    template_name = "casework/village.html"
    form_class = VillageConfirmationForm

    @cached_property
    def determination(self) -> VillageDetermination:
        rows = VillageDetermination.objects.visible_to(self.request.user)
        places = ("village__parent", "village__profile", "standard", "run__version")
        return get_object_or_404(rows.select_related(*places), pk=self.kwargs["pk"])

    def get(self, request, *args, **kwargs):
        if case := Case.objects.visible_to(request.user).deciding(self.determination).first():
            return redirect("casework:detail", case.pk)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict:
        is_weak = self.determination.outcome == VillageOutcome.WEAK
        return super().get_initial() | {"decision": VillageStanding.WEAK if is_weak else VillageStanding.ORDINARY}

    def get_context_data(self, **kwargs):
        return super().get_context_data(determination=self.determination, counted_now=self.counted_now(), **kwargs)

    def counted_now(self) -> Decimal | None:
        """The income that the standard counts, as it is kept now: it may have changed since the recalculation."""
        version = self.determination.run.version
        income = self.determination.village.incomes.filter(year=version.income_year).first()
        return sum((getattr(income, item) for item in version.items), NOTHING) if income else None

    def form_valid(self, form):
        try:
            case = services.confirm_village(self.determination, **form.cleaned_data, actor=self.request.user)
        except services.AlreadyDecided:
            messages.warning(self.request, _("This result has been decided upon already, or a newer one stands."))
            return redirect("casework:villages")
        except (ValidationError, PermissionDenied) as refusal:
            form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("%(village)s: the decision is written down.") % {"village": case.village.name})
        return redirect("casework:villages")
