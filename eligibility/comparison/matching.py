"""A list against the register, in sets: rows are staged in bulk, joined once by the keyed hash, and hits become doubts.

Staged is the hash of the ID number and, sealed with the list's own key, what the list says; nothing else of the people
on it. The staged rows go in the same job, and the key goes with the file, so that nothing of those who are not members
can be read afterwards, in no backup and no log of the database either.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from eligibility.choices import DoubtDirection, DoubtState, DoubtStepKind
from eligibility.comparison.authorisations import authorised_on, counts_without
from eligibility.comparison.models import Authorisation, ComparedList, Doubt, DoubtStep, StagedRow
from eligibility.comparison.rows import Entry, content_of
from eligibility.comparison.sources import COMPARED_STATUSES, MEANINGS, OF_HOUSEHOLDS
from fupin import bulk
from fupin.encryption import blind_index
from fupin.scope import division_range
from fupin.sealed import TextSealer
from households.choices import Verification
from households.models import Fact, Household, Member

STAGED_AT_ONCE = 5_000
MEMBERS_AT_ONCE = 1_000
DUPLICATES_LISTED = 50

Tell = Callable[[int], None]


@dataclass
class Evidence:
    """What a list says of a member on one date: of several rows, together."""

    fact_date: date | None
    detail: str = ""
    amount: Decimal | None = None
    name_differs: bool = False

    @property
    def digest(self) -> str:
        """Keyed hash of what is said, by which a later list is seen to say something else."""
        return blind_index(f"{self.detail}\n{'' if self.amount is None else self.amount}") if self else ""

    def __bool__(self) -> bool:
        return bool(self.detail) or self.amount is not None


# --- Rows in ----------------------------------------------------------------------------------------------------------
def stage(listing: ComparedList, entries: Iterable[Entry], tell: Tell = lambda _rows: None) -> int:
    """Stage the rows of a list in place of what an earlier try left. Returns how many.

    Args:
        tell: told the number of rows after every few thousand.
    """
    StagedRow.objects.filter(listing=listing).delete()
    sealer = TextSealer(listing.key)
    names = ("listing_id", "row", "digest", "fact_date", "content", "member_id")
    staged, batch = 0, []

    def write() -> None:
        bulk.write(StagedRow, names, batch)
        tell(staged)

    for entry in entries:
        batch.append((listing.pk, entry.row, entry.digest, entry.fact_date, sealer.seal(entry.content), None))
        staged += 1
        if len(batch) == STAGED_AT_ONCE:
            write()
            batch = []
    write()
    return staged


def duplicates(listing: ComparedList) -> tuple[int, list[tuple[int, int]]]:
    """How many rows say again what another row says of a person and a date, and the first of them: row and times."""
    rows = (
        StagedRow.objects.filter(listing=listing)
        .order_by()
        .values("digest", "fact_date")
        .annotate(first=Min("row"), times=Count("pk"))
        .filter(times__gt=1)
    )
    found = list(rows.order_by("first").values_list("first", "times")[:DUPLICATES_LISTED])
    total = sum(times - 1 for times in rows.values_list("times", flat=True).iterator())
    return total, found


# --- One join ---------------------------------------------------------------------------------------------------------
def join(listing: ComparedList, day: date) -> None:
    """Write to each staged row which current member of the area it speaks of, if the household has authorised it."""
    staged, member, household, authorisation = (
        model._meta.db_table for model in (StagedRow, Member, Household, Authorisation)
    )
    statuses = ", ".join(["%s"] * len(COMPARED_STATUSES))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'ANALYZE "{staged}"')
        cursor.execute(
            f"""
            UPDATE "{staged}" SET member_id = found.id
            FROM (
                SELECT m.id, m.id_digest FROM "{member}" m JOIN "{household}" h ON h.id = m.household_id
                WHERE m.left_on IS NULL AND m.village_id >= %s AND m.village_id < %s AND h.status IN ({statuses})
                AND EXISTS (
                    SELECT 1 FROM "{authorisation}" a WHERE a.household_id = h.id
                    AND a.signed_on <= %s AND a.valid_until >= %s AND a.withdrawn_on IS NULL
                )
            ) AS found
            WHERE listing_id = %s AND digest = found.id_digest
            """,
            [
                listing.division_code,
                str(int(listing.division_code) + 1),
                *(status.value for status in COMPARED_STATUSES),
                *[day.isoformat()] * 2,
                listing.pk,
            ],
        )


def left_out(listing: ComparedList, day: date) -> dict[str, int]:
    """How many households of the area no list may be compared with, by status. It does not say who would have hit."""
    return counts_without(Household.objects.filter(division_range("village_id", listing.division_code)), day)


# --- Doubts out -------------------------------------------------------------------------------------------------------
def raise_doubts(listing: ComparedList, day: date, tell: Tell = lambda _members: None) -> Counter:
    """Turn the hits into doubts, a thousand members a transaction. Done again, it finds its own doubts and adds none.

    Returns:
        How many members were hit, agree with the register, were known, are new, and were opened again.
    """
    counts: Counter = Counter()
    for first, last in _portions(StagedRow.objects.filter(listing=listing, member__isnull=False)):
        counts += _raise_listed(listing, first, last, day)
        tell(counts["members"])
    if listing.is_complete and MEANINGS[listing.source].expected is not None:
        counts += _raise_missing(listing, day)
        counts["lapsed"] = _lapse_missing(listing, day)
    return counts


def _portions(rows: QuerySet) -> Iterator[tuple[int, int]]:
    """First and last member of each portion."""
    last = 0
    while True:
        keys = rows.filter(member_id__gt=last).order_by("member_id").values_list("member_id", flat=True).distinct()
        portion = list(keys[:MEMBERS_AT_ONCE])
        if not portion:
            return
        last = portion[-1]
        yield portion[0], last


@transaction.atomic
def _raise_listed(listing: ComparedList, first: int, last: int, day: date) -> Counter:
    said = _evidence(listing, first, last)
    members = _members(said)
    facts = _facts_of(listing.source, {member.household_id for member in members.values()})
    known = {
        (doubt.member_id, doubt.fact_date): doubt
        for doubt in _known(listing, DoubtDirection.LISTED).filter(member__in=said).select_for_update()
    }
    agrees = MEANINGS[listing.source].agrees
    counts: Counter = Counter(members=len(said))
    new, changed, reopened = [], [], []
    for key, by_date in said.items():
        member = members[key]
        for fact_date, evidence in by_date.items():
            doubt = known.get((key, fact_date))
            if doubt is not None:
                counts["known"] += 1
                is_other = doubt.evidence != evidence.digest
                changed.append(doubt)
                if is_other and doubt.result and doubt.result != Verification.TRUE:
                    reopened.append(_reopen(doubt, day))
                _update(doubt, listing, evidence)
            elif agrees(member, facts.get(member.household_id, ()), fact_date, listing.list_date):
                counts["agreeing"] += 1
            else:
                new.append(_doubt(listing, key, DoubtDirection.LISTED, evidence, day))
    Doubt.objects.bulk_update(changed, UPDATED, batch_size=200)
    _write(new, reopened)
    return counts + Counter(new=len(new), reopened=len(reopened))


UPDATED = (
    "listing", "detail", "amount", "evidence", "name_differs", "state", "result", "due_on", "found_date", "checked_on",
    "checked_by", "closed_at", "closed_by", "version",
)  # fmt: skip


def _evidence(listing: ComparedList, first: int, last: int) -> dict[int, dict[date | None, Evidence]]:
    """What the list says of these members, by member and date; rows that say the same count once."""
    sealer = TextSealer(listing.key)
    names = dict(Member.objects.filter(pk__gte=first, pk__lte=last).values_list("pk", "name"))
    said: dict[int, dict[date | None, Evidence]] = defaultdict(dict)
    seen = set()
    rows = StagedRow.objects.filter(listing=listing, member__gte=first, member__lte=last).order_by("member_id", "row")
    for key, fact_date, content in rows.values_list("member_id", "fact_date", "content"):
        text = sealer.open(content)
        evidence = said[key].setdefault(fact_date, Evidence(fact_date))
        if (key, fact_date, text) in seen:
            continue
        seen.add((key, fact_date, text))
        name, detail, amount = content_of(text)
        evidence.detail = "；".join(filter(None, (evidence.detail, detail)))
        if amount is not None:
            evidence.amount = (evidence.amount or 0) + amount
        evidence.name_differs |= bool(name) and _bare(name) != _bare(names[key])
    return dict(said)


def _bare(name: str) -> str:
    return "".join(character for character in name if character.isalpha())


def _members(keys: Iterable[int]) -> dict[int, Member]:
    members = Member.objects.filter(pk__in=list(keys)).only("household_id", "health", "schooling")
    return {member.pk: member for member in members}


def _facts_of(source: str, households: set[int]) -> dict[int, list[Fact]]:
    facts = defaultdict(list)
    kind = MEANINGS[source].fact_kind
    if kind:
        for fact in Fact.objects.filter(household__in=households, kind=kind):
            facts[fact.household_id].append(fact)
    return facts


def _known(listing: ComparedList, direction: str) -> QuerySet:
    return Doubt.objects.filter(source=listing.source, direction=direction)


def _doubt(listing: ComparedList, member: int, direction: str, evidence: Evidence, day: date) -> Doubt:
    return Doubt(
        member_id=member,
        source=listing.source,
        direction=direction,
        fact_date=evidence.fact_date,
        listing=listing,
        detail=evidence.detail,
        amount=evidence.amount,
        evidence=evidence.digest,
        name_differs=evidence.name_differs,
        raised_on=day,
        due_on=due_on(day),
    )


def due_on(day: date) -> date:
    """Until when a doubt that is found, or opened again, on this day is to be checked at home."""
    return day + timedelta(days=settings.FUPIN_DOUBT_DAYS)


def _update(doubt: Doubt, listing: ComparedList, evidence: Evidence) -> None:
    """What the newest list says. What people found stays as it is."""
    if listing.list_date >= doubt.listing.list_date:
        doubt.listing, doubt.detail, doubt.amount = listing, evidence.detail, evidence.amount
        doubt.evidence, doubt.name_differs = evidence.digest, evidence.name_differs


def _reopen(doubt: Doubt, day: date) -> Doubt:
    """An answer holds for what was asked: the list says something else now, so it is asked again."""
    doubt.state, doubt.result, doubt.due_on = DoubtState.OPEN, "", due_on(day)
    doubt.found_date = doubt.checked_on = doubt.checked_by = doubt.closed_at = doubt.closed_by = None
    doubt.version += 1
    return doubt


def _write(new: list[Doubt], reopened: list[Doubt]) -> None:
    Doubt.objects.bulk_create(new, batch_size=500)
    steps = [DoubtStep(doubt=doubt, kind=DoubtStepKind.RAISED) for doubt in new]
    steps += [DoubtStep(doubt=doubt, kind=DoubtStepKind.REOPENED) for doubt in reopened]
    DoubtStep.objects.bulk_create(steps, batch_size=1000)


# --- What should be on the list and is not ----------------------------------------------------------------------------
def _raise_missing(listing: ComparedList, day: date) -> Counter:
    """Doubts on members of the area who should stand on the list, by what the register says, and do not."""
    counts: Counter = Counter()
    expected = (
        Member.objects.current()
        .filter(
            division_range("village_id", listing.division_code),
            MEANINGS[listing.source].expected(),
            authorised_on(day, "household_id"),
            household__status__in=COMPARED_STATUSES,
        )
        .exclude(_is_on(listing))
    )
    last = 0
    while portion := list(expected.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:MEMBERS_AT_ONCE]):
        last = portion[-1]
        counts += _missing_portion(listing, portion, day)
    return counts


@transaction.atomic
def _missing_portion(listing: ComparedList, portion: list[int], day: date) -> Counter:
    known = _known(listing, DoubtDirection.MISSING).filter(member__in=portion)
    lapsed = {doubt.member_id: doubt for doubt in known.filter(state=DoubtState.LAPSED).select_for_update()}
    settled = set(known.exclude(state=DoubtState.LAPSED).values_list("member_id", flat=True))
    reopened = [_reopen(doubt, day) for doubt in lapsed.values()]
    for doubt in reopened:
        doubt.listing = listing
    Doubt.objects.bulk_update(reopened, UPDATED, batch_size=200)
    nothing = Evidence(None)
    new = [
        _doubt(listing, key, DoubtDirection.MISSING, nothing, day)
        for key in portion
        if key not in settled and key not in lapsed
    ]
    _write(new, reopened)
    return Counter(missing=len(new), known=len(settled), reopened=len(reopened))


def _is_on(listing: ComparedList) -> Exists:
    """Whether the member stands on the list, or where the list speaks of households, anybody of the household."""
    rows = StagedRow.objects.filter(listing=listing, member__isnull=False)
    if listing.source in OF_HOUSEHOLDS:
        return Exists(rows.filter(member__household=OuterRef("household_id")))
    return Exists(rows.filter(member=OuterRef("pk")))


@transaction.atomic
def _lapse_missing(listing: ComparedList, day: date) -> int:
    """End the doubts on members who are on the newer list, or of whom the register no longer says that they should."""
    waiting = _known(listing, DoubtDirection.MISSING).unclosed()
    waiting = waiting.filter(division_range("member__village_id", listing.division_code))
    still = Member.objects.current().filter(MEANINGS[listing.source].expected()).exclude(_is_on(listing))
    over = list(waiting.exclude(member__in=still.order_by().values("pk")).select_for_update(of=("self",)))
    for doubt in over:
        doubt.state, doubt.version = DoubtState.LAPSED, doubt.version + 1
    Doubt.objects.bulk_update(over, ["state", "version"], batch_size=200)
    DoubtStep.objects.bulk_create([DoubtStep(doubt=doubt, kind=DoubtStepKind.LAPSED) for doubt in over])
    return len(over)
