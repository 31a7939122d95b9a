"""What the page of a recalculation shows in numbers: how results stand, what changed, by township, and before."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eligibility.choices import Outcome, ScopeKind, Subject, VillageOutcome
from eligibility.models import Recalculation
from eligibility.scopes import is_whole_division
from fupin.charts import Chart, stacked_bar_chart
from fupin.models import JobState
from villages.models import Division

WORDS = {Subject.HOUSEHOLD: Outcome, Subject.VILLAGE: VillageOutcome}
# What a run's counts call results that changed, beside the words.
CHANGES = {
    Subject.HOUSEHOLD: {
        "newly_eligible": gettext_lazy("Newly eligible"),
        "no_longer_eligible": gettext_lazy("No longer eligible"),
    },
    Subject.VILLAGE: {
        "newly_weak": gettext_lazy("Newly below the line"),
        "no_longer_weak": gettext_lazy("No longer below the line"),
    },
}


@dataclass(frozen=True)
class Figure:
    """How many results carry a word, and how many did in the run before (None without one, or before the end)."""

    name: str
    label: str
    count: int
    before: int | None

    @property
    def hint(self) -> str:
        """How many there were before, and the difference with its sign."""
        if self.before is None:
            return ""
        return _("before %(count)s (%(difference)s)") % {
            "count": f"{self.before:,}",
            "difference": f"{self.count - self.before:+,}",
        }


@dataclass(frozen=True)
class Figures:
    """The numbers of a run, as far as it has come."""

    outcomes: list[Figure]
    changes: list[Figure]
    run_before: Recalculation | None
    chart: Chart | None


def figures_of(run: Recalculation) -> Figures:
    """The figures of a run: final where it has ended, else those of the chunks that are done."""
    subject = Subject(run.version.standard.subject)
    by_township = _by_township(run)
    counts = Counter(run.counts) if run.counts else sum(by_township.values(), Counter())
    before = _run_before(run)
    is_comparable = before is not None and run.checksum and is_whole_division(run)

    def figures(labels: dict[str, str]) -> list[Figure]:
        return [
            Figure(name, label, counts[name], before.counts.get(name, 0) if is_comparable else None)
            for name, label in labels.items()
        ]

    return Figures(
        outcomes=figures(dict(WORDS[subject].choices)),
        changes=figures(CHANGES[subject]),
        run_before=before,
        chart=_chart(WORDS[subject], by_township) if len(by_township) > 1 else None,
    )


def _by_township(run: Recalculation) -> dict[str, Counter]:
    """Counts by township, added up over the chunks that are done."""
    townships: dict[str, Counter] = {}
    for of_chunk in run.chunks.values_list("counts", flat=True):
        for township, counts in of_chunk.items():
            townships.setdefault(township, Counter()).update(counts)
    return townships


def _run_before(run: Recalculation) -> Recalculation | None:
    """The last run of the same standard over the same division that ended before this one began."""
    return (
        Recalculation.objects.filter(
            version__standard=run.version.standard_id,
            division_code=run.division_code,
            scope=ScopeKind.DIVISION,
            base=None,
            is_simulation=False,
            job__state=JobState.DONE,
            job__created_at__lt=run.job.created_at,
        )
        .select_related("job", "version__standard")
        .order_by("-job__created_at")
        .first()
    )


def _chart(words, by_township: dict[str, Counter]) -> Chart:
    names = dict(Division.objects.filter(pk__in=by_township).values_list("code", "name"))
    return stacked_bar_chart(
        _("Results by township"),
        _("Township"),
        [word.label for word in words],
        [
            (names.get(code, code), [counts[word.value] for word in words])
            for code, counts in sorted(by_township.items())
        ],
    )
