"""How the list of cases is narrowed."""

import django_filters
from django.utils.translation import gettext_lazy as _

from casework.choices import CaseKind, CaseStage
from casework.models import Case


class CaseFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=CaseKind.choices, empty_label=_("All"))
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=CaseStage.choices, empty_label=_("All"))
    number = django_filters.CharFilter(
        label=_("Household number"), field_name="household__number", lookup_expr="startswith"
    )
    village = django_filters.CharFilter(label=_("Village"), field_name="village__name", lookup_expr="startswith")

    class Meta:
        model = Case
        fields: list[str] = []
