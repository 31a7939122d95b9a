"""What templates say of alarms."""

from django import template

from eligibility.models import Alarm
from eligibility.monitoring.sources import reason_of

register = template.Library()


@register.filter
def reason(alarm: Alarm) -> str:
    """Why an alarm was raised, in a sentence."""
    return reason_of(alarm)
