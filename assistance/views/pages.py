"""What the desk's pages of assistance share: a form that ends in a service, and a household that is chosen first."""

from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property

from assistance.my_views import UsedKey
from fupin.pages import ServicePage
from households.models import Household

HOUSEHOLDS_SUGGESTED = 20


class ActionPage(ServicePage):
    """A form whose values go to a service, under the pages that it belongs to."""

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

    def refuse(self, form, refusal):
        if isinstance(refusal, UsedKey):
            form.take_new_key()
        super().refuse(form, refusal)

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
