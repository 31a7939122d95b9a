"""What is accepted of cases."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.models import Case, CaseEvent
from fupin.forms import DayInput
from villages.choices import VillageStanding


class VillageConfirmationForm(forms.Form):
    """The decision on a village's result; what must be true of it, the service checks."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=list(reversed(VillageStanding.choices)), widget=forms.RadioSelect
    )
    document = forms.CharField(label=_("Document number"), max_length=Case._meta.get_field("document").max_length)
    decided_on = forms.DateField(label=_("Day of the decision"), widget=DayInput, initial=timezone.localdate)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=CaseEvent._meta.get_field("reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where the decision differs from the result."),
    )

    def clean_decision(self) -> bool:
        return self.cleaned_data["decision"] == VillageStanding.WEAK
