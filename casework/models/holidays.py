"""Days off and make-up workdays, as the State Council announces them every year. The table is the truth."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Holiday(models.Model):
    """A day that is not what its weekday says: off in the week, or worked at a weekend; or a holiday at a weekend."""

    day = models.DateField(_("day"), primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    is_workday = models.BooleanField(_("is worked"), default=False)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"
