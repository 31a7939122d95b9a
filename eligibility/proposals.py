"""Proposals (拟新增, 拟退出, 疑似错评): what a run suggests that people look at. It changes nobody's status.

| on the register | the standard says | and its reference date lies | proposal |
|---|---|---|---|
| not identified | eligible | anywhere | 拟新增 identify |
| registered | not eligible | after the registration | 拟退出 exit: things have changed since |
| registered | not eligible | on or before the registration | 疑似错评 suspected error: facts of before registration |

Who left the register is not proposed anew here: a return (返贫) is for monitoring to find, and a removal was decided.
"""

from datetime import date

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone

from eligibility.choices import Outcome, ProposalKind, ProposalState, ScopeKind
from eligibility.models import Determination, Proposal, Recalculation
from eligibility.statements import Sql, compile_queryset, execute, fetch, prepared, quoted
from fupin.scope import division_range
from households.choices import HouseholdStatus

_SETTLED = (ProposalState.DISMISSED, ProposalState.TAKEN_UP)


def renew(run: Recalculation) -> None:
    """Bring the proposals of a chunk's households into line with what was just determined, in its transaction.

    They are read from the table `assessed`, whose `wanted` is the kind of the proposal to be made. An open proposal of
    the standard that no longer holds lapses. What people dismissed or took up is proposed again only when the
    determination has changed since. A household has one open proposal at a time, whichever standard made it.
    """
    standard = run.version.standard_id
    outdated = _outdated(standard)
    current = Determination.objects.filter(standard=standard, is_current=True, household=OuterRef("household"))
    Proposal.objects.filter(pk__in=outdated).update(determination=Subquery(current.values("pk")))
    lapsed = [key for key, holds in outdated.items() if not holds]
    Proposal.objects.filter(pk__in=lapsed).update(state=ProposalState.LAPSED, closed_at=timezone.now())
    _propose(run, ('SELECT "household_id", "wanted" FROM "assessed"', ()))


def renew_where_closed(run: Recalculation) -> None:
    """Propose for households that an incremental run did not judge, but whose open proposal was closed since its base.

    It no longer stands in the way of what this run's standard proposes.
    """
    if not run.is_incremental or run.scope != ScopeKind.DIVISION:
        return
    closed = Proposal.objects.filter(
        division_range("household__village_id", run.division_code), closed_at__gte=run.since
    ).values("household")
    current = Determination.objects.filter(standard=run.version.standard_id, is_current=True, household__in=closed)
    _propose(run, compile_queryset(_with_wanted(current, run.version.reference_date).values("household_id", "wanted")))


def _outdated(standard: int) -> dict[int, bool]:
    """Open proposals of the standard whose result was replaced, or that are no longer wanted: whether each holds."""
    rows = fetch(
        """
        SELECT p.id, p.kind = a.wanted AS holds FROM assessed a
        JOIN eligibility_proposal p ON p.household_id = a.household_id AND p.state = 'open'
        JOIN eligibility_determination d ON d.id = p.determination_id AND d.standard_id = %s
        WHERE p.kind <> a.wanted OR NOT d.is_current
        """,
        (standard,),
    )
    return {row["id"]: row["holds"] for row in rows}


def wanted(reference_date: date, status: str = "status", registered_on: str = "registered_on") -> Case:
    """The table above, over `outcome` and the names by which a household's status and registration are found."""
    not_eligible = {"outcome": Outcome.NOT_ELIGIBLE, status: HouseholdStatus.REGISTERED}
    return Case(
        When(
            **{"outcome": Outcome.ELIGIBLE, status: HouseholdStatus.UNREGISTERED},
            then=Value(ProposalKind.IDENTIFY.value),
        ),
        When(**not_eligible, **{f"{registered_on}__lt": reference_date}, then=Value(ProposalKind.EXIT.value)),
        When(**not_eligible, then=Value(ProposalKind.SUSPECTED_ERROR.value)),
        default=Value(""),
        output_field=CharField(),
    )


def _with_wanted(determinations: QuerySet, reference_date: date) -> QuerySet:
    return determinations.annotate(wanted=wanted(reference_date, "household__status", "household__registered_on"))


def _propose(run: Recalculation, households: Sql) -> None:
    """Open the proposals `wanted` for `households`, of those that have none. A second one would be a conflict."""
    sql, params = households
    fixed = {"state": ProposalState.OPEN.value, "made_by_id": run.pk, "made_at": timezone.now(), "reason": ""}
    execute(
        f"""
        INSERT INTO eligibility_proposal ({quoted(fixed)}, household_id, determination_id, kind)
        SELECT {", ".join(["%s"] * len(fixed))}, w.household_id, d.id, w.wanted
        FROM ({sql}) w
        JOIN eligibility_determination d ON d.household_id = w.household_id AND d.standard_id = %s AND d.is_current
        WHERE w.wanted <> '' AND NOT EXISTS (
            SELECT 1 FROM eligibility_proposal p WHERE p.household_id = w.household_id
            AND (p.state = 'open' OR p.state IN (%s, %s) AND p.kind = w.wanted AND p.determination_id = d.id))
        ON CONFLICT DO NOTHING
        """,
        (*prepared(Proposal, fixed), *params, run.version.standard_id, *_SETTLED),
    )
