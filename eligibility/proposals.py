"""Proposals (拟新增, 拟退出, 疑似错评): what a run suggests that people look at. It changes nobody's status.

| on the register | the standard says | and its reference date lies | proposal |
|---|---|---|---|
| not identified | eligible | anywhere | 拟新增 identify |
| registered | not eligible | after the registration | 拟退出 exit: things have changed since |
| registered | not eligible | on or before the registration | 疑似错评 suspected error: facts of before registration |

Who left the register is not proposed anew here: a return (返贫) is for monitoring to find, and a removal was decided.
"""

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from eligibility.choices import Outcome, ProposalKind, ProposalState, ScopeKind
from eligibility.models import Determination, Proposal, Recalculation
from eligibility.statements import Sql, compile_queryset, execute, fetch, prepared, quoted
from fupin.scope import division_range
from households.choices import HouseholdStatus

_SETTLED = (ProposalState.DISMISSED, ProposalState.TAKEN_UP)


def renew(run: Recalculation) -> None:
    """Bring the proposals of a chunk's households into line with what was just determined, in its transaction.

    They are read from the table `assessed`. An open proposal of the standard that no longer holds lapses. What people
    dismissed or took up is proposed again only when the determination has changed since. A household has one open
    proposal at a time, whichever standard made it.
    """
    standard, reference_date = run.version.standard_id, run.version.reference_date
    judged = f"SELECT household_id, {_WANTED} AS wanted FROM assessed", (reference_date,)
    outdated = _outdated(standard, judged)
    current = Determination.objects.filter(standard=standard, is_current=True, household=OuterRef("household"))
    # Still open, that is: people may have settled one in this moment.
    still = Proposal.objects.open()
    still.filter(pk__in=outdated).update(determination=Subquery(current.values("pk")))
    lapsed = [key for key, holds in outdated.items() if not holds]
    still.filter(pk__in=lapsed).update(state=ProposalState.LAPSED, closed_at=timezone.now())
    _propose(run, judged)


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


def _outdated(standard: int, judged: Sql) -> dict[int, bool]:
    """Open proposals of the standard whose result was replaced, or that are no longer wanted: whether each holds."""
    sql, params = judged
    rows = fetch(
        f"""
        SELECT p.id, p.kind = j.wanted AS holds FROM ({sql}) j
        JOIN eligibility_proposal p ON p.household_id = j.household_id AND p.state = 'open'
        JOIN eligibility_determination d ON d.id = p.determination_id AND d.standard_id = %s
        WHERE p.kind <> j.wanted OR NOT d.is_current
        """,
        (*params, standard),
    )
    return {row["id"]: row["holds"] for row in rows}


def _propose(run: Recalculation, judged: Sql) -> None:
    """Open the proposals that are `wanted`, of households that have none. A second one would be a conflict."""
    sql, params = judged
    fixed = {"state": ProposalState.OPEN.value, "made_by_id": run.pk, "made_at": timezone.now(), "reason": ""}
    execute(
        f"""
        INSERT INTO eligibility_proposal ({quoted(fixed)}, household_id, determination_id, kind)
        SELECT {", ".join(["%s"] * len(fixed))}, j.household_id, d.id, j.wanted
        FROM ({sql}) j
        JOIN eligibility_determination d ON d.household_id = j.household_id AND d.standard_id = %s AND d.is_current
        WHERE j.wanted <> '' AND NOT EXISTS (
            SELECT 1 FROM eligibility_proposal p WHERE p.household_id = j.household_id
            AND (p.state = 'open' OR p.state IN (%s, %s) AND p.kind = j.wanted AND p.determination_id = d.id))
        ON CONFLICT DO NOTHING
        """,
        (*prepared(Proposal, fixed), *params, run.version.standard_id, *_SETTLED),
    )
