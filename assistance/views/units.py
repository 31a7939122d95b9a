"""Helping units and cadres: lists, pages, editing, and the villages that units are linked with."""

from copy import copy

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from assistance import services
from assistance.filters import CadreFilter, UnitFilter
from assistance.forms import CadreForm, EndLinkageForm, LinkForm, UnitForm
from assistance.models import Cadre, HelpingUnit, Linkage, Pairing
from assistance.resources import CadreResource, UnitResource
from assistance.views.pages import ActionPage
from fupin.listing import DeskListView

ROWS_SHOWN = 200


class UnitList(DeskListView):
    permission_required = "assistance.view"
    template_name = "assistance/units.html"
    queryset_class = HelpingUnit.objects.with_counts()
    filterset_class = UnitFilter
    resource_class = UnitResource
    orders = {"code": ("code",), "name": ("name", "code")}


class OneUnit(PermissionRequiredMixin):
    """What the pages of one unit share: the unit, if the person may see it."""

    @cached_property
    def unit(self) -> HelpingUnit:
        return get_object_or_404(HelpingUnit.objects.visible_to(self.request.user), pk=self.kwargs["pk"])


class UnitDetail(OneUnit, TemplateView):
    permission_required = "assistance.view"
    template_name = "assistance/unit.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        cadres = Cadre.objects.visible_to(user).filter(unit=self.unit).with_load()
        linkages = Linkage.objects.visible_to(user).filter(unit=self.unit).for_list()
        return super().get_context_data(
            unit=self.unit,
            cadres=cadres.order_by("-is_active", "code")[:ROWS_SHOWN],
            contacts=self.unit.contacts.order_by("username"),
            linkages=linkages.order_by("-started_on", "-pk")[:ROWS_SHOWN],
            today=timezone.localdate(),
            **kwargs,
        )


class ManagesHelpers(ActionPage):
    """Forms about units and cadres, for those who manage them."""

    permission_required = "assistance.manage_reference"

    @property
    def submit(self) -> str:
        return _("Save")

    @property
    def crumbs(self):
        return [(_("Units and cadres"), reverse("assistance:units"))]

    def form_valid(self, form):
        self.edited = getattr(form, "instance", None)
        return super().form_valid(form)

    def crumb_of(self, unit: HelpingUnit) -> tuple[str, str]:
        """The way back to a unit's page."""
        return unit.name, reverse("assistance:unit", args=[unit.pk])


class UnitCreate(ManagesHelpers):
    form_class = UnitForm

    @property
    def title(self) -> str:
        return _("New unit")

    def act(self, values):
        unit = services.save_unit(self.request.user, self.edited, values["contacts"])
        return _("%(name)s has been saved.") % {"name": unit.name}, reverse("assistance:unit", args=[unit.pk])


class UnitEdit(OneUnit, UnitCreate):
    @property
    def title(self) -> str:
        return _("Edit the unit")

    @property
    def crumbs(self):
        return [*super().crumbs, self.crumb_of(self.unit)]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": copy(self.unit)}


class LinkVillage(OneUnit, ManagesHelpers):
    form_class = LinkForm

    @property
    def title(self) -> str:
        return _("Link a village")

    @property
    def submit(self) -> str:
        return _("Link")

    @property
    def crumbs(self):
        return [*super().crumbs, self.crumb_of(self.unit)]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, values):
        linkage = services.link(self.request.user, values["village"], self.unit, values["started_on"])
        said = _("%(unit)s is linked with %(village)s.") % {"unit": self.unit.name, "village": linkage.village.name}
        return said, reverse("assistance:unit", args=[self.unit.pk])


