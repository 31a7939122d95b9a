"""How the list of alarms is narrowed."""

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eligibility.choices import AlarmKind, AlarmLevel, AlarmState
from eligibility.filters import PlaceFilter
from eligibility.models import Alarm
from households.choices import HouseholdStatus
from households.models import Household

WAITING, ALL = "waiting", "all"
STATES = [
    (WAITING, pgettext_lazy("alarm", "All that wait")),
    *AlarmState.choices,
    (ALL, pgettext_lazy("alarm", "All, also those that ended")),
]
AGES = {"week": _("Up to 7 days"), "month": _("8 to 30 days"), "older": _("More than 30 days")}


class AlarmFilter(PlaceFilter):
    """Alarms that wait, unless others are asked for."""

    place = "household__village_id"

    q = django_filters.CharFilter(label=_("Household number or head"), method="find")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=AlarmKind.choices, empty_label=_("All"))
    level = django_filters.ChoiceFilter(label=_("Level"), choices=AlarmLevel.choices, empty_label=_("All"))
    state = django_filters.ChoiceFilter(
        label=pgettext_lazy("alarm", "State"), choices=STATES, method="by_state", empty_label=None
    )
    age = django_filters.ChoiceFilter(
        label=_("Waits for"), choices=list(AGES.items()), method="by_age", empty_label=_("All")
    )
    status = django_filters.ChoiceFilter(
        label=_("Household status"),
        field_name="household__status",
        choices=HouseholdStatus.choices,
        empty_label=_("All"),
    )

    class Meta:
        model = Alarm
        fields: list[str] = []

    def __init__(self, data=None, *args, **kwargs):
        super().__init__({"state": WAITING} | (data.dict() if data else {}), *args, **kwargs)

    def find(self, queryset, _name, value):
        households = Household.objects.visible_to(self.request.user).matching(value.strip())
        return queryset.filter(household__in=households.values("pk"))

    def by_state(self, queryset, _name, value):
        if value == ALL:
            return queryset
        return queryset.waiting() if value == WAITING else queryset.filter(state=value)

    def by_age(self, queryset, _name, value):
        return queryset.of_age(value)
