"""The six pillars of the policy (六坚持) as the start page tells them: icon, title, one sentence."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class PolicyPillar(NamedTuple):
    icon: str
    title: Promise
    text: Promise


PILLARS = (
    PolicyPillar(
        "document-check",
        _("A register kept up to date"),
        _("Clear standards, methods and procedures; publicity before every decision; changes followed on any day."),
    ),
    PolicyPillar(
        "user-group",
        _("Pairing as an institution"),
        _("Departments stand by economically weak villages, party members and cadres by low-income households."),
    ),
    PolicyPillar(
        "academic-cap",
        _("Education without a gap"),
        _("From kindergarten to university, no child of a low-income household leaves school for want of money."),
    ),
    PolicyPillar(
        "building-storefront",
        _("Local industry"),
        _("Leading enterprises, cooperatives and family farms take households along; one village, one product."),
    ),
    PolicyPillar(
        "briefcase",
        _("Income that fits"),
        _("Work near home, public-welfare posts and training, according to what each person is able to do."),
    ),
    PolicyPillar(
        "shield-check",
        _("A safety net"),
        _("Subsistence and medical aid, disability allowances and insurance for those who cannot work."),
    ),
)
