"""What is asked of helpers and help: who is paired now, who is due a visit, what was given and what arrived."""

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.choices import Role
from fupin.money import NOTHING, FenField
from fupin.scope import ScopedQuerySet


def in_force_on(day: date, prefix: str = "") -> Q:
    """Rows that are in force on a day: started by then, and not ended by then; the day of the end no longer counts."""
    return Q(
        Q(**{f"{prefix}ended_on": None}) | Q(**{f"{prefix}ended_on__gt": day}),
        **{f"{prefix}started_on__lte": day},
    )


class PeriodQuerySet(ScopedQuerySet):
    """Rows that hold from a day to a day: pairings, linkages."""

    def current(self, day: date | None = None):
        """Rows in force on a day, by default today."""
        return self.filter(in_force_on(day or timezone.localdate()))

    def not_over(self, day: date | None = None):
        """Rows in force on a day, by default today, or later."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day or timezone.localdate()))

    def overlapping(self, started_on: date, ended_on: date | None):
        """Rows whose period shares a day with [started_on, ended_on); no end is for ever."""
        rows = self.filter(Q(ended_on=None) | (Q(ended_on__gt=started_on) & Q(ended_on__gt=F("started_on"))))
        return rows.filter(started_on__lt=ended_on) if ended_on else rows


class PairingQuerySet(PeriodQuerySet):
    def with_last_visit(self):
        """Annotate `last_visit`, the household's latest visit by any cadre, and `due_since`: that or the start."""
        from assistance.models import Visit

        latest = (
            Visit.objects.counting()
            .filter(household=OuterRef("household"))
            .order_by("-visited_on")
            .values("visited_on")[:1]
        )
        rows = self.annotate(last_visit=Subquery(latest))
        return rows.annotate(due_since=Coalesce("last_visit", "started_on"))

    def overdue(self, day: date | None = None):
        """Current pairings whose household nobody visited within the interval (FUPIN_VISIT_INTERVAL_DAYS)."""
        from assistance.models import Visit

        day = day or timezone.localdate()
        limit = day - timedelta(days=settings.FUPIN_VISIT_INTERVAL_DAYS)
        visits = Visit.objects.counting().filter(household=OuterRef("household"))
        return self.current(day).filter(
            Q(started_on__lt=limit) | Exists(visits), ~Exists(visits.filter(visited_on__gte=limit))
        )

    def for_list(self):
        return self.select_related("household__village__parent", "cadre__unit")

    def of_cadre(self, user):
        """Pairings of the cadre whose account `user` is."""
        return self.filter(cadre__user=user, cadre__is_active=True)

    def with_aid(self):
        """With household, village, and `household.active_grants`; annotate `last_delivery`, the latest that counts."""
        from assistance.models import Delivery, Grant

        latest = (
            Delivery.objects.counting()
            .filter(grant__household=OuterRef("household"))
            .order_by("-delivered_on")
            .values("delivered_on")[:1]
        )
        grants = Prefetch(
            "household__grants", Grant.objects.active().select_related("measure"), to_attr="active_grants"
        )
        rows = self.select_related("household__village").annotate(last_delivery=Subquery(latest))
        return rows.prefetch_related(grants)


class LinkageQuerySet(PeriodQuerySet):
    def for_list(self):
        return self.select_related("village__parent", "unit")


class HelperQuerySet(models.QuerySet):
    """Units and cadres belong to no territory: staff see all, contacts their units', cadres their own."""

    own_of_contact: str
    own_of_cadre: str

    def visible_to(self, user):
        """The helpers that `user` may see; nobody for a stranger."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == Role.CONTACT:
            return self.filter(pk__in=self.model._base_manager.filter(**{self.own_of_contact: user}).values("pk"))
        if user.role == Role.CADRE:
            return self.filter(pk__in=self.model._base_manager.filter(**{self.own_of_cadre: user}).values("pk"))
        return self

    def active(self):
        return self.filter(is_active=True)


class UnitQuerySet(HelperQuerySet):
    own_of_contact = "contacts"
    own_of_cadre = "cadres__user"

    def with_counts(self):
        """Annotate `cadre_count`, the unit's active cadres."""
        return self.annotate(cadre_count=Count("cadres", filter=Q(cadres__is_active=True)))


class CadreQuerySet(HelperQuerySet):
    own_of_contact = "unit__contacts"
    own_of_cadre = "user"

    def with_load(self, day: date | None = None):
        """Annotate `load`, the households that the cadre is paired with on a day, by default today."""
        from assistance.models import Pairing

        paired = (
            Pairing.objects.current(day)
            .filter(cadre=OuterRef("pk"))
            .order_by()
            .values("cadre")
            .annotate(households=Count("pk"))
            .values("households")
        )
        return self.annotate(load=Coalesce(Subquery(paired), 0))


class VisitQuerySet(ScopedQuerySet):
    def counting(self):
        """Visits that stand: not corrected by a later entry."""
        return self.filter(corrected_by=None)


class MeasureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The catalogue is no secret among those who sign in."""
        return self if user.is_authenticated and user.is_active else self.none()

    def active(self):
        return self.filter(is_active=True)

    def for_households(self):
        """Measures that a household or one of its members can be given."""
        return self.exclude(target="village")


class GrantQuerySet(ScopedQuerySet):
    def active(self):
        return self.filter(state="active")

    def with_sums(self):
        """Annotate `delivered`, the exact sum of the deliveries that count, and `delivery_count`."""
        counts = Q(deliveries__corrected_by=None, deliveries__is_withdrawal=False)
        return self.annotate(
            delivered=Coalesce(
                Sum("deliveries__amount", filter=counts, output_field=FenField()), NOTHING, output_field=FenField()
            ),
            delivery_count=Count("deliveries", filter=counts & Q(deliveries__pk__isnull=False)),
            last_delivery=Max("deliveries__delivered_on", filter=counts),
        )

    def having_delivery(self, something: bool = True):
        """Measures of which something that counts has arrived, or nothing yet."""
        from assistance.models import Delivery

        arrived = Exists(Delivery.objects.counting().filter(grant=OuterRef("pk")))
        return self.filter(arrived if something else ~arrived)

    def with_deliveries(self):
        """With `counted`, the deliveries that count, the latest first."""
        from assistance.models import Delivery

        return self.prefetch_related(Prefetch("deliveries", Delivery.objects.counting(), to_attr="counted"))


class DeliveryQuerySet(ScopedQuerySet):
    def for_ledger(self):
        """Every entry but withdrawals, each with the entry that corrects or withdraws it and who logged both."""
        rows = self.filter(is_withdrawal=False).select_related("logged_by", "corrects", "corrected_by__logged_by")
        return rows.order_by("-delivered_on", "-pk")

    def counting(self):
        """Deliveries that stand: not corrected by a later entry, and not the withdrawal of a wrong one."""
        return self.filter(corrected_by=None, is_withdrawal=False)

    def total(self) -> Decimal:
        """The exact sum in yuan of the deliveries that count among these rows."""
        rows = self.counting().order_by()
        return rows.aggregate(total=Coalesce(Sum("amount", output_field=FenField()), NOTHING, output_field=FenField()))[
            "total"
        ]
