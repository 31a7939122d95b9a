"""What is asked of runs, determinations and proposals."""

from django.db.models import F, OuterRef, Subquery

from eligibility.choices import ProposalState
from fupin.scope import ScopedQuerySet
from villages.models import Division


class RecalculationQuerySet(ScopedQuerySet):
    def with_job(self):
        """With job, actor, version and standard, so that a list names them without a query a row."""
        return self.select_related("job__actor", "version__standard")

    def with_division_name(self):
        """With `division_name`, so that a list names the division without a query a row."""
        division = Division.objects.filter(pk=OuterRef("division_code"))
        return self.annotate(division_name=Subquery(division.values("name")[:1]))


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
