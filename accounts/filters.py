"""How the lists of accounts and of audit events are narrowed."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import AuditAction, Role
from accounts.models import AuditEvent, User


class UserFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, user name or jurisdiction"), method="find")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("All"))
    is_active = django_filters.ChoiceFilter(
        label=_("May sign in"), choices=[("1", _("Yes")), ("0", _("No"))], empty_label=_("All"), method="standing"
    )

    class Meta:
        model = User
        fields: list[str] = []

    def find(self, queryset, _name, value):
        return queryset.matching(value.strip())

    def standing(self, queryset, _name, value):
        return queryset.filter(is_active=value == "1")


class AuditFilter(django_filters.FilterSet):
    person = django_filters.CharFilter(label=_("Person"), method="by_person")
    action = django_filters.ChoiceFilter(label=_("Action"), choices=AuditAction.choices, empty_label=_("All"))
    reference = django_filters.CharFilter(label=_("Reference"), lookup_expr="istartswith")
    since = django_filters.DateFilter(
        label=_("From"), field_name="at", lookup_expr="date__gte", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        label=_("Up to"), field_name="at", lookup_expr="date__lte", widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def by_person(self, queryset, _name, value):
        return queryset.filter(Q(actor__name__icontains=value) | Q(actor__username__icontains=value))
