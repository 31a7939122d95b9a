"""What the last step of a case writes into the register. Nothing else changes anybody's status."""

from collections.abc import Callable, Sequence
from datetime import date

from django.db.models import F

from accounts.models import User
from casework.models import Case
from casework.publication import publish
from casework.services.changes import apply_change
from eligibility.choices import VillageOutcome
from fupin.clock import DatabaseNow
from fupin.history import record_history
from households.checks import refresh
from households.choices import HouseholdStatus
from households.models import Household
from villages.choices import VillageStanding
from villages.models import VillageProfile

Effect = Callable[[Sequence[Case], User], None]


def _set_status(cases: Sequence[Case], actor: User, status: HouseholdStatus, **values) -> None:
    """Give the households of these cases a status, keep it in their history, and bring the public register in line."""
    keys = [case.household_id for case in cases]
    Household.objects.filter(pk__in=keys).update(
        status=status, version=F("version") + 1, touched_at=DatabaseNow(), **values
    )
    record_history(Household, keys, actor, reason=cases[0].kind)
    publish(keys)
    refresh(keys)


def register(cases: Sequence[Case], actor: User) -> None:
    """On the register from the day of the decision, by its document."""
    for document, decided_on in {(case.document, case.decided_on) for case in cases}:
        alike = [case for case in cases if (case.document, case.decided_on) == (document, decided_on)]
        _set_status(alike, actor, HouseholdStatus.REGISTERED, registered_on=decided_on, registration_document=document)


def exit_with_support(cases: Sequence[Case], actor: User) -> None:
    """Out of poverty, with the support going on (已脱贫, 享受政策) until the day that the case says."""
    _set_status(cases, actor, HouseholdStatus.EXITED_SUPPORTED)


def end_support(cases: Sequence[Case], actor: User) -> None:
    """Stably out of poverty (稳定脱贫)."""
    _set_status(cases, actor, HouseholdStatus.EXITED)


def remove(cases: Sequence[Case], actor: User) -> None:
    """Removed (清退): it never was eligible."""
    _set_status(cases, actor, HouseholdStatus.REMOVED)


def change_members(cases: Sequence[Case], actor: User) -> None:
    """People join or leave; a household that nobody is left in is dissolved (自然销户)."""
    for case in cases:
        for household in apply_change(case, actor):
            _dissolve(household, case, actor)


def _dissolve(household: Household, case: Case, actor: User) -> None:
    values = {} if household.registered_on else {"registered_on": case.decided_on}
    _set_status([case], actor, HouseholdStatus.CLOSED, **values)


def confirm_village(cases: Sequence[Case], actor: User) -> None:
    """The village has from the day of the decision on the standing that its result says."""
    for case in cases:
        is_weak = case.determination.outcome == VillageOutcome.WEAK
        standing = VillageStanding.WEAK if is_weak else VillageStanding.ORDINARY
        profile, _made = VillageProfile.objects.select_for_update().get_or_create(village_id=case.village_id)
        if profile.standing == standing:
            continue
        profile.standing, profile.standing_since = standing, case.decided_on
        profile.version += 1
        profile._history_user = actor
        profile.save()


EFFECTS: dict[str, Effect] = {
    "register": register,
    "exit": exit_with_support,
    "end_support": end_support,
    "remove": remove,
    "change_members": change_members,
    "confirm_village": confirm_village,
}


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise ValueError(day)
