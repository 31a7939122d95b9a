"""Simulations (模拟测算): terms are tried out under a name, compared, kept or thrown away. Nothing else is touched."""

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from eligibility import recalculation
from eligibility.choices import Outcome
from eligibility.models import (
    SimulatedDetermination,
    Simulation,
    StandardVersion,
    VillageDetermination,
)
from eligibility.models.simulations import end_of_keeping
from eligibility.scopes import Scope
from fupin import jobs

logger = structlog.get_logger(__name__)


@transaction.atomic
def start(
    version: StandardVersion,
    scope: Scope | str,
    actor: User | None,
    *,
    changes: dict | None = None,
    name: str = "",
    note: str = "",
) -> Simulation:
    """Try a version out over a scope, with other terms where `changes` says so (`eligibility.terms`).

    Without a name it is called as its job. Without an actor it is a person's at the shell.

    Raises:
        PermissionDenied: the actor may not recalculate.
        ValidationError: the terms are none, the scope is not the actor's, or the name is too long.
    """
    run = recalculation.start(version, scope, actor, changes=changes, simulate=True)
    simulation = run.simulation
    simulation.name, simulation.note = name.strip() or simulation.name, note.strip()
    simulation.clean_fields(exclude=["run", "expires_at", "figures"])
    simulation.save(update_fields=["name", "note"])
    return simulation


@transaction.atomic
def keep(simulation: Simulation, actor: User) -> None:
    """Keep a simulation until it is thrown away by hand.

    Raises:
        PermissionDenied: it is somebody else's.
    """
    _require_own(simulation, actor)
    Simulation.objects.filter(pk=simulation.pk).update(expires_at=None)


@transaction.atomic
def let_go(simulation: Simulation, actor: User) -> None:
    """Take the mark away: it is thrown away when the days of keeping are over.

    Raises:
        PermissionDenied: it is somebody else's.
    """
    _require_own(simulation, actor)
    Simulation.objects.filter(pk=simulation.pk).update(expires_at=end_of_keeping())


@transaction.atomic
def throw_away(simulation: Simulation, actor: User) -> None:
    """Put a simulation out of sight at once; the sweep clears its results away. One that runs is stopped.

    Raises:
        PermissionDenied: it is somebody else's.
    """
    _require_own(simulation, actor)
    Simulation.objects.filter(pk=simulation.pk).update(expires_at=timezone.now())
    jobs.cancel(simulation.run.job)
    transaction.on_commit(_wake_sweep)


def may_change(simulation: Simulation, user: User) -> bool:
    """Whether this person may keep or throw away the simulation: its author, or who may stop anybody's work."""
    if not user.has_perm("eligibility.recalculate"):
        return False
    return simulation.run.job.actor_id == user.pk or user.has_perm("fupin.cancel_any_job")


def sweep() -> int:
    """Clear away the simulations whose time is over, once they have stopped. Returns how many."""
    cleared = 0
    for simulation in Simulation.objects.filter(expires_at__lte=timezone.now()).select_related("run__job"):
        if simulation.run.job.is_finished:
            _clear(simulation)
            cleared += 1
        else:
            jobs.cancel(simulation.run.job)
    return cleared


@transaction.atomic
def _clear(simulation: Simulation) -> None:
    run, job = simulation.run, simulation.run.job
    for model in (SimulatedDetermination, VillageDetermination):
        model.objects.filter(run=run).delete()
    simulation.delete()
    run.delete()
    job.delete()


def _wake_sweep() -> None:
    """Ask for the sweep now; with the broker away the next one in the hour does it."""
    from eligibility.tasks import throw_simulations_away

    try:
        throw_simulations_away.delay()
    except Exception as error:  # whatever the broker's client raises, the row is what counts
        logger.warning("sweep_not_sent", error=type(error).__name__)


def _require_own(simulation: Simulation, actor: User) -> None:
    if not may_change(simulation, actor):
        raise PermissionDenied


def differing(one: Simulation, other: Simulation) -> QuerySet[SimulatedDetermination]:
    """The results of one simulation whose outcome is another in the other; with `other_outcome`.

    Households that only one of them judged are not compared.
    """
    rows = SimulatedDetermination.objects.filter(run=one.pk).annotate(
        counterpart=FilteredRelation(
            "household__simulateddeterminations", condition=Q(household__simulateddeterminations__run=other.pk)
        ),
        other_outcome=F("counterpart__outcome"),
    )
    another = Q()
    for outcome in Outcome.values:
        another |= Q(outcome=outcome, other_outcome__in=[value for value in Outcome.values if value != outcome])
    return rows.filter(another)
