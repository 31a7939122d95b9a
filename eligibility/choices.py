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


# What never changes any more.
FROZEN = (VersionState.APPROVED, VersionState.SUPERSEDED)


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


class AlarmKind(models.TextChoices):
    """What monitoring (动态监测) watches for. Which floor finds a kind, its source says."""

    INCOME_FALL = "income_fall", _("Income fell")
    LOW_INCOME = "low_income", _("Income below a line")
    MEDICAL_COST = "medical_cost", _("Medical costs jumped")
    SCHOOLING_COST = "schooling_cost", _("Schooling costs jumped")
    WORKER_LOST = "worker_lost", _("Worker lost")
    VISIT_OVERDUE = "visit_overdue", _("Visit overdue")
    AID_ENDED = "aid_ended", _("Aid ends or ended")
    SUPPORT_ENDS = "support_ends", _("Support after exit ends")


class AlarmLevel(models.IntegerChoices):
    """How grave an alarm is; the graver, the larger."""

    AMBER = 1, _("Amber alarm")
    RED = 2, _("Red alarm")

    @property
    def colour(self) -> str:
        return "red" if self is AlarmLevel.RED else "amber"


class AlarmState(models.TextChoices):
    """Where an alarm stands. A cadre reports what was done, the township closes; what vanishes lapses by itself."""

    OPEN = "open", pgettext_lazy("alarm", "To be handled")
    REPORTED = "reported", pgettext_lazy("alarm", "Reported, to be closed")
    CLOSED = "closed", pgettext_lazy("alarm", "Closed")
    LAPSED = "lapsed", pgettext_lazy("alarm", "No longer applies")

    @property
    def colour(self) -> str:
        return {"open": "amber", "reported": "blue", "closed": "green"}.get(self.value, "neutral")


# Alarms about which somebody still has to do something.
WAITING = (AlarmState.OPEN, AlarmState.REPORTED)


class AlarmAct(models.TextChoices):
    """What happens to an alarm; rising and falling are the computation's, the others are people's."""

    RISE = "rise", pgettext_lazy("alarm", "Became red")
    FALL = "fall", pgettext_lazy("alarm", "Became amber")
    REPORT = "report", pgettext_lazy("alarm", "Reported what was done")
    RETURN = "return", pgettext_lazy("alarm", "Sent back")
    CLOSE = "close", pgettext_lazy("alarm", "Closed")


# --- Data comparison ------------------------------------------------------------------------------------------------
class ListSource(models.TextChoices):
    """Whose list is compared. What a hit means is said in `eligibility.comparison.sources`."""

    VEHICLE = "vehicle", _("Motor vehicles")
    HOUSING = "housing", _("Commercial housing")
    BUSINESS = "business", _("Companies and shops")
    PAYROLL = "payroll", _("Public payroll")
    INSURANCE = "insurance", _("Social insurance")
    DECEASED = "deceased", _("Deceased persons")
    SUBSISTENCE = "subsistence", _("Recipients of subsistence allowance")
    DESTITUTE = "destitute", _("Recipients of destitute support")
    DISABLED = "disabled", _("Disabled persons")
    STUDENT = "student", _("Students")


class ListState(models.TextChoices):
    """How far a list of another department has come."""

    LOOKING = "looking", _("Being opened")
    MAPPING = "mapping", _("Columns to be assigned")
    MATCHING = "matching", _("Being compared")
    DONE = "done", _("Compared")
    REFUSED = "refused", _("Cannot be read")
    DISCARDED = "discarded", _("Discarded")

    @property
    def colour(self) -> str:
        return {"looking": "blue", "mapping": "amber", "matching": "blue", "done": "green", "refused": "red"}.get(
            self.value, "neutral"
        )


class DoubtDirection(models.TextChoices):
    LISTED = "listed", _("On the list, not in the register")
    MISSING = "missing", _("In the register, not on the list")


class DoubtState(models.TextChoices):
    OPEN = "open", _("To be checked at home")
    CHECKED = "checked", _("To be confirmed by the township")
    CLOSED = "closed", pgettext_lazy("doubt", "Closed")
    LAPSED = "lapsed", pgettext_lazy("doubt", "No longer applies")

    @property
    def colour(self) -> str:
        return {"open": "red", "checked": "amber", "closed": "green"}.get(self.value, "neutral")


class DoubtStepKind(models.TextChoices):
    RAISED = "raised", _("Found by comparison")
    CHECKED = "checked", _("Checked at home")
    RETURNED = "returned", _("Sent back to be checked again")
    CLOSED = "closed", _("Confirmed by the township")
    REOPENED = "reopened", _("Opened again: the list says something else now")
    LAPSED = "lapsed", _("Ended: list and register agree now")
