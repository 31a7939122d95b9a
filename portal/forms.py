"""What the public may ask: a village and the exact name of a head, or a household number and that name."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.forms import StatementForm
from casework.receipts import normalise
from portal import figures

VILLAGE_CODE = RegexValidator(r"\A\d{12}\Z", _("Choose the village."))
HOUSEHOLD_NUMBER = RegexValidator(
    r"\A[0-9A-Za-z-]{1,24}\Z", _("A household number has only digits, letters and hyphens.")
)


class VillageSelect(forms.Select):
    """Every village under its township, read only when the control is drawn."""

    template_name = "portal/village_select.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["townships"], context["selected"] = figures.townships(), str(value or "")
        return context


def _head_name() -> forms.CharField:
    return forms.CharField(
        label=_("Name of the head of household"),
        max_length=60,
        help_text=_("The full name, exactly as in the household register."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class LookupByName(forms.Form):
    """A household by its village and the name of its head. Whether the village exists is not said."""

    village = forms.CharField(
        label=_("Township and village"),
        widget=VillageSelect,
        validators=[VILLAGE_CODE],
        error_messages={"required": _("Choose the village.")},
    )
    name = _head_name()


class LookupByNumber(forms.Form):
    """A household by its number and the name of its head."""

    number = forms.CharField(
        label=_("Household number"),
        max_length=24,
        validators=[HOUSEHOLD_NUMBER],
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "latin"}),
        help_text=_("It stands on the household's registration form and handbook."),
    )
    name = _head_name()


class ObjectForm(StatementForm):
    """An objection from the public page."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hint = _("You need not give it. Only those who handle the objection read it, to ask you and to answer.")
        self.fields["name"].help_text = self.fields["phone"].help_text = hint


class FollowForm(forms.Form):
    """The receipt of an objection."""

    receipt = forms.CharField(
        label=_("Receipt number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("13 letters and digits; hyphens and spaces do not matter."),
    )  # fmt: skip
    code = forms.CharField(
        label=pgettext_lazy("of a receipt", "Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=_("8 digits."),
    )

    def clean_receipt(self) -> str:
        number = normalise(self.cleaned_data["receipt"])
        if not number:
            raise ValidationError(_("This is not a receipt number: please compare it with the receipt once more."))
        return number
