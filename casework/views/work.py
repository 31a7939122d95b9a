"""Who waits for whom: unfinished cases by township and village, for whoever answers for them."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from casework import work
from villages.models import Division


class PlacesAtWork(PermissionRequiredMixin, TemplateView):
    """Unfinished cases of a division by place; a township leads to its villages, a village to its cases."""

    permission_required = "casework.view"
    template_name = "casework/work.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        code = self.kwargs.get("division") or user.jurisdiction
        division = Division.objects.visible_to(user).filter(pk=code).select_related("parent").first()
        if division is None:
            raise Http404
        places = work.by_place(user, division.pk)
        crumbs = [(_("Work by place"), reverse("casework:work")), (division.name, "")]
        return super().get_context_data(
            here=division,
            desks=work.Desk.LABELS.values(),
            places=places,
            total=work.total_of(places),
            crumbs=crumbs if self.kwargs.get("division") else [],
            **kwargs,
        )
