"""The words of cases, notices and objections."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseKind(models.TextChoices):
    """Kinds of cases. Carry-over (历史结转) brings in a decision that was taken before this system."""

    IDENTIFICATION = "identification", _("Identification")
    RETURN = "return", _("Return to poverty")
    EXIT = "exit", _("Exit")
    FOLLOW_UP = "follow_up", _("Follow-up after exit")
    REMOVAL = "removal", _("Removal")
    MEMBER_CHANGE = "member_change", _("Member change")
    VILLAGE_CONFIRMATION = "village_confirmation", _("Confirmation of a weak village")
    CARRY_OVER = "carry_over", _("Carried over")


class CaseStage(models.TextChoices):
    """Where a case stands, named by what it waits for. Which of them a kind passes, its procedure says."""

    APPLICATION = "application", _("Awaiting the application")
    APPRAISAL = "appraisal", _("Awaiting democratic appraisal")
    VERIFICATION = "verification", _("Awaiting verification and signature")
    TO_PUBLICISE = "to_publicise", _("Awaiting village publicity")
    VILLAGE_PUBLICITY = "village_publicity", _("In village publicity")
    TOWNSHIP_REVIEW = "township_review", _("Awaiting township review")
    TO_PUBLICISE_TOWNSHIP = "to_publicise_township", _("Awaiting township publicity")
    TOWNSHIP_PUBLICITY = "township_publicity", _("In township publicity")
    DISTRICT_REVIEW = "district_review", _("Awaiting district review")
    TO_ANNOUNCE = "to_announce", _("Awaiting announcement")
    ANNOUNCEMENT = "announcement", _("Being announced")
    TO_CONCLUDE = "to_conclude", _("Awaiting conclusion")
    FOLLOW_UP = "follow_up", _("Awaiting the follow-up visit")
    COMPLETED = "completed", _("Completed")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @property
    def colour(self) -> str:
        return {"completed": "green", "rejected": "amber", "withdrawn": "neutral"}.get(self.value, "blue")


CLOSED_STAGES = (CaseStage.COMPLETED, CaseStage.REJECTED, CaseStage.WITHDRAWN)


class NoticeKind(models.TextChoices):
    """What is posted: the village's and the township's publicity, and the announcement of the decision."""

    VILLAGE = "village", _("Village publicity")
    TOWNSHIP = "township", _("Township publicity")
    ANNOUNCEMENT = "announcement", _("Announcement")


class DayKind(models.TextChoices):
    """Which days a publicity counts."""

    CALENDAR = "calendar", _("Calendar days")
    WORKING = "working", _("Working days")


class ObjectionGround(models.TextChoices):
    """What is objected to: a household that is listed, or one that is missing."""

    LISTED = "listed", _("A household on the list should not be on it")
    OMITTED = "omitted", _("A household is missing from the list")


class ObjectionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("objection", "Being investigated")
    UPHELD = "upheld", _("Upheld")
    NOT_UPHELD = "not_upheld", _("Not upheld")
    WITHDRAWN = "withdrawn", pgettext_lazy("objection", "Withdrawn by the objector")

    @property
    def colour(self) -> str:
        return {"open": "amber", "upheld": "red", "not_upheld": "green"}.get(self.value, "neutral")


class ObjectionLevel(models.TextChoices):
    """Who handles an objection: the township during publicity, the district during the announcement."""

    TOWNSHIP = "township", _("Township")
    DISTRICT = "district", _("District")


class ChangeKind(models.TextChoices):
    """Why people join or leave a household (自然增减)."""

    BIRTH = "birth", _("Birth")
    MARRIED_IN = "married_in", _("Married in")
    MOVED_IN = "moved_in", _("Household registration moved in")
    RETURNED = "returned", _("Back from school, service or prison")
    DEATH = "death", _("Death")
    MARRIED_OUT = "married_out", _("Married out")
    MOVED_OUT = "moved_out", _("Household registration moved out")
    SCHOOL = "school", _("Registration moved to a school")
    SERVICE = "service", _("Military service")
    PRISON = "prison", _("In prison")
    EMIGRATED = "emigrated", _("Settled abroad")
    MISSING = "missing", _("Missing")
    SPLIT = "split", _("Household split")
    MERGE = "merge", _("Merged into another household")
