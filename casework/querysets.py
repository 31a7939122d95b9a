"""What is asked of cases, notices and objections."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.choices import Role
from casework.choices import CLOSED_STAGES, CaseKind, CaseStage, ObjectionLevel, ObjectionState
from fupin.scope import ScopedQuerySet
from households.choices import HouseholdStatus

# The role that handles the objections of a level.
HANDLER = {Role.TOWNSHIP: ObjectionLevel.TOWNSHIP, Role.DISTRICT: ObjectionLevel.DISTRICT}


class CaseQuerySet(ScopedQuerySet):
    def with_places(self):
        """With village, township and household, so that a list names them without a query a row."""
        return self.select_related("village__parent", "household")

    def unfinished(self):
        return self.exclude(stage__in=CLOSED_STAGES)

    def overdue(self, day: date):
        """Unfinished cases whose deadline lies before this day."""
        return self.unfinished().filter(due_on__lt=day)

    def at(self, places: list[tuple[str, str]]):
        """Cases at one of these pairs of kind and stage."""
        condition = Q(pk__in=[])
        for kind, stage in places:
            condition |= Q(kind=kind, stage=stage)
        return self.filter(condition)

    def support_ending(self, day: date):
        """Exits whose support ends by the follow-up of a day or has ended, and whose household nobody follows up yet.

        Of several exits of a household, the last one says until when it is supported.
        """
        finished = self.model._base_manager.filter(
            household=OuterRef("household"), kind=CaseKind.EXIT, stage=CaseStage.COMPLETED, pk__gt=OuterRef("pk")
        )
        busy = self.model._base_manager.filter(household=OuterRef("household")).exclude(stage__in=CLOSED_STAGES)
        return self.filter(
            ~Exists(finished),
            ~Exists(busy),
            kind=CaseKind.EXIT,
            stage=CaseStage.COMPLETED,
            supported_until__lte=day + timedelta(days=settings.FUPIN_FOLLOW_UP_DAYS),
            household__status=HouseholdStatus.EXITED_SUPPORTED,
        )


class NoticeQuerySet(ScopedQuerySet):
    def running_on(self, day: date):
        """Notices that the public may read on this day."""
        return self.filter(taken_down_at=None, starts_on__lte=day, ends_on__gte=day)

    def with_counts(self):
        """With `shown`: how many households stand on each list."""
        return self.annotate(shown=Count("entries", filter=Q(entries__drawn_out_at=None)))


class NoticeEntryQuerySet(ScopedQuerySet):
    def shown(self):
        """Those that were not drawn out of their list."""
        return self.filter(drawn_out_at=None)


class ObjectionQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(state=ObjectionState.OPEN)

    def blocking(self):
        """Those that keep their case where it is: unanswered, or upheld and not yet acted upon."""
        return self.filter(state__in=(ObjectionState.OPEN, ObjectionState.UPHELD))

    def handled_by(self, user) -> QuerySet:
        """Those in reach that this person's role handles: only they read who objects, and what is written."""
        level = HANDLER.get(user.role) if user.is_authenticated else None
        return self.visible_to(user).filter(level=level) if level else self.none()
