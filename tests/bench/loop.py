"""A careful loop over objects: what a recalculation is without set-based statements.

It reads households in batches with what hangs on them, and nothing that is not needed, judges them one by one and
writes the results with bulk_create.
"""

from collections.abc import Iterator
from uuid import uuid4

from django.db import transaction
from django.db.models import Prefetch

from eligibility.choices import Effect, Outcome
from eligibility.models import Criterion, Determination, Standard, StandardVersion
from eligibility.rules import Rule
from eligibility.terms import Terms
from fupin.money import NOTHING
from households.models import Household, IncomeYear

BATCH = 1_000
RESULTS = ("outcome", "headcount", "net_income", "deductions", "line", "reasons")


def loop(version: StandardVersion, part: int, parts: int) -> None:
    """Assess every `parts`-th batch and write it for another standard, which is taken back in the end."""
    with transaction.atomic():
        standard, _made = Standard.objects.get_or_create(code="bench-loop", defaults={"title": "loop"})
        run_id, criteria = uuid4(), list(version.criteria.all())
        for number, keys in enumerate(_batches()):
            if number % parts == part:
                rows = [_judged(household, version, criteria) for household in _batch(version, criteria, keys)]
                _check_loop(rows)
                for row in rows:
                    row.standard_id, row.run_id = standard.pk, run_id
                Determination.objects.bulk_create(rows, batch_size=BATCH)
        transaction.set_rollback(True)


def _batches() -> Iterator[list[int]]:
    keys = list(Household.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _batch(version: StandardVersion, criteria: list[Criterion], keys: list[int]) -> list[Household]:
    """Households with nothing read that is not needed; rows that do not count are left in the database."""
    rule = Rule(Terms.of_version(version))
    members = Household._meta.get_field("members").related_model.objects
    incomes = IncomeYear.objects.filter(year=version.income_year).only("household", *rule.income_columns)
    facts = Household._meta.get_field("facts").related_model.objects.filter(rule.facts_that_count)
    return list(
        Household.objects.filter(pk__in=keys)
        .only("village_id")
        .prefetch_related(
            Prefetch("members", members.filter(rule.members_who_count).only("household")),
            Prefetch("incomes", incomes),
            Prefetch("facts", facts.only("household", "kind")),
            Prefetch(
                "determinations",
                Determination.objects.filter(standard=version.standard_id, is_current=True),
                to_attr="before",
            ),
        )
    )


def _judged(household: Household, version: StandardVersion, criteria: list[Criterion]) -> Determination:
    headcount = len(household.members.all())
    income = next(iter(household.incomes.all()), None)
    net = None
    if income is not None:
        net = sum((getattr(income, item) for item in version.items), -income.production_expense)
    kinds = {fact.kind for fact in household.facts.all()}
    hits = [criterion for criterion in criteria if criterion.fact_kind in kinds]
    effects = {criterion.effect for criterion in hits}
    if Effect.EXCLUDE in effects:
        outcome = Outcome.NOT_ELIGIBLE
    elif Effect.INCLUDE in effects:
        outcome = Outcome.ELIGIBLE
    elif net is None or not headcount:
        outcome = Outcome.INSUFFICIENT_DATA
    else:
        outcome = Outcome.ELIGIBLE if net < version.line * headcount else Outcome.NOT_ELIGIBLE
    row = Determination(
        household_id=household.pk,
        village_id=household.village_id,
        outcome=outcome.value,
        previous_outcome=household.before[0].outcome if household.before else "",
        headcount=headcount,
        net_income=net,
        deductions=NOTHING,
        line=version.line,
        reasons=sum(criterion.bit for criterion in hits),
    )
    row.ours = household.before[0]
    return row


def _check_loop(rows: list[Determination]) -> None:
    """Every household's result must be the one that ours left."""
    for row in rows:
        if any(getattr(row, name) != getattr(row.ours, name) for name in RESULTS):
            raise RuntimeError(f"the loop and the recalculation differ in household {row.household_id}")
