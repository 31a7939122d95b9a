"""How the list of households is narrowed."""

import django_filters
from django.utils.translation import gettext_lazy as _

from fupin.scope import division_range
from households.choices import Cause, HouseholdAttribute, HouseholdStatus
from households.models import Household
from villages.forms import township_choices, village_choices


class HouseholdFilter(django_filters.FilterSet):
    """By number or head, place, status, attribute and main cause. Never by ID number: it would stand in a URL."""

    q = django_filters.CharFilter(label=_("Number, head or initials"), method="find")
    township = django_filters.ChoiceFilter(label=_("Township"), method="within", empty_label=_("All"))
    village = django_filters.ChoiceFilter(label=_("Village"), field_name="village_id", empty_label=_("All"))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=HouseholdStatus.choices, empty_label=_("All"))
    attribute = django_filters.ChoiceFilter(
        label=_("Household attribute"), choices=HouseholdAttribute.choices, empty_label=_("All")
    )
    main_cause = django_filters.ChoiceFilter(
        label=_("Main cause of poverty"), choices=Cause.choices, empty_label=_("All")
    )

    class Meta:
        model = Household
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        user = self.request.user
        townships = township_choices(user)
        if len(townships) > 1:
            self.filters["township"].extra["choices"] = townships
        else:
            del self.filters["township"]
        villages = village_choices(user, self.data.get("township", ""))
        if sum(len(group) for _township, group in villages) > 1:
            self.filters["village"].extra["choices"] = villages
        else:
            del self.filters["village"]

    def find(self, queryset, _name, value):
        return queryset.matching(value.strip())

    def within(self, queryset, _name, value):
        return queryset.filter(division_range("village_id", value))
