"""What is accepted of villages."""

from decimal import Decimal
from itertools import groupby

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from villages.models import Village, VillageIncome, VillageProfile

PROFILE_FIELDS = (
    "leader",
    "phone",
    "household_count",
    "population",
    "group_count",
    "labour_force",
    "cultivated_mu",
    "direction",
)


def village_choices(user, township: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """The villages of today within a person's reach, of one township or of all, grouped, as choices of a select."""
    villages = Village.objects.visible_to(user).valid_on(timezone.localdate()).select_related("parent")
    if township:
        villages = villages.filter(parent_id=township)
    return [
        (township.name, [(village.pk, village.name) for village in group])
        for township, group in groupby(villages.order_by("code"), key=lambda village: village.parent)
    ]


def township_choices(user) -> list[tuple[str, str]]:
    """The townships in which a person sees villages, as choices of a select."""
    townships = Village.objects.visible_to(user).order_by("parent_id")
    return list(townships.values_list("parent_id", "parent__name").distinct())


class MergeForm(forms.Form):
    """Into which village another is merged, and by which document."""

    into = forms.ChoiceField(label=_("Merged into"))
    reason = forms.CharField(
        label=_("Document or decision"), max_length=200, help_text=_("For example: 苏政复〔2016〕12号")
    )
    confirmed = forms.BooleanField(label=_("I have checked both villages; a merger cannot be undone here."))

    def __init__(self, *args, village: Village, user, **kwargs):
        super().__init__(*args, **kwargs)
        groups = [
            (township, [choice for choice in choices if choice[0] != village.pk])
            for township, choices in village_choices(user)
        ]
        self.fields["into"].choices = [("", "—"), *(group for group in groups if group[1])]


class VillageProfileForm(forms.ModelForm):
    """The profile of a village. Its standing is not here: a case sets it."""

    class Meta:
        model = VillageProfile
        fields = PROFILE_FIELDS
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel"})}

    def clean_cultivated_mu(self) -> Decimal | None:
        area = self.cleaned_data["cultivated_mu"]
        if area is not None and area < 0:
            raise forms.ValidationError(_("An area or a distance cannot be negative."))
        return area


class VillageIncomeForm(forms.ModelForm):
    """A village's income of one year, by category; what is left empty is zero."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int)

    class Meta:
        model = VillageIncome
        fields = ["year", *VillageIncome.CATEGORIES]

    def __init__(self, *args, free_years: list[int] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if free_years is None:
            del self.fields["year"]
        else:
            self.fields["year"].choices = [(year, str(year)) for year in free_years]
        for name in VillageIncome.CATEGORIES:
            self.fields[name].required = False
            self.fields[name].widget.attrs["placeholder"] = "0.00"
            self.initial[name] = self.initial.get(name) or None

    def clean(self):
        values = super().clean()
        for name in VillageIncome.CATEGORIES:
            if name in values:
                values[name] = values[name] or Decimal("0.00")
                if values[name] < 0:
                    self.add_error(name, _("An income cannot be negative."))
        return values

    def _post_clean(self):
        """Leave the writing to the service."""
