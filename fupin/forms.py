"""Form fields that every floor shares."""

import unicodedata

from django import forms

THOUSANDS = str.maketrans("", "", ", 　¥元")


class YuanFormField(forms.DecimalField):
    """An amount in yuan as people type it: full-width digits, thousands separators and the word 元 are understood."""

    widget = forms.TextInput

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