class EndLinkage(ManagesHelpers):
    form_class = EndLinkageForm

    @property
    def title(self) -> str:
        return _("End the linkage")

    @property
    def submit(self) -> str:
        return _("End the linkage")

    @cached_property
    def linkage(self) -> Linkage:
        return get_object_or_404(Linkage.objects.visible_to(self.request.user).for_list(), pk=self.kwargs["pk"])

    @property
    def crumbs(self):
        return [*super().crumbs, self.crumb_of(self.linkage.unit)]

    @property
    def about(self):
        return [
            (_("Helping unit"), self.linkage.unit.name),
            (_("Village"), self.linkage.village.name),
            (_("Begins on"), self.linkage.started_on.isoformat()),
        ]

    def act(self, values):
        services.end_linkage(self.request.user, self.linkage, **values)
        return _("The linkage has been ended."), reverse("assistance:unit", args=[self.linkage.unit_id])


class CadreList(DeskListView):
    permission_required = "assistance.view"
    template_name = "assistance/cadres.html"
    queryset_class = Cadre.objects.select_related("unit").with_load()
    filterset_class = CadreFilter
    resource_class = CadreResource
    orders = {"code": ("code",), "name": ("name", "code"), "unit": ("unit__code", "code")}


class OneCadre(PermissionRequiredMixin):
    """What the pages of one cadre share: the cadre, if the person may see them."""

    @cached_property
    def cadre(self) -> Cadre:
        rows = Cadre.objects.visible_to(self.request.user).select_related("unit", "user").with_load()
        return get_object_or_404(rows, pk=self.kwargs["pk"])


@method_decorator(never_cache, name="dispatch")
class CadreDetail(OneCadre, TemplateView):
    """A cadre with all pairings, of households within the person's reach."""

    permission_required = "assistance.view"
    template_name = "assistance/cadre.html"

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        pairings = Pairing.objects.visible_to(self.request.user).filter(cadre=self.cadre).for_list().with_last_visit()
        return super().get_context_data(
            cadre=self.cadre,
            current=pairings.not_over(today).order_by("-started_on", "-pk")[:ROWS_SHOWN],
            past=pairings.filter(ended_on__lte=today).order_by("-ended_on", "-pk")[:ROWS_SHOWN],
            **kwargs,
        )


class CadreCreate(OneUnit, ManagesHelpers):
    """A new cadre of a unit."""

    form_class = CadreForm

    @property
    def title(self) -> str:
        return _("New cadre")

    @property
    def crumbs(self):
        return [*super().crumbs, self.crumb_of(self.unit)]

    def get_initial(self):
        return {"unit": self.unit}

    def act(self, values):
        return save_cadre(self.request.user, self.edited)


class CadreEdit(OneCadre, ManagesHelpers):
    form_class = CadreForm

    @property
    def title(self) -> str:
        return _("Edit the cadre")

    @property
    def crumbs(self):
        page = reverse("assistance:cadre", args=[self.cadre.pk])
        return [*super().crumbs, self.crumb_of(self.cadre.unit), (self.cadre.name, page)]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": copy(self.cadre)}

    def act(self, values):
        return save_cadre(self.request.user, self.edited)


def save_cadre(user, cadre: Cadre) -> tuple[str, str]:
    """Save a cadre; returns what to say, and the cadre's page."""
    cadre = services.save_cadre(user, cadre)
    return _("%(name)s has been saved.") % {"name": cadre.name}, reverse("assistance:cadre", args=[cadre.pk])


@method_decorator(never_cache, name="dispatch")
class MyUnit(PermissionRequiredMixin, TemplateView):
    """The first page of a department's contact: the unit, its cadres, villages and paired households."""

    permission_required = "assistance.own_unit"
    template_name = "assistance/my_unit.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        units = list(HelpingUnit.objects.active().filter(contacts=user).order_by("code"))
        pairings = Pairing.objects.visible_to(user).current().filter(cadre__unit__in=units)
        due = set(pairings.overdue().values_list("pk", flat=True))
        pairings = pairings.for_list().with_last_visit()
        return super().get_context_data(
            units=units,
            cadres=Cadre.objects.active().filter(unit__in=units).with_load().order_by("unit__code", "code"),
            linkages=Linkage.objects.visible_to(user).current().filter(unit__in=units).for_list(),
            pairings=pairings.order_by("household__village_id", "household__number")[:ROWS_SHOWN],
            paired_count=pairings.values("household").distinct().count(),
            due=due,
            **kwargs,
        )
