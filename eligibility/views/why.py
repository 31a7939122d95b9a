"""The pages that say why: of a household or a village, today or in a run, and a household judged twice."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from eligibility.choices import Subject
from eligibility.explanation import households, villages
from eligibility.explanation.basis import Basis
from eligibility.explanation.comparison import compare
from eligibility.explanation.households import Explanation
from eligibility.explanation.villages import VillageExplanation
from eligibility.forms.why import BasisForm, asked_basis
from eligibility.models import Determination, Recalculation, VillageDetermination
from fupin.printing import PrintedForm
from households.models import Household
from households.views import OneHousehold
from villages.views import OneVillage


def page_base(user) -> str:
    """The page around an account: the desk's, or for a cadre the phone's."""
    return "base_desk.html" if user.has_perm("fupin.use_desk") else "base_phone.html"


class Account:
    """What pages and papers share: the account of a result. Its address, and with `-print` its paper's, is `route`."""

    route = ""

    @property
    def print_url(self) -> str:
        query = self.request.GET.urlencode()
        return reverse(f"{self.route}-print", kwargs=self.kwargs) + (f"?{query}" if query else "")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            explained=self.explained, page_base=page_base(self.request.user), print_url=self.print_url, **kwargs
        )


class ByBasis(Account):
    """An account by the standard that the address asks for, or else by the one in force."""

    subject_of_standard = ""

    @cached_property
    def basis_form(self) -> BasisForm:
        return BasisForm(self.request.GET, user=self.request.user, subject=self.subject_of_standard)

    @cached_property
    def basis(self) -> Basis | None:
        return asked_basis(self.basis_form)

    def get_context_data(self, **kwargs):
        return super().get_context_data(basis=self.basis, form=self.basis_form.showing(self.basis), **kwargs)


class InRun(Account):
    """An account of what a run found."""

    @cached_property
    def run(self) -> Recalculation:
        return get_object_or_404(Recalculation.objects.explained_to(self.request.user), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(run=self.run, **kwargs)


def found_or_404(explained):
    """The account of what a run found; where it found nothing, there is no such page."""
    if explained is None:
        raise Http404
    return explained


class OnPaper(PrintedForm):
    """An account on paper."""

    form = "why"

    @property
    def reference(self) -> str:
        return self.kwargs.get("number") or self.kwargs["code"]

    @property
    def back_url(self) -> str:
        return reverse(self.route, kwargs=self.kwargs)

    def get_context_data(self, **kwargs):
        found_or_404(self.explained)
        return super().get_context_data(today=timezone.localdate(), **kwargs)


# --- Households -----------------------------------------------------------------------------------------------------


class OneAccount(OneHousehold):
    """What the accounts of one household share."""

    permission_required = "eligibility.explain"

    def get_context_data(self, **kwargs):
        return super().get_context_data(household=self.household, **kwargs)


class HouseholdToday(ByBasis, OneAccount):
    route = "eligibility:why"
    subject_of_standard = Subject.HOUSEHOLD

    @cached_property
    def explained(self) -> Explanation | None:
        return households.explain_today(self.household, self.basis.version, self.basis.terms) if self.basis else None


class HouseholdInRun(InRun, OneAccount):
    route = "eligibility:why-run"

    @cached_property
    def explained(self) -> Explanation:
        return found_or_404(households.explain_run(self.household, self.run))


class HouseholdWhy(HouseholdToday, TemplateView):
    """Why a household's result is what it is, with the data of today."""

    template_name = "eligibility/why.html"

    def get_context_data(self, **kwargs):
        determined = Determination.objects.current().filter(household=self.household)
        return super().get_context_data(determined=determined.select_related("run__job", "standard"), **kwargs)


class HouseholdWhyInRun(HouseholdInRun, TemplateView):
    """Why a run found what it found of a household, and what today's data would give."""

    template_name = "eligibility/why.html"


class PrintHouseholdWhy(HouseholdToday, OnPaper):
    template_name = "print/why.html"
    subject = "household"


class PrintHouseholdWhyInRun(HouseholdInRun, OnPaper):
    template_name = "print/why.html"
    subject = "household"


def beside(basis: Basis, household: Household) -> Basis:
    """What is set beside a basis unless it is asked for: the latest other year with income, or else today."""
    years = household.incomes.exclude(year=basis.income_year).order_by("-year").values_list("year", flat=True)
    latest = years.first()
    return Basis.in_year(basis.version, latest) if latest else Basis.of(basis.version, timezone.localdate())


class HouseholdComparison(OneAccount, TemplateView):
    """A household by two standards, or at two dates, side by side."""

    template_name = "eligibility/why_compare.html"

    def get_context_data(self, **kwargs):
        left_form, right_form = self.basis_form(""), self.basis_form("with_")
        left, right = asked_basis(left_form), asked_basis(right_form)
        if left and not right_form.is_bound:
            right = beside(left, self.household)
        return super().get_context_data(
            sides=[(left_form.showing(left), left), (right_form.showing(right), right)],
            has_errors=bool(left_form.errors or right_form.errors),
            comparison=compare(self.household, left, right) if left and right else None,
            page_base=page_base(self.request.user),
            **kwargs,
        )

    def basis_form(self, prefix: str) -> BasisForm:
        return BasisForm(self.request.GET, user=self.request.user, subject=Subject.HOUSEHOLD, prefix=prefix)


# --- Villages -------------------------------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class OneVillageAccount(OneVillage):
    """What the accounts of one village share."""

    permission_required = "eligibility.view"


class VillageToday(ByBasis, OneVillageAccount):
    route = "eligibility:why-village"
    subject_of_standard = Subject.VILLAGE

    @cached_property
    def explained(self) -> VillageExplanation | None:
        return villages.explain_today(self.village, self.basis.version, self.basis.terms) if self.basis else None


class VillageInRun(InRun, OneVillageAccount):
    route = "eligibility:why-run-village"

    @cached_property
    def explained(self) -> VillageExplanation:
        return found_or_404(villages.explain_run(self.village, self.run))


class VillageWhy(VillageToday, TemplateView):
    """Why a village's result is what it is, with the data of today."""

    template_name = "eligibility/why_village.html"

    def get_context_data(self, **kwargs):
        determined = VillageDetermination.objects.current().filter(village=self.village)
        return super().get_context_data(determined=determined.select_related("run__job", "standard"), **kwargs)


class VillageWhyInRun(VillageInRun, TemplateView):
    """Why a run found what it found of a village, and what today's data would give."""

    template_name = "eligibility/why_village.html"


class PrintVillageWhy(VillageToday, OnPaper):
    template_name = "print/why_village.html"
    subject = "village"


class PrintVillageWhyInRun(VillageInRun, OnPaper):
    template_name = "print/why_village.html"
    subject = "village"
