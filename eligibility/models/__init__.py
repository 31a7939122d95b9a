"""What is kept of standards, of recalculations, and of what they determine."""

from eligibility.models.monitoring import Alarm, AlarmEvent, MonitoringTerm
from eligibility.models.results import (
    Determination,
    DeterminationBase,
    Proposal,
    SimulatedDetermination,
    VillageDetermination,
)
from eligibility.models.runs import Recalculation, RecalculationChunk, RecalculationHousehold
from eligibility.models.standards import (
    ApprovedNeverChanges,
    Criterion,
    Standard,
    StandardQuerySet,
    StandardVersion,
    refuse_if_frozen,
)

__all__ = [
    "Alarm",
    "AlarmEvent",
    "ApprovedNeverChanges",
    "Criterion",
    "Determination",
    "DeterminationBase",
    "MonitoringTerm",
    "Proposal",
    "Recalculation",
    "RecalculationChunk",
    "RecalculationHousehold",
    "SimulatedDetermination",
    "Standard",
    "StandardQuerySet",
    "StandardVersion",
    "VillageDetermination",
    "refuse_if_frozen",
]
