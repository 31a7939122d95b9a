"""The cadre's phone pages: the round of households, one household, and what is logged in its yard."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView
from django_htmx.http import HttpResponseClientRedirect

from assistance import services
from assistance.models import Grant, Visit
from assistance.my_forms import DeliveryForm, VisitCorrectionForm, VisitForm
from assistance.rounds import round_of
from eligibility.choices import DoubtState
from eligibility.comparison import doubts
from eligibility.comparison.forms import CheckForm
from eligibility.comparison.models import ComparisonPaper, Doubt
from eligibility.comparison.standing import doubts_of
from eligibility.forms.monitoring import DoneForm
from eligibility.models import Alarm
from eligibility.monitoring import services as monitoring
from fupin.conflicts import Conflict
from fupin.panels import panels_for
from fupin.paper_forms import TakesPapers
from fupin.parsers import whole_number
from households.models import Household
from households.rules import completed_years

INCOME_YEARS = 3
VISITS_SHOWN = 20
ALARMS_SHOWN = 50


@method_decorator(never_cache, name="dispatch")
class CadrePage(PermissionRequiredMixin):
    """A page for cadres, of whom each reaches only the households that they are paired with today."""

    permission_required = "assistance.visit"


class Home(CadrePage, TemplateView):
    template_name = "my/home.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        alarms = Alarm.objects.visible_to(user).waiting().for_list().order_by("-level", "raised_on", "pk")
        waiting = Doubt.objects.waiting_for(user).with_places().order_by("due_on", "pk")
        return super().get_context_data(
            round=round_of(user, timezone.localdate()), alarms=list(alarms[:ALARMS_SHOWN]), doubts=waiting, **kwargs
        )


class HouseholdPage(CadrePage, TemplateView):
    template_name = "my/household.html"

    def get_context_data(self, **kwargs):
        user, today = self.request.user, timezone.localdate()
        rows = Household.objects.visible_to(user).with_places()
        household = get_object_or_404(rows, number=self.kwargs["number"])
        members = household.members.counting_on(today).order_by("relationship", "pk")
        visits = household.visits.counting().select_related("cadre__unit", "corrects")
        grants = household.grants.select_related("measure", "member").with_sums()
        return super().get_context_data(
            household=household,
            members=[(member, completed_years(member.born_on, today)) for member in members],
            incomes=household.incomes.order_by("-year")[:INCOME_YEARS],
            grants=grants.with_deliveries().order_by("state", "-started_on", "-pk"),
            visits=visits.order_by("-visited_on", "-pk")[:VISITS_SHOWN],
            visit_count=visits.count(),
            doubts=doubts_of(household),
            panels=panels_for("my_household", household, user),
            **kwargs,
        )


class LogPage(CadrePage, FormView):
    """A form about a household: a refusal stands beside its field, and what was typed stays."""

    @cached_property
    def household(self) -> Household:
        """The household that the form is about, within the cadre's reach."""
        raise NotImplementedError

    def log(self, values: dict) -> str:
        """Log what was entered, and return what to tell the cadre.

        Raises:
            ValidationError: the service refuses it.
        """
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        return super().get_context_data(household=self.household, **kwargs)

    def form_valid(self, form):
        try:
            told = self.log(form.cleaned_data)
        except UsedKey as refusal:
            form.take_new_key()
            form.add_error(None, refusal)
            return self.form_invalid(form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.form_invalid(form)
        messages.success(self.request, told)
        url = reverse("my:household", args=[self.household.number])
        return HttpResponseClientRedirect(url) if self.request.htmx else redirect(url)


class UsedKey(ValidationError):
    """The form was sent before, with something else in it."""


def require_same(logged: Model, values: dict) -> None:
    """Refuse to take other values for what the form's key logged before.

    Raises:
        UsedKey
    """
    if any(getattr(logged, name) != value for name, value in values.items() if name != "key"):
        raise UsedKey(_("This form was already sent with other content. Send it once more to log what stands here."))


class LogVisit(LogPage):
    """A visit; also from a form that was kept on the phone and sent later."""

    template_name = "my/visit.html"
    form_class = VisitForm

    @cached_property
    def household(self) -> Household:
        rows = Household.objects.visible_to(self.request.user).with_places()
        return get_object_or_404(rows, number=self.kwargs["number"])

    def log(self, values: dict) -> str:
        visit, created = services.log_visit(self.request.user, self.household, **values)
        if not created:
            require_same(visit, values)
        return _("The visit has been logged.")


class CorrectVisit(LogPage):
    """The right version of one's own visit."""

    template_name = "my/visit.html"
    form_class = VisitCorrectionForm

    @cached_property
    def visit(self) -> Visit:
        rows = Visit.objects.visible_to(self.request.user).select_related("household__village__parent")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def household(self) -> Household:
        return self.visit.household

    def get_initial(self) -> dict:
        return {name: getattr(self.visit, name) for name in ("visited_on", "kind", "situation", "needs")}

    def get_context_data(self, **kwargs):
        return super().get_context_data(visit=self.visit, **kwargs)

    def log(self, values: dict) -> str:
        visit, created = services.correct_visit(self.request.user, self.visit, **values)
        if not created:
            require_same(visit, values)
        return _("The visit has been corrected.")


class LogDelivery(LogPage):
    """What arrived of a measure."""

    template_name = "my/delivery.html"
    form_class = DeliveryForm
    permission_required = ("assistance.visit", "assistance.deliver")

    @cached_property
    def grant(self) -> Grant:
        rows = Grant.objects.visible_to(self.request.user).select_related("household__village__parent", "measure")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def household(self) -> Household:
        return self.grant.household

    def get_initial(self) -> dict:
        return {"form": self.grant.measure.form}

    def get_context_data(self, **kwargs):
        return super().get_context_data(grant=self.grant, **kwargs)

    def log(self, values: dict) -> str:
        delivery, created = services.log_delivery(self.request.user, self.grant, **values)
        if not created:
            require_same(delivery, values)
        return _("The delivery has been logged.")


class ReportAlarm(LogPage):
    """An alarm on a household of the cadre's, and what was done about it."""

    template_name = "my/alarm.html"
    form_class = DoneForm
    permission_required = ("assistance.visit", "eligibility.report_alarm")

    @cached_property
    def alarm(self) -> Alarm:
        rows = Alarm.objects.visible_to(self.request.user).for_list().prefetch_related("events__actor")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def household(self) -> Household:
        return self.alarm.household

    def get_context_data(self, **kwargs):
        return super().get_context_data(alarm=self.alarm, **kwargs)

    def log(self, values: dict) -> str:
        monitoring.report(self.request.user, self.alarm, **values)
        return _("The report has been passed to the township.")


class CheckDoubt(TakesPapers, LogPage):
    """What a home check found of a doubt of the data comparison."""

    template_name = "my/doubt.html"
    form_class = CheckForm
    permission_required = ("assistance.visit", "eligibility.check_doubts")
    paper_model = ComparisonPaper
    status_of_refusal = 200

    @cached_property
    def doubt(self) -> Doubt:
        return get_object_or_404(Doubt.objects.visible_to(self.request.user).with_places(), pk=self.kwargs["pk"])

    @cached_property
    def household(self) -> Household:
        return self.doubt.member.household

    def get(self, request, *args, **kwargs):
        if self.doubt.state != DoubtState.OPEN:
            messages.info(request, _("This doubt has been checked already."))
            return redirect("my:household", self.household.number)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"doubt": self.doubt}

    def get_context_data(self, **kwargs):
        version = self.request.POST.get("version", self.doubt.version)
        return super().get_context_data(doubt=self.doubt, version=version, **kwargs)

    def log(self, values: dict) -> str:
        version = whole_number(self.request.POST.get("version", ""), 2**31) or 0
        papers = self.papers(values)
        try:
            doubts.check(self.request.user, self.doubt, version, **values, papers=papers)
        except Conflict as conflict:
            message = _("Somebody has taken this doubt further meanwhile. Nothing was written; look at it first.")
            raise ValidationError(message) from conflict
        return _("The home check is written down; the township confirms it.")
