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
from households.choices import AMOUNT_OF_FACT, FactKind

ITEM = "item-"


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

    class Meta:
        model = StandardVersion
        fields = [name for name in VALUES if name not in ("items", "item_notes")]
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
            "basis": _("Number and title of the document; needed for approval at the latest."),
            "valid_from": _("Empty: from approval."),
            "valid_to": _("First day on which it no longer holds. Empty: until another version takes its place."),
        }

    def __init__(self, *args, subject: str, **kwargs):
        super().__init__(*args, **kwargs)
        if subject == c.Subject.VILLAGE:
            del self.fields["divisor"]
            self.fields["reference_date"].help_text = ""

    def _post_clean(self):
        """The services check the whole version, with what the page does not ask."""


class ItemForm(forms.Form):
    """Whether an income item is counted, and why."""

    is_counted = forms.BooleanField(label=_("Counted"), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class FactCriterionForm(forms.Form):
    """What a kind of fact does under the standard, and above which amount where it has one."""

    effect = forms.ChoiceField(
        label=_("Effect"),
        choices=[
            ("", _("Not looked at")),
            (c.Effect.EXCLUDE, _("Rules the household out")),
            (c.Effect.INCLUDE, _("Identifies without a look at income")),
        ],
        required=False,
    )
    threshold = YuanFormField(label=_("Only above (yuan)"), min_value=0, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        amount = AMOUNT_OF_FACT.get(FactKind(self.prefix))
        if amount is None:
            del self.fields["threshold"]
        else:
            self.fields["threshold"].widget.attrs["placeholder"] = amount

    def clean(self):
        """What stands in a row that is not looked at would be lost."""
        values = super().clean()
        if not values.get("effect") and any(values.get(name) not in (None, "") for name in ("threshold", "note")):
            self.add_error("effect", _("Say what it does, or empty the rest of the row."))
        return values

    def criterion(self) -> dict | None:
        """Values of the criterion, or None where the kind of fact is not looked at."""
        if not self.cleaned_data["effect"]:
            return None
        return {"fact_kind": self.prefix} | self.cleaned_data


class CostCriterionForm(forms.Form):
    """Whether a cost is deducted from income, and how much of it."""

    is_deducted = forms.BooleanField(label=_("Deducted"), required=False)
    floor = YuanFormField(label=_("What exceeds (yuan)"), min_value=0, required=False)
    cap = YuanFormField(label=_("At most (yuan)"), min_value=0, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean(self):
        """What stands in a row that is not deducted would be lost."""
        values = super().clean()
        if not values.get("is_deducted") and any(
            values.get(name) not in (None, "") for name in ("floor", "cap", "note")
        ):
            self.add_error("is_deducted", _("Tick it, or empty the rest of the row."))
        return values

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
        self.items = [
            (label, ItemForm(data, prefix=f"{ITEM}{name}", initial=_initial_of_item(name, version)))
            for name, label in item_labels(subject).items()
        ]
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
        return [form for _label, form in [*self.items, *self.facts, *self.costs]]

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """What is wrong in any of the forms: a field's id, its name with what its row is about, and the message."""
        parts = [("", form) for form in (self.naming, self.version) if form is not None]
        parts += [*self.items, *self.facts, *self.costs]
        bound = [(about, form) for about, form in parts if form.is_bound]
        return [("", about, message) for about, form in bound for message in form.non_field_errors()] + [
            (field.id_for_label or field.auto_id, f"{about} · {field.label}" if about else field.label, message)
            for about, form in bound
            for field in form
            for message in field.errors
        ]

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in (self.naming, self.version, *self.rows) if form is not None]
        return all(answers)

    def values(self) -> dict:
        """Values of the version, for the services."""
        said = {form.prefix.removeprefix(ITEM): form.cleaned_data for _label, form in self.items}
        return self.version.cleaned_data | {
            "items": [name for name, item in said.items() if item["is_counted"]],
            "item_notes": {name: item["note"] for name, item in said.items() if item["note"]},
        }

    def criteria(self) -> list[dict]:
        """Values of the criteria, for the services."""
        rows = [form for _label, form in [*self.facts, *self.costs]]
        return [values for form in rows if (values := form.criterion()) is not None]

    def refuse(self, error: ValidationError) -> None:
        """Show what a service refused, beside its field where the page has it."""
        show_refusal(self.version, error)


def _initial_of_item(name: str, version: StandardVersion | None) -> dict:
    """A new standard counts everything until somebody says otherwise."""
    if version is None:
        return {"is_counted": True}
    return {"is_counted": name in version.items, "note": version.item_notes.get(name, "")}


def _initial(criterion: Criterion | None) -> dict:
    if criterion is None:
        return {}
    return {
        "effect": criterion.effect,
        "threshold": criterion.threshold,
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
    # When what stands on the page had been submitted: approval is of what was read.
    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)


class ReturnForm(forms.Form):
    """Why a submitted version goes back to those who write it."""

    reason = forms.CharField(label=_("What is to be changed"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class UploadForm(forms.Form):
    """A standard as a file, or as its text: what was uploaded stands there again to be corrected."""

    file = forms.FileField(label=_("YAML file"), required=False, widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}))
    text = forms.CharField(
        label=_("or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
    )
    replace_draft = forms.BooleanField(label=_("Put it in the place of the draft that there is"), required=False)

    def clean(self):
        values = super().clean()
        if not values.get("file") and not values.get("text", "").strip():
            raise ValidationError(_("Choose a file, or paste its text."))
        return values


VERSIONS = StandardVersion.objects.select_related("standard").order_by("standard__code", "-number")


class VersionChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, version: StandardVersion) -> str:
        return f"{version.standard.title} {version.standard.code} v{version.number} {version.get_state_display()}"


class ComparisonForm(forms.Form):
    """Any two versions, of one standard or of two."""

    left = VersionChoiceField(label=_("Version"), queryset=VERSIONS)
    right = VersionChoiceField(label=_("compared with"), queryset=VERSIONS)

    def clean(self):
        values = super().clean()
        if "left" in values and "right" in values:
            subjects = {values[name].standard.subject for name in ("left", "right")}
            if len(subjects) > 1:
                raise ValidationError(_("A standard for households and one for villages have nothing to compare."))
        return values
