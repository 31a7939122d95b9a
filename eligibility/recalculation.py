"""Recalculation (重新核算): a run of a version over a division, in chunks, each in one transaction (design §6)."""

from decimal import Decimal

from accounts.models import User
from eligibility.models import Recalculation, StandardVersion
from fupin.models import Job


class AlreadyRunning(Exception):
    """A run of the same standard over an overlapping division is not finished: `run`."""

    def __init__(self, run: Recalculation):
        super().__init__(str(run.pk))
        self.run = run


def start(
    version: StandardVersion,
    division_code: str,
    actor: User | None,
    *,
    line: Decimal | None = None,
    simulate: bool = False,
) -> Recalculation:
    """Start a run; the work is done by a worker. `actor` None: the system, or a person at the shell.

    Raises:
        PermissionDenied: the actor may not recalculate.
        ValidationError: the division does not exist in the actor's jurisdiction; the version is a draft, or a line is
            given, and it is no simulation; the line is negative.
        AlreadyRunning: one run at a time for a standard and a division (simulations may run beside).
    """
    raise NotImplementedError


def run(job: Job) -> None:
    """Do what is left of a run: the runner of jobs of the kind RECALCULATION."""
    raise NotImplementedError
