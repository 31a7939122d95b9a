"""What is accepted of recalculations."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility import choices as c
from eligibility.models import StandardVersion
from fupin.forms import YuanFormField
from villages.choices import Level
from villages.models import Division


class VersionChoiceField(forms.ModelChoiceField):
    """A version by its standard's title, its number, and whether it is a draft."""

    def label_from_instance(self, version: StandardVersion) -> str:
        label = _("%(standard)s, version %(number)s") % {"standard": version.standard, "number": version.number}
        return f"{label} ({version.get_state_display()})" if version.state == c.VersionState.DRAFT else label


class DivisionChoiceField(forms.ModelChoiceField):
    """A division, set in by its level, so that the list reads as the district is made up."""

    def label_from_instance(self, division: Division) -> str:
        return INDENT[division.level] + division.name


INDENT = {Level.DISTRICT: "", Level.TOWNSHIP: "\u3000", Level.VILLAGE: "\u3000\u3000"}


class RunForm(forms.Form):
    """A recalculation, or the simulation of one."""

    version = VersionChoiceField(StandardVersion.objects.none(), label=_("Standard"), empty_label=None)
    division = DivisionChoiceField(Division.objects.none(), label=_("Division"), empty_label=None)
    simulate = forms.BooleanField(
        label=_("Only simulate"),
        required=False,
        help_text=_("The results stand beside the present ones, and nothing else is changed."),
    )
    line = YuanFormField(
        label=_("Line to try (yuan)"),
        min_value=0,
        required=False,
        help_text=_("Only for a simulation. Empty: the line of the standard."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = (
            StandardVersion.objects.filter(state__in=[c.VersionState.APPROVED, c.VersionState.DRAFT])
            .select_related("standard")
            .order_by("standard__subject", "standard__code", "state")
        )
        today = timezone.localdate()
        self.fields["division"].queryset = Division.objects.visible_to(user).valid_on(today).order_by("code")
