"""Template filters that every page shares: amounts, whole numbers, masks, badges."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module

from django import template
from django.db.models import TextChoices
from django.utils.html import format_html
from django.utils.translation import ngettext

from fupin import masking
from fupin.models import JobState
from fupin.money import half_up

register = template.Library()

ABSENT = "—"
COLOUR_OF_JOB_STATE = {
    JobState.QUEUED: "neutral",
    JobState.RUNNING: "blue",
    JobState.DONE: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "neutral",
    JobState.NEEDS_ATTENTION: "amber",
}


@register.filter
def yuan(amount) -> str:
    """An amount in yuan with 2 decimals, half up, and thousands separators; a dash for nothing."""
    if amount is None or amount == "":
        return ABSENT
    rounded = half_up(Decimal(amount))
    return f"{rounded if rounded else abs(rounded):,.2f}"


@register.filter
def duration(span: timedelta) -> str:
    """A span of time as people say it: seconds below a minute and a half, minutes below an hour and a half, hours."""
    seconds = max(round(span.total_seconds()), 1)
    if seconds < 90:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


@register.filter
def whole(value) -> str:
    """A whole number with thousands separators; anything else as it stands."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


@register.filter
def masked_id_number(number: str | None) -> str:
    """An ID number with first and last character only."""
    return masking.mask_id_number(number) if number else ABSENT


@register.filter
def masked_name(name: str | None) -> str:
    """A name as the public may see it."""
    return masking.mask_name(name) if name else ABSENT


@register.filter
def masked_phone(phone: str | None) -> str:
    """A telephone number with its middle hidden."""
    return masking.mask_phone(phone) if phone else ABSENT


@register.filter
def masked_account(account: str | None) -> str:
    """A bank account with its last four characters only."""
    return masking.mask_account(account) if account else ABSENT


@register.filter
def job_colour(job) -> str:
    """Colour of the badge of a job's state."""
    return COLOUR_OF_JOB_STATE[job.state]


def _choices(path: str) -> type[TextChoices]:
    """The choices class that "households.HouseholdStatus" names, from the app's `choices` module."""
    app, name = path.split(".")
    return getattr(import_module(f"{app}.choices"), name)


@register.filter
def colour(value: str, path: str) -> str:
    """Colour of a stored value of the choices "app.Class"; neutral where the class gives none."""
    return getattr(_choices(path)(value), "colour", "neutral") if value else "neutral"


@register.filter
def badge(value: str, path: str) -> str:
    """The badge of a stored value of the choices "app.Class"; nothing for an empty value."""
    if not value:
        return ""
    choice = _choices(path)(value)
    return format_html('<span class="badge badge--{}">{}</span>', getattr(choice, "colour", "neutral"), choice.label)


@register.simple_tag(takes_context=True)
def panel(context, template_name: str, values: dict) -> str:
    """A panel of `fupin.panels`, rendered with the page's request and the panel's own context."""
    return context.template.engine.get_template(template_name).render(context.new(values | {"user": context["user"]}))
