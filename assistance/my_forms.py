"""What a cadre enters on the phone. A form reads; what must be true is said by `assistance.services`."""

from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance import choices as c
from assistance.models import Delivery, Visit
from fupin.forms import DayInput, YuanFormField


class KeyedForm(forms.ModelForm):
    """A form with a key of its own, so that what is sent twice is logged once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, initial=None, **kwargs):
        super().__init__(*args, initial={"key": uuid4()} | (initial or {}), **kwargs)

    def _post_clean(self):
        """Leave the checks to the services."""

    def take_new_key(self) -> None:
        """Let the form, shown again, log something of its own."""
        self.data = self.data.copy()
        self.data["key"] = str(uuid4())


class VisitForm(KeyedForm):
    """A visit."""

    class Meta:
        model = Visit
        fields = ["visited_on", "kind", "situation", "needs"]
        widgets = {
            "visited_on": DayInput(),
            "kind": forms.RadioSelect,
            "situation": forms.Textarea(attrs={"rows": 5}),
            "needs": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["visited_on"].widget.attrs["max"] = today.isoformat()
        self.initial.setdefault("visited_on", today)


class VisitCorrectionForm(VisitForm):
    """The right version of a visit, and what was wrong."""

    reason = forms.CharField(label=_("What was wrong"), max_length=200)


class DeliveryForm(KeyedForm):
    """What arrived of a measure."""

    form = forms.ChoiceField(label=_("form"), choices=c.DeliveryForm.choices, widget=forms.RadioSelect)
    amount = YuanFormField(label=_("Amount (yuan)"), required=False)

    class Meta:
        model = Delivery
        fields = ["delivered_on", "form", "amount", "quantity", "what", "payer", "evidence"]
        widgets = {
            "delivered_on": DayInput(),
            "quantity": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["delivered_on"].widget.attrs["max"] = today.isoformat()
        self.initial.setdefault("delivered_on", today)

    def add_prefix(self, field_name: str) -> str:
        """A control named `form` would hide the page's form from scripts, and nothing would be sent."""
        return super().add_prefix("delivery_form" if field_name == "form" else field_name)
