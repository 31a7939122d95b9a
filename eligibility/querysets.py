"""What is asked of runs, determinations and proposals."""

from datetime import date, timedelta

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from eligibility.choices import WAITING, ProposalState
from fupin.scope import ScopedQuerySet
from villages.models import Division


class RecalculationQuerySet(ScopedQuerySet):
    def with_job(self):
        """With job, actor, version and standard, so that a list names them without a query a row."""
        return self.select_related("job__actor", "version__standard")

    def explained_to(self, user):
        """The runs whose results a person may have explained, of a household or village that they may see.

        It is not the run's division that counts, but theirs. Simulations are for those who read the standards.
        """
        return self.with_job() if user.has_perm("eligibility.view") else self.with_job().filter(is_simulation=False)

    def like(self, run):
        """Other runs of the same standard over the same scope, the newest first."""
        same = self.filter(
            version__standard=run.version.standard_id,
            is_simulation=run.is_simulation,
            scope=run.scope,
            division_code=run.division_code,
            villages=run.villages,
        )
        return same.exclude(pk=run.pk).order_by("-job__created_at")

    def not_thrown_away(self):
        """Without simulations whose time is over and which the sweep has not yet cleared away."""
        return self.exclude(simulation__expires_at__lte=Now())

    def with_division_name(self):
        """With `division_name`, so that a list names the division without a query a row."""
        division = Division.objects.filter(pk=OuterRef("division_code"))
        return self.annotate(division_name=Subquery(division.values("name")[:1]))


class SimulationQuerySet(ScopedQuerySet):
    def alive(self):
        """Those that have not been thrown away."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()))

    def with_run(self):
        """With the run, its job, actor, version, standard and the division's name, for lists and pages."""
        division = Division.objects.filter(pk=OuterRef("run__division_code"))
        return self.select_related("run__job__actor", "run__version__standard").annotate(
            division_name=Subquery(division.values("name")[:1])
        )


class ResultQuerySet(ScopedQuerySet):
    """Determinations of households or villages, stored or simulated."""

    def current(self):
        """The results that count today (not for simulated ones, which never do)."""
        return self.filter(is_current=True)

    def changes(self):
        """Results that differ from the one before; a first result is a change."""
        return self.exclude(outcome=F("previous_outcome"))


class ProposalQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(state=ProposalState.OPEN)


def ages(today: date) -> dict[str, Q]:
    """Alarms by how long ago they were raised: up to 7 days, 8 to 30, or longer."""
    week, month = today - timedelta(days=7), today - timedelta(days=30)
    return {
        "week": Q(raised_on__gte=week),
        "month": Q(raised_on__lt=week, raised_on__gte=month),
        "older": Q(raised_on__lt=month),
    }


class AlarmQuerySet(ScopedQuerySet):
    def waiting(self):
        """Alarms about which somebody still has to do something."""
        return self.filter(state__in=WAITING)

    def over(self):
        """Alarms that were closed or no longer apply."""
        return self.exclude(state__in=WAITING)

    def of_age(self, age: str):
        """Alarms by how long ago they were raised: a key of `ages`."""
        return self.filter(ages(timezone.localdate())[age])

    def holding(self):
        """Alarms whose condition still holds, whatever people did about it."""
        return self.filter(gone_on=None)

    def for_list(self):
        """With household, place and member, so that a list tells each without a query a row."""
        return self.select_related("household__village__parent", "member")
