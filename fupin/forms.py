"""Form fields that every floor shares."""

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

THOUSANDS = str.maketrans("", "", ", 　¥元")


class YuanFormField(forms.DecimalField):
    """An amount in yuan as people type it: full-width digits, thousands separators and the word 元 are understood."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("Enter an amount in yuan, for example 1234.50."),
        "min_value": _("An amount cannot be negative."),
        "max_decimal_places": _("An amount has at most 2 decimals (fen)."),
    }

    def __init__(self, **kwargs):
        super().__init__(**{"max_digits": 14, "decimal_places": 2} | kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).translate(THOUSANDS)
        return super().to_python(value)

    def widget_attrs(self, widget) -> dict:
        return super().widget_attrs(widget) | {"inputmode": "decimal", "autocomplete": "off"}


class DayInput(forms.DateInput):
    """A date by the browser's own picker, always written YYYY-MM-DD."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")
