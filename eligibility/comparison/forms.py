"""What is accepted of lists, doubts and authorisations. Whether it fits what is kept, the services say."""

from datetime import date

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.choices import ListSource
from eligibility.comparison.doubts import RESULTS
from eligibility.comparison.models import Authorisation, ComparedList
from eligibility.comparison.reading import LARGEST_FILE
from fupin.forms import DayInput
from fupin.paper_forms import PapersField
from villages.choices import Level
from villages.models import Division

LONGEST_TEXT = 1000


class AreaField(forms.ModelChoiceField):
    def label_from_instance(self, division: Division) -> str:
        return division.name


class ListForm(forms.ModelForm):
    """A list that somebody loads: whose it is, of which day, for which area."""

    division = AreaField(label=_("Compared area"), queryset=Division.objects.none(), empty_label=None)
    file = forms.FileField(
        label=_("List (.xlsx or .csv)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=_("A workbook of at most 20 MB, or a CSV file of at most 200 MB for up to two million rows."),
    )

    class Meta:
        model = ComparedList
        fields = ["source", "authority", "list_date", "division", "is_complete", "file"]
        widgets = {"list_date": DayInput()}
        help_texts = {
            "is_complete": _(
                "Then it is also asked who should stand on it by the register and does not: recipients of subsistence "
                "allowance and destitute support, disabled persons, and pupils of compulsory schooling."
            )
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        areas = Division.objects.visible_to(user).filter(level__in=[Level.DISTRICT, Level.TOWNSHIP])
        self.fields["division"].queryset = areas.order_by("code")
        self.fields["source"].choices = [("", "—"), *ListSource.choices]
        self.fields["list_date"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size == 0:
            raise ValidationError(_("The file is empty."), "empty")
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 200 MB; divide it."), "too_large")
        return file

    def _post_clean(self):
        """Leave the checks to the services."""


class ColumnsForm(forms.Form):
    """Which column of a file holds what."""

    id_number = forms.ChoiceField(label=_("ID number"))
    name = forms.ChoiceField(label=_("Name"), required=False)
    fact_date = forms.ChoiceField(
        label=_("Date of the fact"),
        required=False,
        help_text=_("For example the day of registration, purchase or death. Without it, each person has one doubt."),
    )
    amount = forms.ChoiceField(label=_("Amount (yuan)"), required=False)
    detail = forms.MultipleChoiceField(
        label=_("Details for the home check"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, headings: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(heading, heading) for heading in headings]
        for name in ("id_number", "name", "fact_date", "amount"):
            self.fields[name].choices = [("", "—"), *choices]
        self.fields["detail"].choices = choices


class CheckForm(forms.Form):
    """The record of a home check."""

    result = forms.ChoiceField(
        label=_("What was found"), choices=[(one.value, one.label) for one in RESULTS], widget=forms.RadioSelect
    )
    on = forms.DateField(label=_("Day of the check"), widget=DayInput)
    found_date = forms.DateField(
        label=_("Since when"),
        widget=DayInput,
        required=False,
        help_text=_("If it is true: since when, or where it is over, until when."),
    )
    findings = forms.CharField(
        label=_("Findings"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who was asked, what was seen, what the household says."),
    )
    papers = PapersField(help_text=_("Needed where a doubt is found untrue or explained: photographs, documents."))

    def __init__(self, *args, doubt, **kwargs):
        today = timezone.localdate()
        kwargs["initial"] = {"on": today, "found_date": doubt.fact_date} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        for name in ("on", "found_date"):
            self.fields[name].widget.attrs["max"] = today.isoformat()


class CloseForm(forms.Form):
    """Confirming what a home check found."""

    remark = forms.CharField(
        label=_("Remark"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReturnForm(forms.Form):
    """Having a doubt checked again."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2}))


def _months_later(day: date, months: int) -> date:
    """The day before the same day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))


class AuthorisationForm(forms.ModelForm):
    """A signed authorisation."""

    papers = PapersField(required=True, label=_("The signed authorisation"))

    class Meta:
        model = Authorisation
        fields = ["signed_on", "valid_until", "signed_by"]
        widgets = {"signed_on": DayInput(), "valid_until": DayInput()}

    def __init__(self, *args, household, has_papers: bool = False, **kwargs):
        today = timezone.localdate()
        kwargs["initial"] = {
            "signed_on": today,
            "valid_until": _months_later(today, settings.FUPIN_AUTHORISATION_MONTHS),
            "signed_by": household.head_name,
        } | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["papers"].required = not has_papers

    def _post_clean(self):
        """Leave the checks to the services."""


class WithdrawForm(forms.Form):
    """A household takes its consent back."""

    on = forms.DateField(label=_("Withdrawn on"), widget=DayInput, initial=timezone.localdate)
