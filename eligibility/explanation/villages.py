"""The whole account of a village's result: its income by category, the sum, the line, and the distance to it."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from eligibility import villages
from eligibility.choices import VillageOutcome
from eligibility.explanation.distance import change_across
from eligibility.explanation.households import Difference
from eligibility.explanation.records import Handling, Item, items_of
from eligibility.models import Recalculation, StandardVersion, VillageDetermination
from eligibility.rules import Rule
from eligibility.scopes import covers_village
from eligibility.terms import Terms
from fupin.templatetags.fupin import yuan
from villages.models import Village, VillageIncome


@dataclass(frozen=True)
class VillageResult:
    """What a version says of a village, today or in a run; amounts in yuan, the total None without a statement."""

    version: StandardVersion
    terms: Terms
    outcome: str
    total: Decimal | None

    @property
    def line(self) -> Decimal:
        return self.terms.line

    @property
    def gap(self) -> Decimal | None:
        """Counted income less the line: negative below it."""
        return None if self.total is None else self.total - self.line

    @property
    def change(self) -> Decimal | None:
        """The smallest change of income that moves the village across the line: more is positive."""
        if self.total is None:
            return None
        is_below = self.outcome == VillageOutcome.WEAK
        return change_across(self.total, self.line, inclusive=self.terms.inclusive, is_below=is_below)

    @property
    def across(self) -> str | None:
        """The result on the other side of the line."""
        if self.total is None:
            return None
        return VillageOutcome.NOT_WEAK if self.outcome == VillageOutcome.WEAK else VillageOutcome.WEAK

    @property
    def sentence(self) -> str:
        return villages.explain(self, self.terms)

    def sentences(self) -> list[str]:
        """What would change the result, in words."""
        values = {"year": self.terms.income_year, "line": yuan(self.line), "total": yuan(self.total)}
        if self.total is None:
            if self.terms.inclusive:
                text = _("Once the income of %(year)s is entered, it decides: up to %(line)s yuan lies below the line.")
            else:
                text = _(
                    "Once the income of %(year)s is entered, it decides: less than %(line)s yuan lies below the line."
                )
            return [text % values]
        values |= {"gap": yuan(abs(self.gap)), "change": yuan(abs(self.change))}
        if not self.gap:
            where = _("The counted income is %(total)s yuan: exactly the line.")
        elif self.gap < 0:
            where = _("The counted income of %(total)s yuan lies %(gap)s yuan below the line of %(line)s yuan.")
        else:
            where = _("The counted income of %(total)s yuan lies %(gap)s yuan above the line of %(line)s yuan.")
        if self.change > 0:
            across = _("With %(change)s yuan more in %(year)s, the village would not be below the line any more.")
        else:
            across = _("With %(change)s yuan less in %(year)s, the village would be below the line.")
        return [where % values, across % values]


@dataclass(frozen=True)
class VillageExplanation:
    """Why a village's result is what it is, with the data of today; `stored` where a run's is meant."""

    village: Village
    today: VillageResult
    row: VillageIncome | None
    items: list[Item]
    entered: Handling | None
    stored: VillageResult | None = None
    run: Recalculation | None = None

    @property
    def version(self) -> StandardVersion:
        return self.today.version

    @property
    def terms(self) -> Terms:
        return self.today.terms

    @property
    def told(self) -> VillageResult:
        return self.stored or self.today

    @property
    def differences(self) -> list[Difference]:
        """What the data of today would give otherwise than what was stored."""
        if self.stored is None:
            return []
        labels = dict(VillageOutcome.choices)
        pairs = [
            (_("Result"), str(labels[self.stored.outcome]), str(labels[self.today.outcome])),
            (_("Counted income (yuan)"), yuan(self.stored.total), yuan(self.today.total)),
        ]
        return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def explain_today(village: Village, version: StandardVersion, terms: Terms | None = None) -> VillageExplanation:
    """Why the version, or other terms that go back to it, say what they say of the village as it is kept now."""
    terms = terms or Terms.of_version(version)
    found = villages.assessed(Rule(terms), Village.objects.filter(pk=village.pk)).get()
    row = village.incomes.filter(year=terms.income_year).first()
    last = row.history.select_related("history_user").order_by("-history_date", "-history_id").first() if row else None
    return VillageExplanation(
        village=village,
        today=VillageResult(version, terms, found.outcome, found.total),
        row=row,
        items=items_of(row, VillageIncome.CATEGORIES, version, terms) if row else [],
        entered=Handling.of(last),
    )


def explain_run(village: Village, run: Recalculation) -> VillageExplanation | None:
    """Why a run found what it found of a village, and what the data of today would give by the same line.

    None where the run has no result of the village.
    """
    determination = stored_result(village, run)
    if determination is None:
        return None
    terms = Terms.of_run(run)
    today = explain_today(village, run.version, terms)
    stored = VillageResult(run.version, terms, determination.outcome, determination.total)
    return replace(today, stored=stored, run=run)


def stored_result(village: Village, run: Recalculation) -> VillageDetermination | None:
    """What a run says of a village: its own row, or the newest before it, which it then found unchanged."""
    rows = VillageDetermination.objects.filter(village=village, standard=run.version.standard_id)
    own = rows.filter(run=run).first()
    if own is not None or run.is_simulation or not run.checksum or not covers_village(run, village):
        return own
    before = rows.filter(run__is_simulation=False, run__job__created_at__lt=run.job.created_at)
    return before.order_by("-run__job__created_at").first()
