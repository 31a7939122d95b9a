"""What is asked of the register."""

from datetime import date

from django.db import models
from django.db.models import Case, Min, Q, Value, When

from fupin.encryption import blind_index
from fupin.scope import ScopedQuerySet
from households.choices import CLASS_OF_CAPACITY, ImportState, Severity


def counting_on(day: date, prefix: str = "") -> Q:
    """Members who are in the household on a day (design §4): born by then, joined by then, not yet gone."""
    return Q(
        Q(**{f"{prefix}joined_on": None}) | Q(**{f"{prefix}joined_on__lte": day}),
        Q(**{f"{prefix}left_on": None}) | Q(**{f"{prefix}left_on__gt": day}),
        **{f"{prefix}born_on__lte": day},
    )


def holding_on(day: date, prefix: str = "") -> Q:
    """Facts that hold on a day: dated by then, and not ended by then (design §4)."""
    return Q(
        Q(**{f"{prefix}ended_on": None}) | Q(**{f"{prefix}ended_on__gt": day}),
        **{f"{prefix}fact_date__lte": day},
    )


class HouseholdQuerySet(ScopedQuerySet):
    def with_places(self):
        """With village and township, so that a list names them without a query a row."""
        return self.select_related("village__parent")

    def matching(self, text: str):
        """Households whose number or head's name begins with the text, or the name's spelling or its initials."""
        if any(character.isdigit() for character in text):
            return self.filter(Q(number__startswith=text) | Q(number__startswith=text.upper()))
        if text.isascii():
            spelt = text.lower().replace(" ", "")
            return self.filter(Q(head_pinyin__startswith=spelt) | Q(head_initials__startswith=spelt))
        return self.filter(head_name__startswith=text)


class MemberQuerySet(ScopedQuerySet):
    def current(self):
        return self.filter(left_on=None)

    def counting_on(self, day: date):
        return self.filter(counting_on(day))

    def labour_classes(self):
        """The households of these members by `household_id`, each with the best class of labour capacity among them.

        `labour_class` is NULL where no member's capacity is recorded.
        """
        whens = [When(labour=capacity, then=Value(one.value)) for capacity, one in CLASS_OF_CAPACITY.items()]
        best = Min(Case(*whens, default=None, output_field=models.CharField()))
        return self.values("household_id").annotate(labour_class=best)

    def with_id_number(self, number: str):
        """Members with this ID number, found by its keyed hash."""
        return self.filter(id_digest=blind_index(number))


class FactQuerySet(ScopedQuerySet):
    def holding_on(self, day: date):
        return self.filter(holding_on(day))


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A workbook is seen by the person who uploaded it."""
        return self.filter(actor=user) if user.is_authenticated else self.none()

    def unapplied(self):
        return self.filter(state__in=[ImportState.CHECKING, ImportState.REFUSED, ImportState.READY])


class FindingQuerySet(ScopedQuerySet):
    def open(self):
        """Errors, and doubts that nobody has explained."""
        return self.filter(Q(severity=Severity.ERROR) | Q(severity=Severity.DOUBT, explanation=None))

    def explained(self):
        return self.exclude(explanation=None)

    def for_list(self):
        return self.select_related("household", "village__parent", "member", "explanation__given_by")


class LineCrossingQuerySet(ScopedQuerySet):
    def unseen(self):
        return self.filter(seen_at=None)

    def for_list(self):
        return self.select_related("household", "village__parent", "changed_by", "seen_by")
