"""How the list of households is narrowed."""

import django_filters
from django.utils.translation import gettext_lazy as _

from fupin.scope import division_range
from households.checks.registry import known_rules
from households.checks.summary import STATES
from households.choices import Cause, HouseholdAttribute, HouseholdStatus
from households.models import Finding, Household, LineCrossing
from villages.forms import township_choices, village_choices


class PlaceFilter(django_filters.FilterSet):
    """By township and village, as far as the person's reach has more than one."""

    township = django_filters.ChoiceFilter(label=_("Township"), method="within", empty_label=_("All"))
    village = django_filters.ChoiceFilter(label=_("Village"), field_name="village_id", empty_label=_("All"))

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

    def within(self, queryset, _name, value):
        return queryset.filter(division_range("village_id", value))


class HouseholdFilter(PlaceFilter):
    """By number or head, place, status, attribute and main cause. Never by ID number: it would stand in a URL."""

    q = django_filters.CharFilter(label=_("Number, head or initials"), method="find")
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
        self.filters.move_to_end("q", last=False)

    def find(self, queryset, _name, value):
        return queryset.matching(value.strip())


def _rule_choices() -> list[tuple[str, str]]:
    return [(number, f"{number} {rule.says}") for number, rule in known_rules().items()]


class FindingFilter(PlaceFilter):
    """By place, rule and state."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="in_state",
        empty_label=_("All"),
        choices=[
            ("error", _("Errors")),
            ("doubt", _("Doubts to explain")),
            ("explained", _("Doubts explained")),
            ("hint", _("Hints")),
        ],
    )
    rule = django_filters.ChoiceFilter(label=_("Rule"), choices=_rule_choices, empty_label=_("All"))

    class Meta:
        model = Finding
        fields: list[str] = []

    def in_state(self, queryset, _name, value):
        return queryset.filter(STATES[value])


class LineCrossingFilter(PlaceFilter):
    """By place, and whether a reviewer has seen it."""

    seen = django_filters.ChoiceFilter(
        label=_("State"),
        method="whether_seen",
        empty_label=_("All"),
        choices=[("no", _("To be seen")), ("yes", _("Seen"))],
    )

    class Meta:
        model = LineCrossing
        fields: list[str] = []

    def whether_seen(self, queryset, _name, value):
        return queryset.exclude(seen_at=None) if value == "yes" else queryset.unseen()
