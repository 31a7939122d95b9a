"""The words of help: pillars, targets, units, relations."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Pillar(models.TextChoices):
    """The pillars of the policy that give aid (六坚持, 三 to 六)."""

    EDUCATION = "education", _("Education")
    INDUSTRY = "industry", _("Industry")
    INCOME = "income", _("Income and employment")
    SAFETY_NET = "safety_net", _("Safety net")


class Target(models.TextChoices):
    HOUSEHOLD = "household", _("Household")
    MEMBER = "member", _("Member")
    VILLAGE = "village", _("Village")


class DeliveryForm(models.TextChoices):
    MONEY = "money", _("Money")
    GOODS = "goods", _("Goods")
    SERVICE = "service", _("Service")


class UnitLevel(models.TextChoices):
    """隶属关系 (reference §3.12)."""

    CENTRAL = "01", _("Central")
    PROVINCE = "02", _("Province")
    CITY = "03", _("City")
    COUNTY = "04", _("District or county")
    TOWNSHIP = "05", _("Township")
    ARMY = "06", _("Army")
    OTHER = "07", _("Other (enterprise, organisation)")


class VisitKind(models.TextChoices):
    HOME = "home", _("Home visit")
    PHONE = "phone", _("By telephone")
    OFFICE = "office", _("At the village office")


class GrantState(models.TextChoices):
    ACTIVE = "active", _("In force")
    ENDED = "ended", _("Ended")

    @property
    def colour(self) -> str:
        return "green" if self is GrantState.ACTIVE else "neutral"
