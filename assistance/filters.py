"""How the lists of assistance are narrowed."""

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assistance.choices import GrantState, Pillar, Target, UnitLevel
from assistance.models import Cadre, Grant, HelpingUnit, Measure, Pairing
from fupin.scope import division_range
from households.models import Household
from villages.forms import township_choices, village_choices

YES_OR_NO = [("1", _("Yes")), ("0", _("No"))]
ACTIVE_OR_NOT = [("1", _("Active")), ("0", _("No longer active"))]
IN_POST_OR_NOT = [("1", pgettext_lazy("cadre", "Active")), ("0", pgettext_lazy("cadre", "No longer active"))]


def unpaired(households: QuerySet) -> QuerySet:
    """Households on the register with whom nobody is paired today."""
    pairings = Pairing.objects.current().filter(household=OuterRef("pk"))
    return households.filter(~Exists(pairings), status="registered")


def beginning(households: QuerySet, text: str) -> QuerySet:
    """Keys of the households whose number, head or initials begin with the text."""
    return households.matching(text).order_by().values("pk")


class PlacesFilter(django_filters.FilterSet):
    """Lists whose rows lie in villages: `place` is the path to the village's code."""

    place = "village_id"

    township = django_filters.ChoiceFilter(label=_("Township"), method="within", empty_label=_("All"))
    village = django_filters.ChoiceFilter(label=_("Village"), method="within", empty_label=_("All"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters.move_to_end("township")
        self.filters.move_to_end("village")
        user = self.request.user
        townships = township_choices(user)
        villages = village_choices(user, self.data.get("township", ""))
        self._offer("township", townships, len(townships))
        self._offer("village", villages, sum(len(group) for _township, group in villages))

    def _offer(self, name: str, choices: list, number: int) -> None:
        if number > 1:
            self.filters[name].extra["choices"] = choices
        else:
            del self.filters[name]

    def within(self, queryset, _name, value):
        return queryset.filter(division_range(self.place, value))


class PairingFilter(PlacesFilter):
    place = "household__village_id"

    q = django_filters.CharFilter(label=_("Number, head or initials"), method="find")
    cadre = django_filters.CharFilter(label=_("Cadre or unit"), method="helped_by")
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[
            ("current", _("Current")),
            ("overdue", _("Current, visit overdue")),
            ("coming", _("Not begun yet")),
            ("ended", _("Ended")),
        ],
        empty_label=_("All"),
        method="as_of_today",
    )
    main = django_filters.ChoiceFilter(
        label=_("Mainly responsible"), field_name="is_main", choices=YES_OR_NO, empty_label=_("All")
    )

    class Meta:
        model = Pairing
        fields: list[str] = []

    def find(self, queryset, _name, value):
        return queryset.filter(household__in=beginning(Household.objects.visible_to(self.request.user), value.strip()))

    def helped_by(self, queryset, _name, value):
        text = value.strip()
        return queryset.filter(Q(cadre__name__contains=text) | Q(cadre__unit__name__contains=text))

    def as_of_today(self, queryset, _name, value):
        today = timezone.localdate()
        return {
            "current": lambda: queryset.current(today),
            "overdue": lambda: queryset.overdue(today),
            "coming": lambda: queryset.filter(started_on__gt=today),
            "ended": lambda: queryset.filter(ended_on__lte=today),
        }[value]()


class UnpairedFilter(PlacesFilter):
    q = django_filters.CharFilter(label=_("Number, head or initials"), method="find")

    class Meta:
        model = Household
        fields: list[str] = []

    def find(self, queryset, _name, value):
        return queryset.matching(value.strip())


class MeasureFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="find")
    pillar = django_filters.ChoiceFilter(label=_("Pillar"), choices=Pillar.choices, empty_label=_("All"))
    target = django_filters.ChoiceFilter(label=_("For whom"), choices=Target.choices, empty_label=_("All"))
    active = django_filters.ChoiceFilter(
        label=_("Given today"), field_name="is_active", choices=YES_OR_NO, empty_label=_("All")
    )

    class Meta:
        model = Measure
        fields: list[str] = []

    def find(self, queryset, _name, value):
        text = value.strip()
        return queryset.filter(Q(name__contains=text) | Q(code__istartswith=text))


class GrantFilter(PlacesFilter):
    place = "household__village_id"

    q = django_filters.CharFilter(label=_("Number, head or initials"), method="find")
    pillar = django_filters.ChoiceFilter(
        label=_("Pillar"), field_name="measure__pillar", choices=Pillar.choices, empty_label=_("All")
    )
    measure = django_filters.ModelChoiceFilter(
        label=_("Measure"),
        queryset=Measure.objects.for_households(),
        to_field_name="code",
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=GrantState.choices, empty_label=_("All"))
    delivered = django_filters.ChoiceFilter(
        label=_("Something delivered"), choices=YES_OR_NO, empty_label=_("All"), method="with_delivery"
    )

    class Meta:
        model = Grant
        fields: list[str] = []

    def find(self, queryset, _name, value):
        return queryset.filter(household__in=beginning(Household.objects.visible_to(self.request.user), value.strip()))

    def with_delivery(self, queryset, _name, value):
        return queryset.having_delivery(value == "1")


class UnitFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="find")
    level = django_filters.ChoiceFilter(label=_("Affiliation"), choices=UnitLevel.choices, empty_label=_("All"))
    active = django_filters.ChoiceFilter(
        label=_("State"), field_name="is_active", choices=ACTIVE_OR_NOT, empty_label=_("All")
    )

    class Meta:
        model = HelpingUnit
        fields: list[str] = []

    def find(self, queryset, _name, value):
        text = value.strip()
        return queryset.filter(Q(name__contains=text) | Q(code__istartswith=text))


class CadreFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Cadre or unit"), method="find")
    paired = django_filters.ChoiceFilter(
        label=_("Paired today"), choices=YES_OR_NO, empty_label=_("All"), method="paired_today"
    )
    active = django_filters.ChoiceFilter(
        label=_("State"), field_name="is_active", choices=IN_POST_OR_NOT, empty_label=_("All")
    )

    class Meta:
        model = Cadre
        fields: list[str] = []

    def find(self, queryset, _name, value):
        text = value.strip()
        return queryset.filter(Q(name__contains=text) | Q(unit__name__contains=text) | Q(code__istartswith=text))

    def paired_today(self, queryset, _name, value):
        paired = Exists(Pairing.objects.current().filter(cadre=OuterRef("pk")))
        return queryset.filter(paired if value == "1" else ~paired)
