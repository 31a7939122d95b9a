"""What is accepted of recalculations."""

from types import SimpleNamespace

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility import choices as c
from eligibility import scopes
from eligibility.models import StandardVersion
from eligibility.scopes import Scope
from households.filters import HouseholdFilter
from households.models import Household
from villages.choices import Level
from villages.forms import village_choices
from villages.models import Division, Village


class VersionChoiceField(forms.ModelChoiceField):
    """A version by its standard's title and its number."""

    def label_from_instance(self, version: StandardVersion) -> str:
        return _("%(standard)s, version %(number)s") % {"standard": version.standard, "number": version.number}


class DivisionChoiceField(forms.ModelChoiceField):
    """A division, set in by its level, so that the list reads as the district is made up."""

    def label_from_instance(self, division: Division) -> str:
        return INDENT[division.level] + division.name


INDENT = {Level.DISTRICT: "", Level.TOWNSHIP: "\u3000", Level.VILLAGE: "\u3000\u3000"}


class ScopeForm(forms.Form):
    """What a run is to be over: a division, or chosen villages or households."""

    scope = forms.ChoiceField(
        label=_("Scope of the run"),
        choices=c.ScopeKind,
        initial=c.ScopeKind.DIVISION,
        required=False,
        widget=forms.RadioSelect,
    )
    division = DivisionChoiceField(Division.objects.none(), label=_("Division"), empty_label=None)
    villages = forms.MultipleChoiceField(
        label=_("Chosen villages"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Only for chosen villages. With Ctrl, several can be chosen."),
    )
    numbers = forms.CharField(
        label=_("Chosen households"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Only for chosen households: their numbers, as they are copied from a table."),
    )
    # The query string of the list of households from which one came.
    listed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["division"].queryset = Division.objects.visible_to(user).valid_on(today).order_by("code")
        self.fields["division"].required = False
        self.fields["villages"].choices = village_choices(user)
        self.user = user

    def clean(self):
        """With the scope in the place of what it is made of."""
        values = super().clean()
        if not self.errors:
            try:
                values["scope"] = self._scope(values)
            except forms.ValidationError as refusal:
                self._show(refusal)
        return values

    def _scope(self, values: dict) -> Scope:
        kind = values["scope"] or c.ScopeKind.DIVISION
        if kind == c.ScopeKind.VILLAGES:
            return scopes.of_villages(Village.objects.visible_to(self.user).filter(pk__in=values["villages"]))
        if kind == c.ScopeKind.DIVISION:
            if values["division"] is None:
                raise forms.ValidationError({"division": _("Choose a division.")})
            return Scope(values["division"].pk)
        if values["numbers"].strip() or not values["listed"]:
            return scopes.of_numbers(values["numbers"], self.user)
        return scopes.of_households(households_listed(values["listed"], self.user))

    def _show(self, refusal: forms.ValidationError) -> None:
        for name, errors in refusal.error_dict.items():
            self.add_error({"households": "numbers"}.get(name, name), errors)


class RunForm(ScopeForm):
    """A recalculation of a standard in force."""

    version = VersionChoiceField(StandardVersion.objects.none(), label=_("Standard"), empty_label=None)
    incremental = forms.BooleanField(
        label=_("Only what was touched"),
        required=False,
        help_text=_("Judges the households that have changed since the last run; after a change of the standard, all."),
    )

    field_order = ("version",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = (
            StandardVersion.objects.filter(state=c.VersionState.APPROVED)
            .select_related("standard")
            .order_by("standard__subject", "standard__code")
        )


def households_listed(query: str, user) -> QuerySet[Household]:
    """The households that a list shows with this query string; none where it is none of the list's."""
    filterset = HouseholdFilter(
        QueryDict(query), queryset=Household.objects.visible_to(user), request=SimpleNamespace(user=user)
    )
    return filterset.qs if filterset.is_valid() else Household.objects.none()
