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
from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone

from eligibility.choices import Outcome, ProposalKind, ProposalState
from eligibility.models import Determination, Proposal, Recalculation
from eligibility.statements import compile_queryset, prepared, quoted
from fupin.scope import division_range
from households.choices import HouseholdStatus


@transaction.atomic
def renew(run: Recalculation) -> None:
    """Bring the proposals of a run's standard and division into line with the determinations that count now.

    An open proposal that no longer holds lapses. What people dismissed or took up is proposed again only when the
    determination has changed since. A household has one open proposal at a time, whichever standard made it.
    """
    standard, reference_date = run.version.standard_id, run.version.reference_date
    current = Determination.objects.filter(standard=standard, is_current=True)
    ours = Proposal.objects.open().filter(
        division_range("household__village_id", run.division_code), determination__standard=standard
    )
    ours.exclude(determination__in=current).update(
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
        current.filter(division_range("village_id", run.division_code))
        .annotate(wanted=_wanted("", reference_date))
        .exclude(wanted="")
        .filter(~Exists(settled))
    )
    _insert(run, wanted)


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
