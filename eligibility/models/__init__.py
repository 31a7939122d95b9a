"""What is kept of standards, of recalculations, and of what they determine."""

from eligibility.comparison.models import (
    Authorisation,
    ComparedList,
    ComparisonPaper,
    Doubt,
    DoubtStep,
    ListLayout,
    StagedRow,
)
from eligibility.models.monitoring import Alarm, AlarmEvent, MonitoringTerm
from eligibility.models.results import (
    Determination,
    DeterminationBase,
    Proposal,
    SimulatedDetermination,
    VillageDetermination,
)
from eligibility.models.runs import Recalculation, RecalculationChunk, RecalculationHousehold
from eligibility.models.simulations import Simulation
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
    "Authorisation",
    "ComparedList",
    "ComparisonPaper",
    "Criterion",
    "Determination",
    "DeterminationBase",
    "Doubt",
    "DoubtStep",
    "ListLayout",
    "MonitoringTerm",
    "Proposal",
    "Recalculation",
    "RecalculationChunk",
    "RecalculationHousehold",
    "SimulatedDetermination",
    "Simulation",
    "StagedRow",
    "Standard",
    "StandardQuerySet",
    "StandardVersion",
    "VillageDetermination",
    "refuse_if_frozen",
]
