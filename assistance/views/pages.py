"""What the desk's pages of assistance share: a form that ends in a service, and a household that is chosen first."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.forms import Form
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from assistance.my_views import UsedKey
from households.models import Household

HOUSEHOLDS_SUGGESTED = 20


def show_refusal(form: Form, refusal: ValidationError) -> None:
    """What a service refused, beside the fields that it speaks of; what has no field here stands above the form."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


@method_decorator(never_cache, name="dispatch")
class ActionPage(PermissionRequiredMixin, FormView):
    """A form whose values go to a service. A refusal stands beside its field, and what was typed stays."""

    template_name = "assistance/form.html"
    title = ""
    submit = ""
    hint = ""

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Labels and addresses of the pages above this one."""
        raise NotImplementedError

    @property
    def household(self) -> Household | None:
        """The household that the form is about, if it is about one."""
        return None

    @property
    def about(self) -> list[tuple[str, object]]:
        """What the page says above the form: labels and values."""
        return []

    def act(self, values: dict) -> tuple[str, str]:
        """Do it; returns what to say, and where to go.

        Raises:
            ValidationError: it is refused.
        """
        raise NotImplementedError

    def form_valid(self, form):
        try:
            said, url = self.act(form.cleaned_data)
        except UsedKey as refusal:
            form.take_new_key()
            show_refusal(form, refusal)
            return self.form_invalid(form)
        except ValidationError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        except ObjectDoesNotExist as gone:
            raise Http404 from gone
        messages.success(self.request, said)
        return redirect(url)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=self.title,
            submit=self.submit,
            hint=self.hint,
            crumbs=[*self.crumbs, (self.title, "")],
            back=self.crumbs[-1][1],
            about=self.about,
            household=self.household,
            **kwargs,
        )


class HouseholdAction(ActionPage):
    """A form about the household that ?household= names; without one, the page lets people choose it."""

    @cached_property
    def household(self) -> Household | None:
        number = self.request.GET.get("household", "")
        if not number:
            return None
        return get_object_or_404(Household.objects.visible_to(self.request.user).with_places(), number=number)

    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs) if self.household else self.choose_household()

    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs) if self.household else self.choose_household()

    def choose_household(self):
        """The page on which the household is looked up by number, head or initials."""
        text = self.request.GET.get("q", "").strip()
        rows = Household.objects.visible_to(self.request.user).with_places()
        found = rows.matching(text).order_by("village_id", "number")[:HOUSEHOLDS_SUGGESTED] if text else None
        context = {"title": self.title, "crumbs": [*self.crumbs, (self.title, "")], "text": text, "found": found}
        return render(self.request, "assistance/choose_household.html", context)
