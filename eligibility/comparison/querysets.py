"""What is asked of lists, doubts and authorisations."""

from datetime import date

from django.db.models import OuterRef, Q, Subquery

from accounts.models import User
from eligibility.choices import DoubtState, ListState
from fupin.scope import ScopedQuerySet
from villages.models import Division

UNCLOSED = (DoubtState.OPEN, DoubtState.CHECKED)


class ComparedListQuerySet(ScopedQuerySet):
    def with_names(self):
        """With job, person and `division_name`, so that a list names them without a query a row."""
        division = Division.objects.filter(pk=OuterRef("division_code"))
        return self.select_related("job", "actor").annotate(division_name=Subquery(division.values("name")[:1]))

    def unfinished(self):
        return self.filter(state__in=[ListState.LOOKING, ListState.MAPPING, ListState.MATCHING])


class DoubtQuerySet(ScopedQuerySet):
    def with_places(self):
        """With member, household, village, township and list."""
        return self.select_related("member__household__village__parent", "listing").defer(
            "member__id_number", "member__household__bank_account", "listing__sheets", "listing__faults"
        )

    def unclosed(self):
        return self.filter(state__in=UNCLOSED)

    def overdue(self, day: date):
        return self.unclosed().filter(due_on__lt=day)

    def waiting_for(self, user: User):
        """Those that this person's role takes further, within their reach."""
        steps = {"eligibility.check_doubts": DoubtState.OPEN, "eligibility.close_doubts": DoubtState.CHECKED}
        states = [state for permission, state in steps.items() if user.has_perm(permission)]
        rows = self.visible_to(user).filter(state__in=states)
        return rows.exclude(state=DoubtState.CHECKED, checked_by=user)

    def of_household(self, household):
        return self.filter(member__household=household)


def valid_on(day: date, prefix: str = "") -> Q:
    """Authorisations that hold on a day: signed by then, not expired, not withdrawn."""
    return Q(
        **{f"{prefix}signed_on__lte": day, f"{prefix}valid_until__gte": day, f"{prefix}withdrawn_on__isnull": True}
    )


class AuthorisationQuerySet(ScopedQuerySet):
    def valid_on(self, day: date):
        return self.filter(valid_on(day))
