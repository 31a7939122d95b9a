"""The desk's overview, and the list of cases."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.views.generic import DetailView, TemplateView

from casework import overview
from casework.filters import CaseFilter
from casework.models import Case
from fupin.listing import DeskListView


class DeskHome(PermissionRequiredMixin, TemplateView):
    """What a person at the desk needs on opening it."""

    permission_required = "fupin.use_desk"
    template_name = "casework/desk.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**overview.of(self.request.user), **kwargs)


class CaseList(DeskListView):
    permission_required = "casework.view"
    template_name = "casework/list.html"
    queryset_class = Case.objects.select_related("village__parent", "household")
    filterset_class = CaseFilter
    orders = {"newest": ("-pk",)}


class CaseDetail(PermissionRequiredMixin, DetailView):
    permission_required = "casework.view"
    template_name = "casework/detail.html"

    def get_queryset(self):
        return (
            Case.objects.visible_to(self.request.user)
            .select_related("village__parent", "household", "opened_by")
            .prefetch_related("events__actor")
        )
