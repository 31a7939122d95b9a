"""What is accepted of simulations: a name, a scope, and every term that a standard has."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eligibility import choices as c
from eligibility.forms.runs import ScopeForm
from eligibility.forms.standards import CostCriterionForm, FactCriterionForm
from eligibility.models import Criterion, StandardVersion
from eligibility.terms import Terms
from eligibility.wording import item_labels
from fupin.forms import DayInput, YuanFormField
from fupin.pages import show_refusal
from households.choices import FactKind

# How many simulations stand beside each other at most.
MOST_COMPARED = 4


class AboutForm(ScopeForm):
    """What a simulation is called and what it is over."""

    name = forms.CharField(
        label=pgettext_lazy("simulation", "Name"),
        max_length=80,
        help_text=_("By which you know it again, for example: line 9,500, medical costs deducted."),
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    field_order = ("name", "note")


class TermsForm(forms.Form):
    """The terms beside the conditions; what they may say is checked where standards are."""

    line = YuanFormField(label=_("Line (yuan)"), min_value=0)
    income_year = forms.IntegerField(label=_("Income year"), min_value=c.FIRST_YEAR, max_value=c.LAST_YEAR)
    reference_date = forms.DateField(label=_("Reference date"), widget=DayInput)
    inclusive = forms.BooleanField(label=_("Whoever is exactly at the line counts as below it"), required=False)
    divisor = forms.ChoiceField(label=_("Persons counted"), choices=c.Divisor.choices, widget=forms.RadioSelect)
    items = forms.MultipleChoiceField(label=_("Counted income items"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, subject: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = list(item_labels(subject).items())
        if subject == c.Subject.VILLAGE:
            del self.fields["divisor"]


class SimulationForms:
    """All of a simulation on one page, filled in with the terms that it begins from.

    There is nothing to add or to take out: a condition that is not looked at says so.
    """

    def __init__(self, version: StandardVersion, terms: Terms, user, data=None, about: dict | None = None):
        subject = version.standard.subject
        self.about = AboutForm(data, user=user, initial=about)
        self.terms = TermsForm(data, subject=subject, initial=terms.as_json())
        of_code = {criterion.code: _initial(criterion) for criterion in terms.criteria}
        is_of_households = subject == c.Subject.HOUSEHOLD
        self.facts = [
            (kind.label, FactCriterionForm(data, prefix=kind.value, initial=of_code.get(kind.value)))
            for kind in (FactKind if is_of_households else ())
        ]
        self.costs = [
            (cost.label, CostCriterionForm(data, prefix=cost.value, initial=of_code.get(cost.value)))
            for cost in (c.Cost if is_of_households else ())
        ]

    @property
    def rows(self) -> list[forms.Form]:
        return [form for _label, form in [*self.facts, *self.costs]]

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in (self.about, self.terms, *self.rows)]
        return all(answers)

    def changes(self) -> dict:
        """All terms as they are filled in, for the service, which finds out what differs."""
        values = dict(self.terms.cleaned_data)
        if self.rows:
            values["criteria"] = [_without_note(row) for form in self.rows if (row := form.criterion()) is not None]
        return values

    def refuse(self, error: ValidationError) -> None:
        """Show what the service refused, beside its field where the page has it."""
        show_refusal(self.terms, error)


def _initial(criterion: Criterion) -> dict:
    return {
        "effect": criterion.effect,
        "threshold": criterion.threshold,
        "is_deducted": True,
        "floor": criterion.floor or None,
        "cap": criterion.cap,
    }


def _without_note(values: dict) -> dict:
    return {name: value for name, value in values.items() if name != "note"}
