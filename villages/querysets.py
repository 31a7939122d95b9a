"""What is asked of divisions and villages."""

from datetime import date

from django.db.models import Q

from fupin.scope import ScopedQuerySet


class DivisionQuerySet(ScopedQuerySet):
    def valid_on(self, day: date):
        """Divisions that exist on a day: valid_from ≤ day, and valid_to empty or later."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day))

    def townships(self):
        return self.filter(level="township")

    def villages(self):
        return self.filter(level="village")
