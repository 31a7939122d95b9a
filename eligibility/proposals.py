"""Proposals (拟新增, 拟退出, 疑似错评): what a run suggests that people look at. It changes nobody's status.

| on the register | the standard says | and its reference date lies | proposal |
|---|---|---|---|
| not identified | eligible | anywhere | 拟新增 identify |
| registered | not eligible | after the registration | 拟退出 exit: things have changed since |
| registered | not eligible | on or before the registration | 疑似错评 suspected error: facts of before registration |

Who left the register is not proposed anew here: a return (返贫) is for monitoring to find, and a removal was decided.
"""

from datetime import date

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from eligibility.choices import Outcome, ProposalKind, ProposalState, ScopeKind
from eligibility.models import Determination, Proposal, Recalculation
from eligibility.statements import Sql, compile_queryset, execute, fetch, prepared, quoted
from fupin.scope import division_range
from households.choices import HouseholdStatus

# What is kept beside a household that is judged: the key, kind and determination of the proposal that is open for it.
BESIDE = ("proposal_id", "proposed", "proposed_by")

_SETTLED = (ProposalState.DISMISSED, ProposalState.TAKEN_UP)


def beside(results: Sql) -> Sql:
    """The rows of a SELECT of households' results, each with the proposal that is open for it, whoever made it."""
    sql, params = results
    return (
        f"""
        SELECT results.*, p.id AS proposal_id, p.kind AS proposed, p.determination_id AS proposed_by
        FROM ({sql}) results LEFT JOIN eligibility_proposal p
        ON p.household_id = results.household_id AND p.state = '{ProposalState.OPEN}'
        """,
        params,
    )


def renew(run: Recalculation) -> None:
    """Bring the proposals of a chunk's households into line with what was just determined, in its transaction.

    They are read from the table `assessed`, with what was open `beside` them. An open proposal of the standard that no
    longer holds lapses. What people dismissed or took up is proposed again only when the determination has changed
    since. A household has one open proposal at a time, whichever standard made it.
    """
    standard, reference_date = run.version.standard_id, run.version.reference_date
    outdated = _outdated(standard, reference_date)
    current = Determination.objects.filter(standard=standard, is_current=True, household=OuterRef("household"))
    # Still open, that is: people may have settled one in this moment.
    still = Proposal.objects.open()
    still.filter(pk__in=outdated).update(determination=Subquery(current.values("pk")))
    lapsed = [key for key, holds in outdated.items() if not holds]
    still.filter(pk__in=lapsed).update(state=ProposalState.LAPSED, closed_at=timezone.now())
    lacking = f"""
        SELECT household_id, wanted FROM (SELECT household_id, proposed, {_WANTED} AS wanted FROM assessed) judged
        WHERE COALESCE(proposed, '') <> wanted
    """
    _propose(run, (lacking, (reference_date,)))


def renew_where_closed(run: Recalculation) -> None:
    """Propose for households that an incremental run did not judge, but whose open proposal was closed since its base.

    It no longer stands in the way of what this run's standard proposes.
    """
    if not run.is_incremental or run.scope != ScopeKind.DIVISION:
        return
    closed, params = compile_queryset(
        Proposal.objects.filter(
            division_range("household__village_id", run.division_code), closed_at__gte=run.since
        ).values("household")
    )
    standing = f"""
        SELECT household_id, {_WANTED} AS wanted
        FROM eligibility_determination d JOIN households_household h ON h.id = d.household_id
        WHERE d.is_current AND d.standard_id = %s AND d.household_id IN ({closed})
    """
    _propose(run, (standing, (run.version.reference_date, run.version.standard_id, *params)))


# The table above, of a result and the household's status; the reference date is its parameter.
_WANTED = f"""
    CASE WHEN outcome = '{Outcome.ELIGIBLE}' AND status = '{HouseholdStatus.UNREGISTERED}'
         THEN '{ProposalKind.IDENTIFY}'
         WHEN outcome <> '{Outcome.NOT_ELIGIBLE}' OR status <> '{HouseholdStatus.REGISTERED}' THEN ''
         WHEN registered_on < %s THEN '{ProposalKind.EXIT}'
         ELSE '{ProposalKind.SUSPECTED_ERROR}' END
"""


def _outdated(standard: int, reference_date: date) -> dict[int, bool]:
    """Open proposals of the standard whose result was replaced, or that are no longer wanted: whether each holds."""
    rows = fetch(
        f"""
        SELECT proposal_id, proposed = wanted AS holds
        FROM (SELECT proposal_id, proposed, proposed_by, {_WANTED} AS wanted
              FROM assessed WHERE proposal_id IS NOT NULL) judged
        JOIN eligibility_determination d ON d.id = judged.proposed_by AND d.standard_id = %s
        WHERE proposed <> wanted OR NOT d.is_current
        """,
        (reference_date, standard),
    )
    return {row["proposal_id"]: row["holds"] for row in rows}


def _propose(run: Recalculation, judged: Sql) -> None:
    """Open the proposals that are `wanted`, of households that have none. A second one would be a conflict.

    The kinds are named, so that the planner expects few of them.
    """
    sql, params = judged
    kinds = ", ".join(f"'{kind}'" for kind in ProposalKind)
    fixed = {"state": ProposalState.OPEN.value, "made_by_id": run.pk, "made_at": timezone.now(), "reason": ""}
    execute(
        f"""
        INSERT INTO eligibility_proposal ({quoted(fixed)}, household_id, determination_id, kind)
        SELECT {", ".join(["%s"] * len(fixed))}, j.household_id, d.id, j.wanted
        FROM ({sql}) j
        JOIN eligibility_determination d ON d.household_id = j.household_id AND d.standard_id = %s AND d.is_current
        WHERE j.wanted IN ({kinds}) AND NOT EXISTS (
            SELECT 1 FROM eligibility_proposal p WHERE p.household_id = j.household_id
            AND (p.state = 'open' OR p.state IN (%s, %s) AND p.kind = j.wanted AND p.determination_id = d.id))
        ON CONFLICT DO NOTHING
        """,
        (*prepared(Proposal, fixed), *params, run.version.standard_id, *_SETTLED),
    )
