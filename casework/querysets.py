"""What is asked of cases."""

from casework.choices import CaseKind
from fupin.scope import ScopedQuerySet


class CaseQuerySet(ScopedQuerySet):
    def with_places(self):
        """With village, township and household, so that a list names them without a query a row."""
        return self.select_related("village__parent", "household")

    def deciding(self, determination):
        """Cases that decided upon a result of a village."""
        return self.filter(
            kind=CaseKind.VILLAGE_CONFIRMATION,
            village=determination.village_id,
            events__details__determination=determination.pk,
        )
