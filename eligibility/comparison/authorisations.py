"""Authorisations (核对授权书): without one that holds, a household is left out of every comparison."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.models import User
from accounts.services import record
from eligibility.comparison.models import Authorisation, ComparisonPaper
from eligibility.comparison.sources import COMPARED_STATUSES
from households.models import Household


def authorised_on(day: date, household: str = "pk") -> Exists:
    """Whether the household whose key stands at this path has an authorisation that holds on a day."""
    return Exists(Authorisation.objects.valid_on(day).filter(household=OuterRef(household)).order_by())


def without_authorisation(rows: QuerySet, day: date) -> QuerySet:
    """Households of `rows` that would be compared if they had authorised it."""
    return rows.filter(~authorised_on(day), status__in=COMPARED_STATUSES)


def counts_without(rows: QuerySet, day: date) -> dict[str, int]:
    """How many households are left out, by status."""
    return dict(without_authorisation(rows, day).order_by().values_list("status").annotate(Count("pk")))


@transaction.atomic
def authorise(
    actor: User,
    household: Household,
    signed_on: date,
    valid_until: date,
    signed_by: str,
    papers: Sequence[ComparisonPaper],
) -> Authorisation:
    """Record that a household has signed.

    Raises:
        Household.DoesNotExist: it is out of the actor's reach.
        ValidationError: the days do not fit, or the signed paper is missing.
    """
    household = Household.objects.visible_to(actor).get(pk=household.pk)
    today, errors = timezone.localdate(), {}
    if signed_on > today:
        errors["signed_on"] = _("The day cannot lie in the future.")
    if valid_until < signed_on:
        errors["valid_until"] = _("An authorisation cannot end before it was signed.")
    if not signed_by.strip():
        errors["signed_by"] = _("Say who signed.")
    if not papers:
        errors["papers"] = _("The signed authorisation is needed: photograph or scan.")
    if errors:
        raise ValidationError(errors)
    authorisation = Authorisation.objects.create(
        household=household,
        signed_on=signed_on,
        valid_until=valid_until,
        signed_by=signed_by.strip(),
        entered_by=actor,
    )
    authorisation.papers.set(papers)
    record(actor, AuditAction.CHANGE, "authorisation", household.number, until=str(valid_until))
    return authorisation


@transaction.atomic
def withdraw(actor: User, authorisation: Authorisation, on: date) -> None:
    """Record that a household takes its consent back. What was compared before stays.

    Raises:
        Authorisation.DoesNotExist: it is out of the actor's reach.
        ValidationError: the day does not fit, or it was withdrawn before.
    """
    kept = Authorisation.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=authorisation.pk)
    if kept.withdrawn_on is not None:
        raise ValidationError(_("This authorisation was withdrawn on %(day)s.") % {"day": kept.withdrawn_on})
    if not kept.signed_on <= on <= timezone.localdate():
        raise ValidationError({"on": _("The day lies between the signature and today.")})
    kept.withdrawn_on, kept.withdrawn_by = on, actor
    kept.save(update_fields=["withdrawn_on", "withdrawn_by"])
    record(actor, AuditAction.CHANGE, "authorisation", str(kept.household_id), withdrawn=str(on))
