"""Villages: the list, one village with its profile and incomes, and entering them."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from fupin.conflicts import Conflict
from fupin.listing import DeskListView
from fupin.pages import ServicePage
from fupin.panels import panels_for
from villages import services
from villages.filters import VillageFilter
from villages.forms import PROFILE_FIELDS, MergeForm, VillageIncomeForm, VillageProfileForm
from villages.models import Village, VillageIncome, VillageProfile
from villages.resources import VillageResource

FIRST_YEAR = 2000


class VillageList(DeskListView):
    permission_required = "villages.view"
    template_name = "villages/list.html"
    queryset_class = Village.objects.select_related("parent", "profile")
    filterset_class = VillageFilter
    resource_class = VillageResource
    orders = {"code": ("code",), "name": ("name", "code")}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.request.user.jurisdiction:
            self.count_households(context["page"].rows)
        return context

    @staticmethod
    def count_households(villages: list[Village]) -> None:
        """Give the villages of the page their numbers of households, in one query."""
        counted = Village.objects.filter(pk__in=[village.pk for village in villages]).annotate(
            entered=Count("households"), registered=Count("households", filter=Q(households__status="registered"))
        )
        counts = {village.pk: village for village in counted}
        for village in villages:
            village.entered, village.registered = counts[village.pk].entered, counts[village.pk].registered


class OneVillage(PermissionRequiredMixin):
    """What the pages of one village share: the village, within the person's reach."""

    permission_required = "villages.view"

    @cached_property
    def village(self) -> Village:
        rows = Village.objects.visible_to(self.request.user).select_related("parent", "profile", "successor__parent")
        return get_object_or_404(rows, code=self.kwargs["code"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(village=self.village, **kwargs)


class VillageDetail(OneVillage, TemplateView):
    template_name = "villages/detail.html"

    def get_context_data(self, **kwargs):
        incomes = list(self.village.incomes.order_by("-year"))
        categories = [VillageIncome._meta.get_field(name) for name in VillageIncome.CATEGORIES]
        return super().get_context_data(
            incomes=incomes,
            income_rows=[
                (field.verbose_name, [getattr(income, field.name) for income in incomes]) for field in categories
            ],
            profile=getattr(self.village, "profile", None),
            panels=panels_for("village", self.village, self.request.user),
            **kwargs,
        )


class VillageMerge(OneVillage, ServicePage):
    """Where a village is merged into another (撤并)."""

    permission_required = "villages.merge"
    template_name = "villages/merge.html"
    form_class = MergeForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"village": self.village, "user": self.request.user}

    def get_context_data(self, **kwargs):
        return super().get_context_data(households=self.village.households.count(), **kwargs)

    def act(self, values: dict) -> tuple[str, str]:
        into = get_object_or_404(Village.objects.visible_to(self.request.user), pk=values["into"])
        services.merge_villages(self.village, into, values["reason"], self.request.user)
        said = _("%(village)s has been merged into %(into)s.") % {"village": self.village.name, "into": into.name}
        return said, reverse("villages:detail", args=[into.pk])


class VillageEntry(OneVillage, FormView):
    """A form about a village. A save against another's version shows what is kept now beside what was typed."""

    permission_required = "villages.enter_income"
    template_name = "villages/form.html"
    title = ""

    def get_context_data(self, **kwargs):
        return {"title": self.title, "version": self.version_kept()} | super().get_context_data(**kwargs)

    def version_kept(self) -> int:
        """The version that the page shows."""
        return 0

    @property
    def version(self) -> int:
        posted = self.request.POST.get("version", "")
        return int(posted) if posted.isdecimal() else -1

    def form_valid(self, form):
        try:
            self.write(form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        except Conflict as conflict:
            return self.show_conflict(form, conflict.current)
        messages.success(self.request, _("%(village)s has been saved.") % {"village": self.village.name})
        return redirect("villages:detail", self.village.pk)

    def write(self, values: dict) -> None:
        raise NotImplementedError

    def show_conflict(self, form, current):
        """What was typed, what is kept now, and the version over which the next save writes."""
        kept = [
            (form[name].label, getattr(current, name))
            for name, value in form.cleaned_data.items()
            if getattr(current, name) != value
        ]
        return self.render_to_response(self.get_context_data(form=form, kept=kept, version=current.version))


class ProfileEdit(VillageEntry):
    form_class = VillageProfileForm

    @property
    def title(self) -> str:
        return _("Profile")

    @cached_property
    def profile(self) -> VillageProfile | None:
        return getattr(self.village, "profile", None)

    def version_kept(self) -> int:
        return self.profile.version if self.profile else 0

    def get_initial(self) -> dict:
        return {name: getattr(self.profile, name) for name in PROFILE_FIELDS} if self.profile else {}

    def write(self, values: dict) -> None:
        services.update_profile(self.village, values, self.version, self.request.user)


class IncomeCreate(VillageEntry):
    form_class = VillageIncomeForm

    @property
    def title(self) -> str:
        return _("Enter the income of a year")

    def get_form_kwargs(self) -> dict:
        taken = set(self.village.incomes.values_list("year", flat=True))
        years = [year for year in range(timezone.localdate().year, FIRST_YEAR - 1, -1) if year not in taken]
        return super().get_form_kwargs() | {"free_years": years}

    def get_initial(self) -> dict:
        """Last year, which is mostly the one whose accounts have just been closed."""
        return super().get_initial() | {"year": timezone.localdate().year - 1}

    def write(self, values: dict) -> None:
        services.create_income(self.village, values.pop("year"), values, self.request.user)


class IncomeEdit(VillageEntry):
    form_class = VillageIncomeForm

    @property
    def title(self) -> str:
        return _("Income of %(year)d") % {"year": self.income.year}

    @cached_property
    def income(self) -> VillageIncome:
        return get_object_or_404(self.village.incomes, year=self.kwargs["year"])

    def version_kept(self) -> int:
        return self.income.version

    def get_initial(self) -> dict:
        return {name: getattr(self.income, name) for name in VillageIncome.CATEGORIES}

    def write(self, values: dict) -> None:
        services.update_income(self.income, values, self.version, self.request.user)
