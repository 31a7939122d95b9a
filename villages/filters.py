"""How the list of villages is narrowed."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.choices import VillageStanding
from villages.forms import township_choices
from villages.models import Village


class VillageFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="find")
    township = django_filters.ChoiceFilter(label=_("Township"), field_name="parent_id", empty_label=_("All"))
    standing = django_filters.ChoiceFilter(
        label=_("Standing"), choices=VillageStanding.choices, empty_label=_("All"), method="standing_as"
    )

    class Meta:
        model = Village
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        townships = township_choices(self.request.user)
        if len(townships) > 1:
            self.filters["township"].extra["choices"] = townships
        else:
            del self.filters["township"]

    def find(self, queryset, _name, value):
        return queryset.filter(Q(code__startswith=value.strip()) | Q(name__contains=value.strip()))

    def standing_as(self, queryset, _name, value):
        if value == VillageStanding.ORDINARY:
            return queryset.filter(Q(profile=None) | Q(profile__standing=value))
        return queryset.filter(profile__standing=value)
