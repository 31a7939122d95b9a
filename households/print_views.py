"""A household on paper: its registration form and its handbook."""

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from fupin.panels import panels_for
from fupin.printing import PrintedForm
from households import display, services
from households.views import OneHousehold

YEARS_SHOWN = 3


class HouseholdForm(PrintedForm, OneHousehold):
    """What the forms of one household share. ID numbers are masked."""

    subject = "household"

    @property
    def reference(self) -> str:
        return self.household.number

    @property
    def back_url(self) -> str:
        return reverse("households:detail", args=[self.household.number])

    def get_context_data(self, **kwargs):
        household = self.household
        incomes = list(household.incomes.order_by("-year")[:YEARS_SHOWN])
        members = household.members.counting_on(timezone.localdate()).order_by("relationship", "pk")
        return super().get_context_data(
            **{
                "household": household,
                "members": list(members),
                "incomes": incomes,
                "income_rows": display.income_rows(incomes),
                "living": display.living_rows(household),
                "panels": panels_for(f"print_{self.form}", household, self.request.user),
                "today": timezone.localdate(),
            }
            | kwargs
        )


class PrintRegistration(HouseholdForm):
    """登记表. With a purpose, who may reveal numbers prints it with the ID numbers in full."""

    form = "registration"
    template_name = "print/registration.html"

    def has_permission(self) -> bool:
        may = super().has_permission()
        return may and (self.request.method != "POST" or self.request.user.has_perm("households.reveal"))

    def post(self, request, *args, **kwargs):
        """The form with the numbers in full: by POST, so that the purpose stands in no address."""
        context = self.get_context_data(purpose=request.POST.get("purpose", ""))
        try:
            for member in context["members"]:
                member.full = services.reveal(member, "id_number", context["purpose"], request.user)
        except ValidationError as error:
            context = self.get_context_data(fault=error.messages[0], asks=True)
            return self.render_to_response(context, status=422)
        return self.render_to_response(context | {"is_full": True})

    def get_context_data(self, **kwargs):
        facts = self.household.facts.order_by("-fact_date")
        return super().get_context_data(facts=facts, **{"asks": self.request.GET.get("full") == "1"} | kwargs)


class PrintHandbook(HouseholdForm):
    """扶贫手册: the household, what was done for it, and what came of it."""

    form = "handbook"
    template_name = "print/handbook.html"
