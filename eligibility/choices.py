"""The words of standards, assessments and recalculations."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Years of income that a standard may look at.
FIRST_YEAR, LAST_YEAR = 1990, 2099


class Subject(models.TextChoices):
    HOUSEHOLD = "household", _("Households")
    VILLAGE = "village", _("Villages")


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted for approval")
    APPROVED = "approved", _("Approved")
    SUPERSEDED = "superseded", _("Superseded")

    @property
    def colour(self) -> str:
        return {"draft": "amber", "submitted": "blue", "approved": "green"}.get(self.value, "neutral")


class Divisor(models.TextChoices):
    REGISTERED = "registered", _("Members with household registration here")
    RESIDENT = "resident", _("Members living together")


class Effect(models.TextChoices):
    EXCLUDE = "exclude", _("Excludes")
    INCLUDE = "include", _("Includes")
    DEDUCT = "deduct", _("Deducted from income")

    @property
    def colour(self) -> str:
        return {"exclude": "red", "include": "green"}.get(self.value, "neutral")


class Cost(models.TextChoices):
    """Costs that a criterion may deduct; the value is the field of IncomeYear."""

    MEDICAL = "medical_cost", _("Medical costs paid by the household")
    SCHOOLING = "schooling_cost", _("Schooling costs paid by the household")


class Outcome(models.TextChoices):
    ELIGIBLE = "eligible", _("Eligible")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    INSUFFICIENT_DATA = "insufficient_data", _("Insufficient data")

    @property
    def colour(self) -> str:
        return {"eligible": "green", "not_eligible": "neutral", "insufficient_data": "amber"}[self.value]


class VillageOutcome(models.TextChoices):
    WEAK = "weak", _("Candidate for economically weak village")
    NOT_WEAK = "not_weak", _("Not below the line")
    INSUFFICIENT_DATA = "insufficient_data", _("Insufficient data")

    @property
    def colour(self) -> str:
        return {"weak": "amber", "not_weak": "neutral", "insufficient_data": "amber"}[self.value]


class ScopeKind(models.TextChoices):
    """What a run is over."""

    DIVISION = "division", _("A division")
    VILLAGES = "villages", _("Chosen villages")
    HOUSEHOLDS = "households", _("Chosen households")


class ChunkState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Finished")


class ProposalKind(models.TextChoices):
    IDENTIFY = "identify", _("Proposed for identification")
    EXIT = "exit", _("Proposed for exit")
    SUSPECTED_ERROR = "suspected_error", _("Suspected error")

    @property
    def colour(self) -> str:
        return {"identify": "green", "exit": "amber", "suspected_error": "red"}[self.value]


class ProposalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("proposal", "Open")
    TAKEN_UP = "taken_up", _("Taken up")
    DISMISSED = "dismissed", _("Dismissed")
    LAPSED = "lapsed", _("No longer applies")
