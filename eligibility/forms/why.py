"""By what a result is to be explained, or compared."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eligibility.choices import FIRST_YEAR, LAST_YEAR, Subject
from eligibility.explanation.basis import (
    Basis,
    basis_in_force,
    name_of,
    version_named,
    versions_for,
)
from fupin.forms import DayInput


class BasisForm(forms.Form):
    """A version of a standard and, where it is not its own, a reference date and an income year."""

    standard = forms.CharField(label=_("Standard"), max_length=50, widget=forms.Select)
    date = forms.DateField(label=_("Reference date"), required=False, widget=DayInput)
    year = forms.IntegerField(
        label=_("Income year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        help_text=_("Empty: it moves with the reference date."),
    )

    def __init__(self, data, *, user, subject: str, prefix: str = ""):
        """Bound only where the data speak of it."""
        is_asked = any(data.get(f"{prefix}{name}") for name in self.base_fields)
        super().__init__(data if is_asked else None, prefix=prefix)
        self.subject, self.versions = subject, versions_for(user, subject)
        self.fields["standard"].widget.choices = [
            (name_of(version), f"{version.standard.title} v{version.number} · {version.get_state_display()}")
            for version in self.versions
        ]
        if subject == Subject.VILLAGE:
            del self.fields["date"]
            self.fields["year"].help_text = _("Empty: the standard's own.")

    def add_prefix(self, field_name: str) -> str:
        return f"{self.prefix}{field_name}"

    def showing(self, basis: Basis | None) -> "BasisForm":
        """The form with a basis that was not asked for in its fields."""
        if basis and not self.is_bound:
            self.initial = {"standard": basis.name, "date": basis.reference_date, "year": basis.income_year}
        return self

    def clean_standard(self) -> str:
        try:
            self.version = version_named(self.cleaned_data["standard"], self.subject, self.versions)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return self.cleaned_data["standard"]

    def clean_date(self):
        day = self.cleaned_data["date"]
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(
                _("Enter a date between %(first)s and %(last)s."), params={"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return day

    def basis(self) -> Basis:
        """What was asked for; the form is valid."""
        values = self.cleaned_data
        return Basis.of(self.version, values.get("date"), values["year"])


def asked_basis(form: BasisForm) -> Basis | None:
    """What the form asks for, or where it asks for nothing, the standard in force; None where neither exists."""
    if not form.is_bound:
        return basis_in_force(form.subject)
    return form.basis() if form.is_valid() else None
