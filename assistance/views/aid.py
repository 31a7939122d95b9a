"""The catalogue of measures, the measures that households have, and what arrives of them."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from assistance import services
from assistance.filters import GrantFilter, MeasureFilter
from assistance.forms import (
    DeliveryCorrectionForm,
    DeliveryForm,
    EndGrantForm,
    GrantForm,
    MeasureForm,
    WithdrawForm,
)
from assistance.models import Delivery, Grant, Measure
from assistance.my_views import require_same
from assistance.resources import GrantResource, MeasureResource
from assistance.views.pages import ActionPage, HouseholdAction
from fupin.listing import DeskListView


class MeasureList(DeskListView):
    permission_required = "assistance.view"
    template_name = "assistance/measures.html"
    queryset_class = Measure.objects
    filterset_class = MeasureFilter
    resource_class = MeasureResource
    orders = {"pillar": ("pillar", "code"), "code": ("code",), "name": ("name", "code")}


class MeasureAction(ActionPage):
    """The catalogue's entry, new or kept."""

    permission_required = "assistance.manage_reference"
    form_class = MeasureForm
    measure: Measure | None = None

    @property
    def submit(self) -> str:
        return _("Save")

    @property
    def crumbs(self):
        return [(_("Measures"), reverse("assistance:measures"))]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.measure}

    def form_valid(self, form):
        self.edited = form.instance
        return super().form_valid(form)

    def act(self, values):
        measure = services.save_measure(self.request.user, self.edited)
        return _("%(name)s has been saved.") % {"name": measure.name}, reverse("assistance:measures")


class MeasureCreate(MeasureAction):
    @property
    def title(self) -> str:
        return _("New measure")


class MeasureEdit(MeasureAction):
    @property
    def title(self) -> str:
        return _("Edit the measure")

    @cached_property
    def measure(self) -> Measure:
        return get_object_or_404(Measure.objects.visible_to(self.request.user), code=self.kwargs["code"])


class GrantList(DeskListView):
    permission_required = "assistance.view"
    template_name = "assistance/grants.html"
    queryset_class = Grant.objects.select_related("household__village__parent", "member", "measure")
    filterset_class = GrantFilter
    resource_class = GrantResource
    orders = {
        "newest": ("-started_on", "-pk"),
        "household": ("household__village_id", "household__number", "pk"),
    }

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        self.sum_up(context["page"].rows)
        return context

    @staticmethod
    def sum_up(grants: list[Grant]) -> None:
        """Give the measures of the page what was delivered of each, in one query."""
        summed = Grant.objects.filter(pk__in=[grant.pk for grant in grants]).with_sums().order_by()
        sums = {grant.pk: grant for grant in summed}
        for grant in grants:
            grant.delivered, grant.last_delivery = sums[grant.pk].delivered, sums[grant.pk].last_delivery


class GrantCreate(HouseholdAction):
    permission_required = "assistance.grant"
    form_class = GrantForm

    @property
    def title(self) -> str:
        return _("Give a measure")

    @property
    def submit(self) -> str:
        return _("Give the measure")

    @property
    def crumbs(self):
        return [(_("Measures given"), reverse("assistance:grants"))]

    @property
    def about(self):
        names = list(self.household.grants.active().values_list("measure__name", flat=True))
        return [(_("Has already"), "、".join(names))] if names else []

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"household": self.household}

    def act(self, values):
        grant = services.grant_measure(self.request.user, self.household, **values)
        said = _("The household now has: %(measure)s.") % {"measure": grant.measure.name}
        return said, reverse("assistance:grant", args=[grant.pk])


