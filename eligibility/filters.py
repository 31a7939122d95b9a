"""How the lists of recalculations, changes, proposals and village results are narrowed."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eligibility import breakdowns, curve
from eligibility.choices import Outcome, ProposalKind, ProposalState, Subject, VillageOutcome
from eligibility.models import (
    Determination,
    Proposal,
    Recalculation,
    SimulatedDetermination,
    Simulation,
    Standard,
    VillageDetermination,
)
from eligibility.rules import Rule
from eligibility.terms import Terms
from fupin.models import JobState
from fupin.scope import division_range
from households.choices import Cause, LabourClass
from households.models import Member
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
        return queryset.filter(base__isnull=value == "run")


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


class SimulationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=pgettext_lazy("simulation", "Name"), field_name="name", lookup_expr="icontains")
    standard = django_filters.ModelChoiceFilter(
        label=_("Standard"),
        field_name="run__version__standard",
        queryset=Standard.objects.all(),
        empty_label=_("All"),
    )
    whose = django_filters.ChoiceFilter(
        label=_("Started by"), choices=[("own", _("Me"))], method="by_actor", empty_label=_("All")
    )

    class Meta:
        model = Simulation
        fields: list[str] = []

    def by_actor(self, queryset, _name, _value):
        return queryset.filter(run__job__actor=self.request.user)


class SimulatedFilter(PlaceFilter):
    """Results of a simulation, with their boundary: who comes and goes, and who lies near its line."""

    movement = django_filters.ChoiceFilter(
        label=_("Comes or goes"),
        choices=direction_choices(breakdowns.MOVEMENTS),
        method="by_movement",
        empty_label=_("All"),
    )
    outcome = django_filters.ChoiceFilter(label=_("Result"), choices=Outcome.choices, empty_label=_("All"))
    near = django_filters.ChoiceFilter(label=_("Near the line"), method="by_margin", empty_label=_("All"))
    cause = django_filters.ChoiceFilter(
        label=_("Main cause"), field_name="household__main_cause", choices=Cause.choices, empty_label=_("All")
    )
    size = django_filters.ChoiceFilter(label=_("Persons counted"), method="by_size", empty_label=_("All"))
    labour = django_filters.ChoiceFilter(
        label=_("Labour capacity"), choices=LabourClass.choices, method="by_labour", empty_label=_("All")
    )

    class Meta:
        model = SimulatedDetermination
        fields: list[str] = []

    def __init__(self, *args, run: Recalculation, terms: Terms, **kwargs):
        self.run, self.terms = run, terms
        super().__init__(*args, **kwargs)
        self.filters["near"].extra["choices"] = [
            (str(margin), _("within ±%(margin)s %%") % {"margin": margin}) for margin in curve.MARGINS
        ]
        sizes = range(1, breakdowns.LARGEST_SIZE + 1)
        name = breakdowns.labels("size", ())
        self.filters["size"].extra["choices"] = [(str(size), name(str(size))) for size in sizes]

    def by_movement(self, queryset, _name, value):
        return queryset.filter(breakdowns.MOVEMENTS[value][1])

    def by_margin(self, queryset, _name, value):
        return queryset.filter(curve.near(self.run.line, int(value)))

    def by_size(self, queryset, _name, value):
        is_largest = int(value) == breakdowns.LARGEST_SIZE
        return queryset.filter(**{f"headcount{'__gte' if is_largest else ''}": value})

    def by_labour(self, queryset, _name, value):
        of_class = Member.objects.filter(Rule(self.terms).members_who_count).labour_classes()
        return queryset.filter(household__in=of_class.filter(labour_class=value).values("household_id"))


class DifferenceFilter(PlaceFilter):
    """Households whose result differs between two simulations."""

    outcome = django_filters.ChoiceFilter(label=_("Result here"), choices=Outcome.choices, empty_label=_("All"))
    other = django_filters.ChoiceFilter(
        label=_("Result there"), field_name="other_outcome", choices=Outcome.choices, empty_label=_("All")
    )

    class Meta:
        model = SimulatedDetermination
        fields: list[str] = []


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
