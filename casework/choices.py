"""The words of cases."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseKind(models.TextChoices):
    """Kinds of cases. Carry-over (历史结转) brings in a decision that was taken before this system."""

    CARRY_OVER = "carry_over", _("Carried over")
    VILLAGE_CONFIRMATION = "village_confirmation", _("Confirmation of a weak village")


class CaseStage(models.TextChoices):
    OPEN = "open", _("Open")
    COMPLETED = "completed", _("Completed")
    REJECTED = "rejected", _("Rejected")

    @property
    def colour(self) -> str:
        return {"open": "blue", "completed": "green", "rejected": "amber"}[self.value]