class OneGrant(PermissionRequiredMixin):
    """What the pages of one measure given share: the measure, within the person's reach."""

    @cached_property
    def grant(self) -> Grant:
        rows = Grant.objects.visible_to(self.request.user)
        rows = rows.select_related("household__village__parent", "member", "measure", "created_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])


@method_decorator(never_cache, name="dispatch")
class GrantDetail(OneGrant, TemplateView):
    permission_required = "assistance.view"
    template_name = "assistance/grant.html"

    def get_context_data(self, **kwargs):
        deliveries = self.grant.deliveries.all()
        return super().get_context_data(
            grant=self.grant, total=deliveries.total(), deliveries=deliveries.for_ledger(), **kwargs
        )


class GrantAction(OneGrant, ActionPage):
    """A form about a measure that a household has."""

    @property
    def household(self):
        return self.grant.household

    @property
    def crumbs(self):
        return [
            (_("Measures given"), reverse("assistance:grants")),
            (self.household.number, reverse("households:detail", args=[self.household.number])),
            (self.grant.measure.name, self.page_of_grant),
        ]

    @property
    def about(self):
        rows = [(_("Measure"), self.grant.measure.name), (_("Begins on"), self.grant.started_on.isoformat())]
        if self.grant.ended_on:
            rows.append((_("Ends on"), self.grant.ended_on.isoformat()))
        if self.grant.member:
            rows.append((_("Member"), self.grant.member.name))
        return rows

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if "quantity" in form.fields:
            unit = self.grant.measure.unit_label
            form.fields["quantity"].help_text = _("Counted in: %(unit)s.") % {"unit": unit}
        return form

    @property
    def page_of_grant(self) -> str:
        return reverse("assistance:grant", args=[self.grant.pk])


class EndGrant(GrantAction):
    permission_required = "assistance.grant"
    form_class = EndGrantForm

    @property
    def title(self) -> str:
        return _("End the measure")

    @property
    def submit(self) -> str:
        return _("End the measure")

    def act(self, values):
        services.end_grant(self.request.user, self.grant, **values)
        return _("The measure has been ended; what was delivered stays."), self.page_of_grant


class LogDelivery(GrantAction):
    permission_required = "assistance.deliver"
    form_class = DeliveryForm

    @property
    def title(self) -> str:
        return _("Log a delivery")

    @property
    def submit(self) -> str:
        return _("Log")

    def get_initial(self):
        return {"form": self.grant.measure.form}

    def act(self, values):
        delivery, created = services.log_delivery(self.request.user, self.grant, **values)
        if not created:
            require_same(delivery, values)
        return _("The delivery has been logged."), self.page_of_grant


class DeliveryAction(GrantAction):
    """A form about an entry that was wrong."""

    permission_required = "assistance.deliver"

    @cached_property
    def delivery(self) -> Delivery:
        rows = Delivery.objects.visible_to(self.request.user)
        rows = rows.select_related("grant__household__village__parent", "grant__member", "grant__measure")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def grant(self) -> Grant:
        return self.delivery.grant


class CorrectDelivery(DeliveryAction):
    form_class = DeliveryCorrectionForm

    @property
    def title(self) -> str:
        return _("Correct the delivery")

    @property
    def submit(self) -> str:
        return _("Log the correction")

    @property
    def hint(self) -> str:
        return _("The wrong entry stays, struck through; only the new one counts.")

    def get_initial(self):
        names = ("delivered_on", "form", "amount", "quantity", "what", "payer", "evidence")
        return {name: getattr(self.delivery, name) for name in names}

    def act(self, values):
        corrected = services.correct_delivery(self.request.user, self.delivery, **values)
        require_same(corrected, values)
        return _("The delivery has been corrected."), self.page_of_grant


class WithdrawDelivery(DeliveryAction):
    form_class = WithdrawForm

    @property
    def title(self) -> str:
        return _("Withdraw the delivery")

    @property
    def submit(self) -> str:
        return _("Withdraw")

    @property
    def hint(self) -> str:
        return _("The entry stays, struck through, and counts no more.")

    @property
    def about(self):
        amount = self.delivery.amount
        arrived = self.delivery.what if amount is None else f"{amount:,.2f} {_('yuan')}"
        return [
            *super().about,
            (_("Date"), self.delivery.delivered_on.isoformat()),
            (_("Delivered"), arrived),
            (_("Evidence"), self.delivery.evidence),
        ]

    def act(self, values):
        services.withdraw_delivery(self.request.user, self.delivery, **values)
        return _("The delivery has been withdrawn."), self.page_of_grant
