"""Pairings: the list, the households that nobody is paired with, pairing, ending, handing over."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from assistance import services
from assistance.filters import PairingFilter, UnpairedFilter, unpaired
from assistance.forms import EndPairingForm, HandOverForm, PairForm
from assistance.models import Cadre, Pairing
from assistance.resources import PairingResource
from assistance.views.pages import ActionPage, HouseholdAction
from fupin.listing import DeskListView
from households.models import Household
from households.resources import HouseholdResource

CADRES_SUGGESTED = 20


class PairingList(DeskListView):
    permission_required = "assistance.view"
    template_name = "assistance/pairings.html"
    queryset_class = Pairing.objects.for_list().with_last_visit()
    filterset_class = PairingFilter
    resource_class = PairingResource
    orders = {
        "newest": ("-started_on", "-pk"),
        "household": ("household__village_id", "household__number", "pk"),
        "cadre": ("cadre__code", "pk"),
    }


class UnpairedList(DeskListView):
    permission_required = "assistance.view"
    template_name = "assistance/unpaired.html"
    queryset_class = Household.objects.with_places()
    filterset_class = UnpairedFilter
    resource_class = HouseholdResource
    orders = {"number": ("village_id", "number"), "head": ("head_pinyin", "pk")}

    def get_queryset(self):
        return unpaired(super().get_queryset())


@method_decorator(never_cache, name="dispatch")
class CadreChoices(PermissionRequiredMixin, TemplateView):
    """Suggestions for a field in which a cadre is typed."""

    permission_required = "assistance.pair"
    template_name = "assistance/cadre_choices.html"

    def get_context_data(self, **kwargs):
        text = self.request.GET.get("cadre", "").strip()
        cadres = Cadre.objects.visible_to(self.request.user).active().filter(unit__is_active=True)
        named = Q(name__contains=text) | Q(code__istartswith=text) | Q(unit__name__contains=text)
        cadres = cadres.filter(named).select_related("unit").with_load().order_by("code")
        return super().get_context_data(cadres=cadres[:CADRES_SUGGESTED], **kwargs)


class Pair(HouseholdAction):
    permission_required = "assistance.pair"
    form_class = PairForm

    @property
    def title(self) -> str:
        return _("Pair a household")

    @property
    def submit(self) -> str:
        return _("Pair")

    @property
    def crumbs(self):
        return [(_("Pairings"), reverse("assistance:pairings"))]

    @property
    def about(self):
        current = self.household.pairings.not_over().select_related("cadre__unit")
        return [(_("Paired now"), f"{one.cadre.name} · {one.cadre.unit.name}") for one in current]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self):
        return {"is_main": not self.household.pairings.not_over().filter(is_main=True).exists()}

    def act(self, values):
        pairing = services.pair(self.request.user, self.household, **values)
        said = _("%(cadre)s is paired with the household.") % {"cadre": pairing.cadre.name}
        return said, reverse("households:detail", args=[self.household.number])


class PairingAction(ActionPage):
    """A form about one pairing, within the person's reach."""

    permission_required = "assistance.pair"

    @cached_property
    def pairing(self) -> Pairing:
        return get_object_or_404(Pairing.objects.visible_to(self.request.user).for_list(), pk=self.kwargs["pk"])

    @property
    def household(self):
        return self.pairing.household

    @property
    def crumbs(self):
        household = self.pairing.household
        return [
            (_("Pairings"), reverse("assistance:pairings")),
            (household.number, reverse("households:detail", args=[household.number])),
        ]

    @property
    def about(self):
        pairing = self.pairing
        return [
            (_("Helping cadre"), pairing.cadre.name),
            (_("Helping unit"), pairing.cadre.unit.name),
            (_("Begins on"), pairing.started_on.isoformat()),
        ]

    def back_to_household(self) -> str:
        return reverse("households:detail", args=[self.pairing.household.number])


class EndPairing(PairingAction):
    form_class = EndPairingForm

    @property
    def title(self) -> str:
        return _("End the pairing")

    @property
    def submit(self) -> str:
        return _("End the pairing")

    def act(self, values):
        services.end_pairing(self.request.user, self.pairing, **values)
        return _("The pairing has been ended."), self.back_to_household()


class HandOver(PairingAction):
    form_class = HandOverForm

    @property
    def title(self) -> str:
        return _("Hand over")

    @property
    def submit(self) -> str:
        return _("Hand over")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, values):
        services.hand_over(
            self.request.user, self.pairing, values["cadre"], day=values["started_on"], reason=values["reason"]
        )
        said = _("%(cadre)s helps the household from %(day)s on.")
        said %= {"cadre": values["cadre"].name, "day": values["started_on"].isoformat()}
        return said, self.back_to_household()
