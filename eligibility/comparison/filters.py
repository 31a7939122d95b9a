"""How the lists of comparison are narrowed."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eligibility.choices import DoubtDirection, DoubtState, ListSource, ListState
from eligibility.comparison.doubts import RESULTS
from eligibility.comparison.figures import AGES, aged
from eligibility.comparison.models import ComparedList, Doubt
from eligibility.comparison.sources import COMPARED_STATUSES
from eligibility.filters import PlaceFilter
from households.models import Household


class DoubtFilter(PlaceFilter):
    place = "member__village_id"

    q = django_filters.CharFilter(label=_("Household number or head"), method="find")
    source = django_filters.ChoiceFilter(label=_("Source"), choices=ListSource.choices, empty_label=_("All"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=DoubtState.choices, empty_label=_("All"))
    result = django_filters.ChoiceFilter(
        label=_("Result"), choices=[(one.value, one.label) for one in RESULTS], empty_label=_("All")
    )
    direction = django_filters.ChoiceFilter(label=_("Direction"), choices=DoubtDirection.choices, empty_label=_("All"))
    age = django_filters.ChoiceFilter(
        label=_("Unclosed for"),
        choices=[(age, label) for age, (_first, _last, label) in AGES.items()],
        empty_label=_("All"),
        method="by_age",
    )
    waiting = django_filters.BooleanFilter(label=_("Waits for me"), method="waiting_for_me", widget=forms.CheckboxInput)
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="past_deadline", widget=forms.CheckboxInput)
    listing = django_filters.NumberFilter(field_name="listing_id", widget=forms.HiddenInput, max_value=2**62)

    class Meta:
        model = Doubt
        fields: list[str] = []

    def find(self, queryset, _name, value):
        households = Household.objects.visible_to(self.request.user).matching(value.strip())
        return queryset.filter(member__household__in=households.order_by().values("pk"))

    def by_age(self, queryset, _name, value):
        return queryset.filter(aged(value, timezone.localdate()))

    def waiting_for_me(self, queryset, _name, value):
        return queryset & Doubt.objects.waiting_for(self.request.user) if value else queryset

    def past_deadline(self, queryset, _name, value):
        return queryset.overdue(timezone.localdate()) if value else queryset


class ComparedListFilter(django_filters.FilterSet):
    source = django_filters.ChoiceFilter(label=_("Source"), choices=ListSource.choices, empty_label=_("All"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=ListState.choices, empty_label=_("All"))

    class Meta:
        model = ComparedList
        fields: list[str] = []


class UnauthorisedFilter(PlaceFilter):
    """Households without an authorisation, by place and status."""

    q = django_filters.CharFilter(label=_("Household number or head"), method="find")
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=[(one.value, one.label) for one in COMPARED_STATUSES], empty_label=_("All")
    )

    class Meta:
        model = Household
        fields: list[str] = []

    def find(self, queryset, _name, value):
        return queryset.matching(value.strip())
