"""The whole account of a household's result: who counts, what income, which criteria, and what would change it.

The result itself comes from the rule's statement over the data of today, or from what a run has stored.
"""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from eligibility.assessment import Assessment, assess_by, explain, stored_assessment
from eligibility.choices import Effect
from eligibility.explanation import records
from eligibility.explanation.distance import Distance, criterion_labels, distance_of
from eligibility.models import Determination, DeterminationBase, Recalculation, StandardVersion
from eligibility.rules import Rule
from eligibility.scopes import covers
from eligibility.terms import Terms
from fupin.templatetags.fupin import yuan
from households.history import Change, changes_of
from households.models import Household


@dataclass(frozen=True)
class Difference:
    """A number of a stored result that the data of today would give otherwise."""

    label: str
    stored: str
    today: str


@dataclass(frozen=True)
class Stored:
    """A result of a run as it was stored, and what the data of today differ in."""

    run: Recalculation
    determination: DeterminationBase
    assessment: Assessment
    sentence: str
    distance: Distance
    differences: list[Difference]
    changes: list[Change]


@dataclass(frozen=True)
class Explanation:
    """Why a household's result under a rule is what it is, with the data of today; `stored` where a run's is meant."""

    household: Household
    assessment: Assessment
    sentence: str
    distance: Distance
    people: list[records.Person]
    statement: records.Statement | None
    findings: list[records.Finding]
    stored: Stored | None = None

    @property
    def version(self) -> StandardVersion:
        return self.assessment.version

    @property
    def terms(self) -> Terms:
        return self.assessment.terms

    @property
    def told(self) -> Assessment:
        """The result that is explained: the stored one where one is meant."""
        return self.stored.assessment if self.stored else self.assessment

    @property
    def told_sentence(self) -> str:
        return self.stored.sentence if self.stored else self.sentence

    @property
    def told_distance(self) -> Distance:
        return self.stored.distance if self.stored else self.distance

    @property
    def has_other_outcome_today(self) -> bool:
        return self.told.outcome != self.assessment.outcome

    @property
    def excluding(self) -> list[records.Finding]:
        return self._with(Effect.EXCLUDE)

    @property
    def including(self) -> list[records.Finding]:
        return self._with(Effect.INCLUDE)

    @property
    def deducting(self) -> list[records.Finding]:
        return self._with(Effect.DEDUCT)

    def _with(self, effect: str) -> list[records.Finding]:
        return [finding for finding in self.findings if finding.criterion.effect == effect]


def explain_today(household: Household, version: StandardVersion, terms: Terms | None = None) -> Explanation:
    """Why the version, or other terms that go back to it, say what they say of the household as it is kept now."""
    terms = terms or Terms.of_version(version)
    rule, assessment = Rule(terms), assess_by(household, version, terms)
    row = records.income_row(household, rule)
    return Explanation(
        household=household,
        assessment=assessment,
        sentence=explain(assessment),
        distance=distance_of(assessment),
        people=records.people(household, rule),
        statement=records.statement(row, version, terms) if row else None,
        findings=records.findings(household, rule, assessment.mask, row),
    )


def explain_run(household: Household, run: Recalculation) -> Explanation | None:
    """Why a run found what it found, and what the data of today would give by the same rule.

    None where the run has no result of the household.
    """
    determination = stored_result(household, run)
    if determination is None:
        return None
    terms = Terms.of_run(run)
    today = explain_today(household, run.version, terms)
    assessment = stored_assessment(determination, run.version, terms)
    stored = Stored(
        run=run,
        determination=determination,
        assessment=assessment,
        sentence=explain(assessment),
        distance=distance_of(assessment),
        differences=_differences(assessment, today.assessment),
        changes=[change for change in changes_of(household)[0] if run.watermark and change.at > run.watermark],
    )
    findings = [replace(finding, is_hit=bool(assessment.mask & finding.criterion.bit)) for finding in today.findings]
    return replace(today, stored=stored, findings=findings)


def stored_result(household: Household, run: Recalculation) -> DeterminationBase | None:
    """What a run says of a household: its own row, or the newest before it, which it then found unchanged.

    None where the run did not reach the household, or is a simulation without it.
    """
    if run.is_simulation:
        return household.simulateddeterminations.filter(run=run).select_related("household").first()
    own = household.determinations.filter(run=run).select_related("household").first()
    if own is not None or not run.checksum or not covers(run, household):
        return own
    before = Recalculation.objects.filter(
        version__standard=run.version.standard_id, is_simulation=False, job__created_at__lt=run.job.created_at
    )
    # By the runs' keys, which the index of determinations begins with.
    latest_first = list(before.order_by("-job__created_at").values_list("pk", flat=True))
    rows = Determination.objects.filter(run__in=latest_first, household=household).select_related("household")
    return min(rows, key=lambda row: latest_first.index(row.run_id), default=None)


def _differences(stored: Assessment, today: Assessment) -> list[Difference]:
    """The numbers and criteria in which a stored result and today's differ."""
    rule = Rule(stored.terms)
    pairs = [
        (_("Result"), str(stored.label), str(today.label)),
        (_("Persons counted"), str(stored.headcount), str(today.headcount)),
        (_("Net income (yuan)"), yuan(stored.net_income), yuan(today.net_income)),
        (_("Deductions (yuan)"), yuan(stored.deductions), yuan(today.deductions)),
        (_("Per head (yuan)"), yuan(stored.per_head), yuan(today.per_head)),
        (_("Criteria that hit"), criterion_labels(rule.hits(stored.mask)), criterion_labels(rule.hits(today.mask))),
    ]
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]
