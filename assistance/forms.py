"""What is accepted on the desk of helpers and help. What must be true of it is said by `assistance.services`."""

from itertools import groupby

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import User
from assistance.choices import Pillar, Target
from assistance.models import Cadre, HelpingUnit, Measure
from assistance.my_forms import DeliveryForm
from fupin.forms import DayInput
from villages.forms import village_choices
from villages.models import Village


class DayField(forms.DateField):
    """A day, by default today."""

    widget = DayInput

    def __init__(self, **kwargs):
        super().__init__(**{"initial": timezone.localdate} | kwargs)


class CadreField(forms.CharField):
    """A cadre by code or name, with suggestions while typing; `cadres` are those that may be chosen."""

    cadres = Cadre.objects.none()

    def __init__(self, **kwargs):
        help_text = _("Type a name, a unit or a code, and choose from what is suggested.")
        super().__init__(**{"label": _("Helping cadre"), "max_length": 100, "help_text": help_text} | kwargs)

    def widget_attrs(self, widget) -> dict:
        suggesting = {
            "list": "cadre-choices",
            "autocomplete": "off",
            "hx-get": reverse_lazy("assistance:cadre-choices"),
            "hx-trigger": "input changed delay:250ms, focus once",
            "hx-target": "#cadre-choices",
            "hx-swap": "innerHTML",
        }
        return super().widget_attrs(widget) | suggesting

    def clean(self, value) -> Cadre:
        text = super().clean(value).strip()
        code = text.partition(" ")[0]
        found = list(self.cadres.filter(code=code)) or list(self.cadres.filter(name=text)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("Several cadres have this name; choose the one with the right code."))
        raise forms.ValidationError(_("No active cadre has this code or name; choose from what is suggested."))


class WithCadre(forms.Form):
    """A form in which one of the active cadres is named."""

    cadre = CadreField()

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cadre"].cadres = Cadre.objects.visible_to(user).active().select_related("unit")


class PairForm(WithCadre):
    started_on = DayField(label=_("Begins on"), help_text=_("From this day on the cadre sees the household."))
    is_main = forms.BooleanField(
        label=_("Mainly responsible"),
        required=False,
        initial=True,
        help_text=_("One cadre at a time is mainly responsible for a household; others may help."),
    )


class EndPairingForm(forms.Form):
    ended_on = DayField(label=_("Ends on"), help_text=_("From this day on the cadre no longer sees the household."))
    reason = forms.CharField(label=_("Reason for ending"), max_length=200)


class HandOverForm(WithCadre):
    started_on = DayField(label=_("Begins on"), help_text=_("On this day the one pairing ends and the other begins."))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cadre"].label = _("To whom")


class GrantForm(forms.Form):
    """A measure for a household, or for one of its members."""

    measure = forms.ModelChoiceField(label=_("Measure"), queryset=Measure.objects.active().for_households())
    member = forms.ModelChoiceField(
        label=_("Member"),
        queryset=None,
        required=False,
        empty_label=_("The whole household"),
        help_text=_("For measures that are for one person."),
    )
    started_on = DayField(label=_("Begins on"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args, household, **kwargs):
        super().__init__(*args, **kwargs)
        members = household.members.counting_on(timezone.localdate()).order_by("relationship", "pk")
        self.fields["member"].queryset = members
        self.fields["member"].label_from_instance = lambda member: (
            f"{member.name} · {member.get_relationship_display()}"
        )
        self.fields["measure"].choices = measure_choices(self.fields["measure"].queryset)


def measure_choices(measures) -> list:
    """Measures by pillar, as choices of a select; those for one person say so."""
    by_pillar = groupby(measures.order_by("pillar", "code"), key=lambda measure: measure.pillar)
    return [("", _("Choose a measure"))] + [
        (
            Pillar(pillar).label,
            [
                (one.pk, f"{one.name} · {one.get_target_display()}" if one.target == Target.MEMBER else one.name)
                for one in group
            ],
        )
        for pillar, group in by_pillar
    ]


class EndGrantForm(forms.Form):
    ended_on = DayField(label=_("Ends on"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class DeliveryCorrectionForm(DeliveryForm):
    """The right version of a delivery, and what was wrong."""

    reason = forms.CharField(label=_("What was wrong"), max_length=200)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Why nothing was delivered"),
        max_length=200,
        help_text=_("e.g. logged twice, or for the wrong household"),
    )


class MeasureForm(forms.ModelForm):
    class Meta:
        model = Measure
        fields = [
            "code",
            "name",
            "pillar",
            "target",
            "form",
            "unit_label",
            "legal_basis",
            "description",
            "is_active",
        ]
        labels = {"name": _("Name of the measure"), "is_active": _("Is still given"), "target": _("For whom")}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class UnitForm(forms.ModelForm):
    class Meta:
        model = HelpingUnit
        fields = ["code", "name", "level", "contact_name", "phone", "contacts", "is_active"]
        labels = {"name": _("Name of the unit"), "contacts": _("Accounts of the contacts")}
        help_texts = {"contacts": _("They see the unit's cadres and villages, and the households paired with them.")}
        widgets = {"contacts": forms.CheckboxSelectMultiple, "phone": forms.TextInput(attrs={"inputmode": "tel"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contacts"].queryset = User.objects.filter(role=Role.CONTACT, is_active=True).order_by("username")
        self.fields["contacts"].label_from_instance = name_of_account


class CadreForm(forms.ModelForm):
    class Meta:
        model = Cadre
        fields = ["code", "name", "unit", "position", "phone", "is_party_member", "user", "is_active"]
        help_texts = {"user": _("With an account the cadre logs visits on the phone.")}
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        own = self.instance.user_id
        free = User.objects.filter(role=Role.CADRE, is_active=True, cadre=None) | User.objects.filter(pk=own)
        self.fields["user"].queryset = free.distinct().order_by("username")
        self.fields["user"].label_from_instance = name_of_account
        units = HelpingUnit.objects.active() | HelpingUnit.objects.filter(pk=self.instance.unit_id)
        self.fields["unit"].queryset = units.distinct()


def name_of_account(user: User) -> str:
    """An account as it stands in a list of choices."""
    return f"{user.name} · {user.username}"


class LinkForm(forms.Form):
    village = forms.ModelChoiceField(label=_("Village"), queryset=Village.objects.none())
    started_on = DayField(label=_("Begins on"))

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = Village.objects.visible_to(user).valid_on(timezone.localdate())
        self.fields["village"].choices = [("", _("Choose a village")), *village_choices(user)]


class EndLinkageForm(forms.Form):
    ended_on = DayField(label=_("Ends on"), help_text=_("The first day on which the linkage no longer holds."))
