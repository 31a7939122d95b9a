"""ID numbers in full, as a file: for whom it is permitted, for a purpose that is written down."""

from django import forms
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from fupin import exports
from fupin.listing import capped_count
from households.filters import HouseholdFilter
from households.models import Household, Member
from households.resources import PersonResource


class FullExportForm(forms.Form):
    """In which format, and what for."""

    purpose = forms.CharField(
        label=_("Purpose"),
        min_length=4,
        max_length=200,
        help_text=_("For example: comparison with the vehicle register, letter of 3 March."),
        error_messages={
            "required": _("Say in a few words what the ID numbers are needed for."),
            "min_length": _("Say in a few words what the ID numbers are needed for."),
        },
    )
    file_format = forms.ChoiceField(label=_("Format"), choices=[("xlsx", "Excel"), ("csv", "CSV")], initial="xlsx")


@method_decorator(never_cache, name="dispatch")
class FullExport(PermissionRequiredMixin, FormView):
    """Asks for the purpose, then answers the members of the filtered households with their ID numbers in full."""

    permission_required = "households.export_full"
    template_name = "households/export.html"
    form_class = FullExportForm

    @cached_property
    def filterset(self) -> HouseholdFilter:
        rows = Household.objects.visible_to(self.request.user)
        return HouseholdFilter(self.request.GET, queryset=rows, request=self.request)

    @property
    def households(self) -> QuerySet:
        return self.filterset.qs if self.filterset.is_valid() else Household.objects.none()

    @property
    def members(self) -> QuerySet:
        """Who lives in the filtered households now, place by place."""
        members = Member.objects.visible_to(self.request.user).current()
        return members.filter(household__in=self.households.order_by().values("pk")).order_by(
            "village_id", "household__number", "relationship", "pk"
        )

    def form_valid(self, form):
        file_format, purpose = form.cleaned_data["file_format"], form.cleaned_data["purpose"]
        try:
            return exports.response(PersonResource(), self.members, file_format, self.request.user, purpose=purpose)
        except exports.TooManyRows as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)

    def get_context_data(self, **kwargs):
        households, more_households = capped_count(self.households)
        members, more_members = capped_count(self.members)
        return super().get_context_data(
            households=households,
            more_households=more_households,
            members=members,
            more_members=more_members,
            narrowed_by=self.narrowed_by(),
            query=self.request.GET.urlencode(),
            **kwargs,
        )

    def narrowed_by(self) -> list[tuple[str, str]]:
        """Label and text of every filter that is set."""
        form = self.filterset.form
        if not form.is_valid():
            return []
        return [
            (form[name].label, _chosen(form.fields[name], value)) for name, value in form.cleaned_data.items() if value
        ]


def _chosen(field: forms.Field, value) -> str:
    """What a person chose, in words: choices may stand in groups."""
    for key, label in getattr(field, "choices", ()):
        for option, text in label if isinstance(label, list | tuple) else [(key, label)]:
            if str(option) == str(value):
                return str(text)
    return str(value)
