"""How the lists of recalculations, changes, proposals and village results are narrowed."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eligibility.choices import Outcome, ProposalKind, ProposalState, Subject, VillageOutcome
from eligibility.models import Determination, Proposal, Recalculation, Standard, VillageDetermination
from fupin.models import JobState
from fupin.scope import division_range
from villages.forms import township_choices, village_choices

# Directions in which a household's result may have changed.
DIRECTIONS = {
    "newly_eligible": (_("Newly eligible"), Q(outcome=Outcome.ELIGIBLE)),
    "no_longer_eligible": (_("No longer eligible"), Q(previous_outcome=Outcome.ELIGIBLE)),
    "insufficient_data": (_("Insufficient data"), Q(outcome=Outcome.INSUFFICIENT_DATA)),
    "not_eligible": (_("Not eligible"), Q(outcome=Outcome.NOT_ELIGIBLE)),
}
VILLAGE_DIRECTIONS = {
    "newly_weak": (_("Newly below the line"), Q(outcome=VillageOutcome.WEAK)),
    "no_longer_weak": (_("No longer below the line"), Q(previous_outcome=VillageOutcome.WEAK)),
    "insufficient_data": (_("Insufficient data"), Q(outcome=VillageOutcome.INSUFFICIENT_DATA)),
}


def direction_choices(directions: dict) -> list[tuple[str, str]]:
    return [(name, label) for name, (label, _condition) in directions.items()]


class PlaceFilter(django_filters.FilterSet):
    """By township and village, as far as the person sees more than one of them."""

    place = "village_id"

    township = django_filters.ChoiceFilter(label=_("Township"), method="within", empty_label=_("All"))
    village = django_filters.ChoiceFilter(label=_("Village"), method="within", empty_label=_("All"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        user, township = self.request.user, self.data.get("township", "")
        townships = township_choices(user)
        villages = village_choices(user, township)
        self._offer("township", townships, len(townships))
        self._offer("village", villages, sum(len(group) for _name, group in villages))

    def _offer(self, name: str, choices: list, count: int) -> None:
        if name not in self.filters:
            return
        if count > 1:
            self.filters[name].extra["choices"] = choices
        else:
            del self.filters[name]

    def within(self, queryset, _name, value):
        return queryset.filter(division_range(self.place, value))


class RunFilter(django_filters.FilterSet):
    standard = django_filters.CharFilter(
        label=_("Standard"), field_name="version__standard__title", lookup_expr="icontains"
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"),
        choices=[
            ("run", _("Recalculation")),
            ("incremental", _("Recalculation of what was touched")),
            ("simulation", _("Simulation")),
        ],
        method="by_kind",
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), field_name="job__state", choices=JobState.choices, empty_label=_("All")
    )

    class Meta:
        model = Recalculation
        fields: list[str] = []

    def by_kind(self, queryset, _name, value):
        if value == "incremental":
            return queryset.exclude(base=None)
        return queryset.filter(is_simulation=value == "simulation")


class DeterminationFilter(PlaceFilter):
    standard = django_filters.ModelChoiceFilter(
        label=_("Standard"), queryset=Standard.objects.of(Subject.HOUSEHOLD), empty_label=_("All")
    )
    outcome = django_filters.ChoiceFilter(label=_("Result"), choices=Outcome.choices, empty_label=_("All"))

    class Meta:
        model = Determination
        fields: list[str] = []


class ChangeFilter(PlaceFilter):
    outcome = django_filters.ChoiceFilter(label=_("Result"), choices=Outcome.choices, empty_label=_("All"))
    direction = django_filters.ChoiceFilter(
        label=_("Change"), choices=direction_choices(DIRECTIONS), method="by_direction", empty_label=_("All")
    )

    class Meta:
        model = Determination
        fields: list[str] = []

    def by_direction(self, queryset, _name, value):
        return queryset.filter(DIRECTIONS[value][1])


class VillageChangeFilter(PlaceFilter):
    village = None
    direction = django_filters.ChoiceFilter(
        label=_("Change"), choices=direction_choices(VILLAGE_DIRECTIONS), method="by_direction", empty_label=_("All")
    )

    class Meta:
        model = VillageDetermination
        fields: list[str] = []

    def by_direction(self, queryset, _name, value):
        return queryset.filter(VILLAGE_DIRECTIONS[value][1])


class ProposalFilter(PlaceFilter):
    """Open proposals, unless another state is asked for."""

    place = "household__village_id"

    q = django_filters.CharFilter(label=_("Household number or head"), method="find")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ProposalKind.choices, empty_label=_("All"))
    state = django_filters.ChoiceFilter(
        label=pgettext_lazy("proposal", "State"), choices=ProposalState.choices, empty_label=_("All")
    )

    class Meta:
        model = Proposal
        fields: list[str] = []

    def __init__(self, data=None, *args, **kwargs):
        super().__init__({"state": ProposalState.OPEN} | (data.dict() if data else {}), *args, **kwargs)

    def find(self, queryset, _name, value):
        value = value.strip()
        field = "household__number" if value[:1].isdigit() else "household__head_name"
        return queryset.filter(**{f"{field}__startswith": value})


class VillageDeterminationFilter(PlaceFilter):
    village = None
    outcome = django_filters.ChoiceFilter(label=_("Result"), choices=VillageOutcome.choices, empty_label=_("All"))

    class Meta:
        model = VillageDetermination
        fields: list[str] = []
