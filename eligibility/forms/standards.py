"""What is accepted of standards."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eligibility import choices as c
from eligibility.models import Criterion, Standard, StandardVersion
from eligibility.standards import VALUES
from eligibility.wording import item_labels
from fupin.forms import DayInput, YuanFormField
from fupin.money import NOTHING
from fupin.pages import show_refusal
from households.choices import FactKind


class StandardForm(forms.ModelForm):
    """What names a standard for good; its subject is chosen before."""

    class Meta:
        model = Standard
        fields = ["title", "code"]
        help_texts = {
            "code": _(
                "Lower-case letters, digits and hyphens, for example income-2016. It stands in files and addresses."
            ),
        }


class VersionForm(forms.ModelForm):
    """What a version says beside its criteria."""

    items = forms.MultipleChoiceField(label=_("Counted income items"), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = StandardVersion
        fields = [name for name in VALUES if name != "basis"]
        widgets = {
            "reference_date": DayInput,
            "valid_from": DayInput,
            "valid_to": DayInput,
            "note": forms.Textarea(attrs={"rows": 3}),
            "divisor": forms.RadioSelect,
        }
        labels = {"inclusive": _("Whoever is exactly at the line counts as below it")}
        help_texts = {
            "reference_date": _("Members and facts count as they stood on this day."),
            "valid_from": _("Empty: from approval."),
            "valid_to": _("First day on which it no longer holds. Empty: until another version takes its place."),
        }

    def __init__(self, *args, subject: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = list(item_labels(subject).items())
        if subject == c.Subject.VILLAGE:
            del self.fields["divisor"]
            self.fields["reference_date"].help_text = ""

    def _post_clean(self):
        """The services check the whole version, with what the page does not ask."""


class FactCriterionForm(forms.Form):
    """What a kind of fact does under the standard."""

    effect = forms.ChoiceField(
        label=_("Effect"),
        choices=[
            ("", _("Not looked at")),
            (c.Effect.EXCLUDE, _("Rules the household out")),
            (c.Effect.INCLUDE, _("Identifies without a look at income")),
        ],
        required=False,
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def criterion(self) -> dict | None:
        """Values of the criterion, or None where the kind of fact is not looked at."""
        if not self.cleaned_data["effect"]:
            return None
        return {"effect": self.cleaned_data["effect"], "fact_kind": self.prefix, "note": self.cleaned_data["note"]}


class CostCriterionForm(forms.Form):
    """Whether a cost is deducted from income, and how much of it."""

    is_deducted = forms.BooleanField(label=_("Deducted"), required=False)
    floor = YuanFormField(label=_("What exceeds (yuan)"), min_value=0, required=False)
    cap = YuanFormField(label=_("At most (yuan)"), min_value=0, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def criterion(self) -> dict | None:
        """Values of the criterion, or None where the cost is not deducted."""
        if not self.cleaned_data["is_deducted"]:
            return None
        return {
            "effect": c.Effect.DEDUCT,
            "cost": self.prefix,
            "floor": self.cleaned_data["floor"] or NOTHING,
            "cap": self.cleaned_data["cap"],
            "note": self.cleaned_data["note"],
        }


class DraftForms:
    """All of a draft on one page: the version, one row for every condition that there is, and a new standard's name.

    There is nothing to add or to take out: a condition that is not looked at says so.
    """

    def __init__(
        self, subject: str, data=None, version: StandardVersion | None = None, naming: StandardForm | None = None
    ):
        self.naming = naming
        self.version = VersionForm(data, subject=subject, instance=version)
        kept = {row.code: row for row in version.criteria.all()} if version else {}
        is_of_households = subject == c.Subject.HOUSEHOLD
        self.facts = [
            (kind.label, FactCriterionForm(data, prefix=kind.value, initial=_initial(kept.get(kind.value))))
            for kind in (FactKind if is_of_households else ())
        ]
        self.costs = [
            (cost.label, CostCriterionForm(data, prefix=cost.value, initial=_initial(kept.get(cost.value))))
            for cost in (c.Cost if is_of_households else ())
        ]

    @property
    def rows(self) -> list[forms.Form]:
        return [form for _label, form in [*self.facts, *self.costs]]

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in (self.naming, self.version, *self.rows) if form is not None]
        return all(answers)

    def values(self) -> dict:
        """Values of the version, for the services."""
        return self.version.cleaned_data

    def criteria(self) -> list[dict]:
        """Values of the criteria, for the services."""
        return [values for form in self.rows if (values := form.criterion()) is not None]

    def refuse(self, error: ValidationError) -> None:
        """Show what a service refused, beside its field where the page has it."""
        show_refusal(self.version, error)


def _initial(criterion: Criterion | None) -> dict:
    if criterion is None:
        return {}
    return {
        "effect": criterion.effect,
        "is_deducted": True,
        "floor": criterion.floor or None,
        "cap": criterion.cap,
        "note": criterion.note,
    }


class ApprovalForm(forms.Form):
    """The document that a version rests on."""

    basis = forms.CharField(
        label=_("Basis document"),
        max_length=200,
        help_text=_("Number and title of the document that sets this standard, as it will be quoted."),
    )
