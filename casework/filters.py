"""How the lists of cases and notices are narrowed."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.choices import CaseKind, CaseStage, NoticeKind, ObjectionLevel, ObjectionState
from casework.models import Case, Notice, Objection
from casework.receipts import normalise
from casework.stages import places_waiting_for
from casework.work import Desk, at_desk
from eligibility.filters import PlaceFilter
from households.models import Household


class CaseFilter(PlaceFilter):
    q = django_filters.CharFilter(label=_("Household number or head"), method="find")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=CaseKind.choices, empty_label=_("All"))
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=CaseStage.choices, empty_label=_("All"))
    desk = django_filters.ChoiceFilter(
        label=_("Where it waits"), choices=list(Desk.LABELS.items()), empty_label=_("All"), method="at_desk"
    )
    waiting = django_filters.BooleanFilter(label=_("Waits for me"), method="waiting_for_me", widget=forms.CheckboxInput)
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="past_deadline", widget=forms.CheckboxInput)
    unfinished = django_filters.BooleanFilter(label=_("Unfinished"), method="not_closed", widget=forms.CheckboxInput)
    returned = django_filters.BooleanFilter(label=_("Returned"), method="sent_back", widget=forms.CheckboxInput)

    class Meta:
        model = Case
        fields: list[str] = []

    def find(self, queryset, _name, value):
        households = Household.objects.visible_to(self.request.user).matching(value.strip())
        return queryset.filter(household__in=households.values("pk"))

    def waiting_for_me(self, queryset, _name, value):
        return queryset.at(list(places_waiting_for(self.request.user))) if value else queryset

    def at_desk(self, queryset, _name, value):
        return queryset.filter(at_desk(value))

    def not_closed(self, queryset, _name, value):
        return queryset.unfinished() if value else queryset

    def past_deadline(self, queryset, _name, value):
        return queryset.overdue(timezone.localdate()) if value else queryset

    def sent_back(self, queryset, _name, value):
        return queryset.unfinished().exclude(returned_reason="") if value else queryset


STANDING = {"running": _("Running"), "coming": _("Not begun"), "over": _("Over")}


class NoticeFilter(PlaceFilter):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=NoticeKind.choices, empty_label=_("All"))
    standing = django_filters.ChoiceFilter(
        label=_("Standing"), choices=list(STANDING.items()), empty_label=_("All"), method="by_standing"
    )
    number = django_filters.CharFilter(label=_("Number"), lookup_expr="icontains")

    class Meta:
        model = Notice
        fields: list[str] = []

    def by_standing(self, queryset, _name, value):
        today = timezone.localdate()
        if value == "running":
            return queryset.running_on(today)
        return queryset.filter(starts_on__gt=today) if value == "coming" else queryset.filter(ends_on__lt=today)


class ObjectionFilter(PlaceFilter):
    receipt = django_filters.CharFilter(label=_("Receipt number"), method="by_receipt")
    state = django_filters.ChoiceFilter(label=_("State"), choices=ObjectionState.choices, empty_label=_("All"))
    level = django_filters.ChoiceFilter(label=_("Handled by"), choices=ObjectionLevel.choices, empty_label=_("All"))
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="past_deadline", widget=forms.CheckboxInput)

    class Meta:
        model = Objection
        fields: list[str] = []

    def by_receipt(self, queryset, _name, value):
        return queryset.filter(receipt=normalise(value))

    def past_deadline(self, queryset, _name, value):
        return queryset.open().filter(due_on__lt=timezone.localdate()) if value else queryset
