"""The desk's overview, and the villages whose result waits for a case."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from casework import overview, services
from casework.candidates import villages_to_confirm
from casework.choices import CaseStage
from casework.forms import OpenVillageForm
from eligibility import villages
from eligibility.models import VillageDetermination
from fupin.listing import DeskListView
from fupin.pages import ServicePage


class DeskHome(PermissionRequiredMixin, TemplateView):
    """What a person at the desk needs on opening it."""

    permission_required = "fupin.use_desk"
    template_name = "casework/desk.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**overview.of(self.request.user), **kwargs)


# What is read of a village's result beside it.
BASIS = ("village__parent", "village__profile", "standard", "run__version")


class VillagesToConfirm(DeskListView):
    """Villages whose result would change their standing, and waits for a case."""

    permission_required = "casework.view"
    template_name = "casework/villages.html"
    orders = {"place": ("village_id", "pk")}

    def get_queryset(self):
        return villages_to_confirm(self.request.user)


class OpenVillageCase(ServicePage):
    """Opening the case upon a village's result: what the result rests on, and why."""

    permission_required = "casework.open"
    template_name = "casework/village.html"
    form_class = OpenVillageForm

    @cached_property
    def determination(self) -> VillageDetermination:
        rows = VillageDetermination.objects.visible_to(self.request.user).select_related(*BASIS)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get(self, request, *args, **kwargs):
        if case := self.determination.cases.exclude(stage=CaseStage.WITHDRAWN).first():
            return redirect("casework:detail", case.pk)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict:
        return super().get_initial() | {"ground": villages.explain(self.determination)}

    def act(self, values):
        case = services.open_village_case(self.request.user, self.determination, **values)
        return _("The case is open; the township audits the accounts."), reverse("casework:detail", args=[case.pk])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            determination=self.determination, counted_now=villages.counted_now(self.determination), **kwargs
        )
