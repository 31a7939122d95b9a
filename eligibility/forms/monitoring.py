"""What is accepted of monitoring: what was done about an alarm, the terms, and where alarms are computed."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eligibility.choices import Subject
from eligibility.forms.runs import DivisionChoiceField
from eligibility.models import AlarmEvent, Standard
from eligibility.monitoring.terms import LINE_FACTOR, TERMS
from fupin.forms import DayInput
from villages.models import Division

LONGEST_TEXT = AlarmEvent._meta.get_field("text").max_length


class DoneForm(forms.Form):
    """What was done about an alarm, and when."""

    done_on = forms.DateField(label=_("Done on"), widget=DayInput)
    text = forms.CharField(label=_("What was done"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["done_on"].widget.attrs["max"] = today.isoformat()
        self.initial.setdefault("done_on", today)


class SendBackForm(forms.Form):
    """Why a report does not do."""

    text = forms.CharField(
        label=_("What is still to be done"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )


class ComputeForm(forms.Form):
    """Where alarms are computed."""

    division = DivisionChoiceField(Division.objects.none(), label=_("Division"), empty_label=None)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        divisions = Division.objects.visible_to(user).valid_on(timezone.localdate())
        self.fields["division"].queryset = divisions.order_by("code")


class TermForm(forms.Form):
    """A term from a day on. The factor of the line is chosen together with its standard."""

    term = forms.ChoiceField(label=_("Term"))
    value = forms.DecimalField(label=pgettext_lazy("term", "Value"), max_digits=10, decimal_places=2)
    valid_from = forms.DateField(label=_("Valid from"), widget=DayInput)
    basis = forms.CharField(label=_("Basis document"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.standards = {row.code: row for row in Standard.objects.of(Subject.HOUSEHOLD)}
        factors = [
            (f"{LINE_FACTOR}:{code}", f"{TERMS[LINE_FACTOR].label} · {standard}")
            for code, standard in self.standards.items()
        ]
        others = [(name, f"{term.label} ({term.unit_label})") for name, term in TERMS.items() if name != LINE_FACTOR]
        self.fields["term"].choices = factors + others
        today = timezone.localdate()
        self.fields["valid_from"].widget.attrs["min"] = today.isoformat()
        self.initial.setdefault("valid_from", today)

    def clean_term(self) -> tuple[str, Standard | None]:
        """The name of the term, and of which standard."""
        name, _colon, code = self.cleaned_data["term"].partition(":")
        return name, self.standards.get(code)
