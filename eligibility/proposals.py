"""Proposals (拟新增, 拟退出, 疑似错评): what a run suggests that people look at. It changes nobody's status.

| on the register | the standard says | and its reference date lies | proposal |
|---|---|---|---|
| not identified | eligible | anywhere | 拟新增 identify |
| registered | not eligible | after the registration | 拟退出 exit: things have changed since |
| registered | not eligible | on or before the registration | 疑似错评 suspected error: facts of before registration |

Who left the register is not proposed anew here: a return (返贫) is for monitoring to find, and a removal was decided.
"""

from datetime import date

from django.db import connection, transaction
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from eligibility.choices import Outcome, ProposalKind, ProposalState, ScopeKind
from eligibility.models import Determination, Proposal, Recalculation
from eligibility.scopes import households_of, is_whole_division
from eligibility.statements import compile_queryset, prepared, quoted
from fupin.scope import division_range
from households.choices import HouseholdStatus
from households.models import Household

# So many new determinations change how the tables are best joined.
MANY = 5_000


@transaction.atomic
def renew(run: Recalculation) -> None:
    """Bring the proposals of a run's standard and households into line with the determinations that count now.

    An open proposal that no longer holds lapses. What people dismissed or took up is proposed again only when the
    determination has changed since. A household has one open proposal at a time, whichever standard made it.
    """
    _learn_of(run)
    standard, reference_date = run.version.standard_id, run.version.reference_date
    current = Determination.objects.filter(standard=standard, is_current=True)
    ours = Proposal.objects.open().filter(households_of(run, "household__"), determination__standard=standard)
    ours.filter(determination__is_current=False).update(
        determination=Subquery(current.filter(household=OuterRef("household")).values("pk"))
    )
    lapsed = ours.annotate(wanted=_wanted("determination__", reference_date)).exclude(wanted=F("kind"))
    Proposal.objects.filter(pk__in=lapsed.values("pk")).update(state=ProposalState.LAPSED, closed_at=timezone.now())

    settled = Proposal.objects.filter(
        determination=OuterRef("pk"),
        kind=OuterRef("wanted"),
        state__in=(ProposalState.DISMISSED, ProposalState.TAKEN_UP),
    )
    wanted = (
        current.filter(_judged(run))
        .annotate(wanted=_wanted("", reference_date))
        .exclude(wanted="")
        .filter(~Exists(settled))
    )
    _insert(run, wanted)


def _learn_of(run: Recalculation) -> None:
    """Let the database take note of what a run has written, where that is much.

    Of a standard's first determinations the statistics say that there is one, until the vacuum has passed; joined as
    one, each of them would be compared with every proposal.
    """
    if connection.vendor == "postgresql" and run.determinations.count() >= MANY:
        with connection.cursor() as cursor:
            cursor.execute(f'ANALYZE "{Determination._meta.db_table}"')


def _judged(run: Recalculation) -> Q:
    """The determinations that a run may have something to propose for.

    An incremental run also looks at households of which a proposal was closed since: it no longer stands in the way of
    another standard's.
    """
    if is_whole_division(run):
        return division_range("village_id", run.division_code)
    households = Household.objects.filter(households_of(run)).order_by().values("pk")
    if run.is_incremental and run.scope == ScopeKind.DIVISION:
        closed = Proposal.objects.filter(
            division_range("household__village_id", run.division_code), closed_at__gte=run.since
        )
        households = households.union(closed.order_by().values("household"))
    return Q(household__in=households)


def _wanted(determination: str, reference_date: date) -> Case:
    """The table above, over determinations at the lookup path `determination`."""
    status, since = f"{determination}household__status", f"{determination}household__registered_on"
    not_eligible = {f"{determination}outcome": Outcome.NOT_ELIGIBLE, status: HouseholdStatus.REGISTERED}
    return Case(
        When(
            **{f"{determination}outcome": Outcome.ELIGIBLE, status: HouseholdStatus.UNREGISTERED},
            then=Value(ProposalKind.IDENTIFY.value),
        ),
        When(**not_eligible, **{f"{since}__lt": reference_date}, then=Value(ProposalKind.EXIT.value)),
        When(**not_eligible, then=Value(ProposalKind.SUSPECTED_ERROR.value)),
        default=Value(""),
        output_field=CharField(),
    )


def _insert(run: Recalculation, wanted: QuerySet) -> None:
    """Open proposals for those wanted whose household has none: a second one would be a conflict."""
    fixed = {"state": ProposalState.OPEN.value, "made_by_id": run.pk, "made_at": timezone.now(), "reason": ""}
    columns = ("household_id", "determination_id", "kind")
    sql, params = compile_queryset(wanted.values("household_id", "pk", "wanted"))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Proposal._meta.db_table}" ({quoted([*columns, *fixed])}) '
            f'SELECT "household_id", "pk", "wanted", {", ".join(["%s"] * len(fixed))} FROM ({sql}) "wanted_now" '
            "WHERE TRUE ON CONFLICT DO NOTHING",
            prepared(Proposal, fixed) + params,
        )
