"""What the check of the register asks of who helps a household and visits it (reference §8.3, 13 and 14)."""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.models import Pairing, Visit
from households.checks import ProcessRule, register_rules
from households.checks.registry import Found
from households.choices import HouseholdStatus, Severity
from households.models import Household


def register() -> None:
    """Let the check know these rules, when the application starts."""
    register_rules(
        ProcessRule(
            "P-201",
            Severity.DOUBT,
            _("A household on the register has no mainly responsible cadre."),
            without_main_cadre,
            link=_to_household,
        ),
        ProcessRule(
            "P-202",
            Severity.ERROR,
            _("Two cadres are mainly responsible for the household at the same time."),
            two_main_cadres,
            link=_to_household,
        ),
        ProcessRule(
            "P-203",
            Severity.DOUBT,
            _("The household was not visited for twice the time between visits."),
            long_unvisited,
            link=_to_household,
        ),
        ProcessRule(
            "P-301",
            Severity.HINT,
            _("Between two mainly responsible cadres the household had none."),
            with_a_gap,
            link=_to_household,
        ),
        ProcessRule("P-302", Severity.HINT, _("A visit is due."), due_a_visit, link=_to_household),
    )


def _to_household(number: str) -> str:
    return reverse("households:detail", args=[number])


def _main_periods(households: list[int]) -> dict[int, list[tuple[date, date | None]]]:
    """From when to when cadres were mainly responsible, in order, by household; the end is the first day without."""
    periods = defaultdict(list)
    rows = Pairing.objects.filter(household__in=households, is_main=True).order_by("started_on", "pk")
    for household, start, end in rows.values_list("household", "started_on", "ended_on"):
        if end is None or end > start:
            periods[household].append((start, end))
    return periods


def _registered(households: list[int]) -> list[int]:
    rows = Household.objects.filter(pk__in=households, status=HouseholdStatus.REGISTERED)
    return list(rows.values_list("pk", flat=True))


def without_main_cadre(households: list[int], today: date) -> Iterable[Found]:
    """Registered households for which nobody is mainly responsible today."""
    registered = _registered(households)
    helped = Pairing.objects.current(today).filter(household__in=registered, is_main=True)
    return map(Found, set(registered).difference(helped.values_list("household", flat=True)))


def two_main_cadres(households: list[int], today: date) -> Iterable[Found]:
    """Households with two mainly responsible cadres on one day."""
    for household, periods in _main_periods(households).items():
        for (_start, end), (start, _end) in itertools.pairwise(periods):
            if end is None or start < end:
                yield Found(household, (start,))
                break


def with_a_gap(households: list[int], today: date) -> Iterable[Found]:
    """Households that had nobody mainly responsible for a day or more between two who were."""
    for household, periods in _main_periods(households).items():
        for (_start, end), (start, _end) in itertools.pairwise(periods):
            if end is not None and start > end:
                yield Found(household, (end, start))
                break


def _waiting(households: list[int], today: date) -> dict[int, date]:
    """Since when paired households have waited for a visit: the latest visit, or the day on which help began."""
    paired = Pairing.objects.current(today).filter(household__in=households).order_by()
    since = dict(paired.values("household").annotate(since=Max("started_on")).values_list("household", "since"))
    visits = Visit.objects.counting().filter(household__in=list(since)).order_by()
    latest = dict(visits.values("household").annotate(day=Max("visited_on")).values_list("household", "day"))
    return {household: latest.get(household, began) for household, began in since.items()}


def due_a_visit(households: list[int], today: date) -> Iterable[Found]:
    """Paired households that nobody visited for longer than the interval, and not yet for twice as long."""
    interval = timedelta(days=settings.FUPIN_VISIT_INTERVAL_DAYS)
    waiting = _waiting(households, today).items()
    return [Found(one, (since,)) for one, since in waiting if interval < today - since <= 2 * interval]


def long_unvisited(households: list[int], today: date) -> Iterable[Found]:
    """Paired households that nobody visited for longer than twice the interval."""
    interval = timedelta(days=settings.FUPIN_VISIT_INTERVAL_DAYS)
    return [Found(one, (since,)) for one, since in _waiting(households, today).items() if today - since > 2 * interval]
