"""What the logic rules find in the register (逻辑校验), and how people explain it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fupin.scope import ScopedQuerySet
from households.choices import Severity
from households.models.register import Household, Member
from households.querysets import FindingQuerySet
from villages.models import Village


class Explanation(models.Model):
    """Why something doubtful is right after all. Written once; it holds as long as the value that it speaks of stays.

    The value itself is not kept, only its keyed hash (`digest`).
    """

    scope_village = "village_id"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name=_("household"))
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", editable=False)
    rule = models.CharField(_("rule"), max_length=10)
    place = models.CharField(max_length=60)
    digest = models.CharField(max_length=32)
    text = models.CharField(_("explanation"), max_length=300)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("explained by")
    )
    given_at = models.DateTimeField(_("explained at"), auto_now_add=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["household", "rule"], name="explanation_household_rule")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.rule}"


class Finding(models.Model):
    """A rule that a household breaks now. It follows from the register: it can be found anew at any time.

    `place` is where: a field ("phone"), or the field of a row by its key ("members.17.labour"). A doubt is open until
    it is explained; it is open again when what it speaks of changes.
    """

    scope_village = "village_id"
    scope_household = "household_id"

    household = models.ForeignKey(Household, models.CASCADE, related_name="findings", verbose_name=_("household"))
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", editable=False)
    rule = models.CharField(_("rule"), max_length=10)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity)
    place = models.CharField(_("field"), max_length=60)
    member = models.ForeignKey(Member, models.CASCADE, null=True, related_name="+", verbose_name=_("member"))
    row = models.CharField(max_length=20, blank=True, help_text="The year of an income, the kind of a fact.")
    digest = models.CharField(max_length=32)
    explanation = models.ForeignKey(
        Explanation, models.SET_NULL, null=True, related_name="+", verbose_name=_("explanation")
    )
    found_on = models.DateField(_("found on"))

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["village_id", "household_id", "rule", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["household", "rule", "place"], name="finding_once_a_place"),
        ]
        indexes = [
            models.Index(fields=["village", "household", "rule", "id"], name="finding_village_household"),
            models.Index(fields=["rule", "village", "household", "id"], name="finding_rule_village"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.rule} {self.place}"

    @property
    def known(self):
        """The rule, with its message."""
        from households.checks.registry import rule_known

        return rule_known(self.rule)

    @property
    def field_label(self) -> str:
        """Whose field it is, and which: "李小红 · 在校生状况"."""
        from households.checks.places import label_of

        return label_of(self)

    @property
    def url(self) -> str:
        """Where it is put right: the entry form at the field, or where an upper floor says."""
        from households.checks.places import url_of

        return url_of(self)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.severity == Severity.ERROR or (self.severity == Severity.DOUBT and self.explanation_id is None)
