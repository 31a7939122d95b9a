"""Households that move to another village while a run goes on: met by one chunk each, in the end.

A chunk holds the households of its villages as they lie when it is done. Who moves from one that is done to one that is
not would be counted in both; who moves the other way, in neither. So a chunk notes the moves that it has seen before
it read anything, and a run does not end before every chunk has seen every move into or out of its villages.
"""

from collections.abc import Iterable

from django.db.models import F, Q

from eligibility.choices import ChunkState, Subject
from eligibility.models import Recalculation, RecalculationChunk
from eligibility.scopes import households_of
from fupin.clock import OVERLAP
from fupin.models import Job
from fupin.scope import division_range
from households.models import Household, HouseholdMove


def seen(run: Recalculation, chunk: RecalculationChunk) -> list[int]:
    """Keys of the moves into or out of a chunk since the run began. Ask before the chunk reads its households."""
    first, last = chunk.first_village, chunk.last_village
    through = Q(from_village__gte=first, from_village__lte=last) | Q(to_village__gte=first, to_village__lte=last)
    return list(_during(run).filter(through).order_by("pk").values_list("pk", flat=True))


def reopen_chunks(run: Recalculation) -> bool:
    """Open the chunks again that have not seen a move, and make those that are lacking. Returns whether there are any.

    Call it with the run locked and all its chunks done.
    """
    within = division_range("from_village", run.division_code) | division_range("to_village", run.division_code)
    moved = list(_during(run).filter(within))
    if not moved:
        return False
    chunks = list(run.chunks.all())
    unseen = [chunk.pk for chunk in chunks if _has_news(chunk, moved)]
    run.chunks.filter(pk__in=unseen).update(state=ChunkState.OPEN, attempts=0, claimed_at=None)
    lacking = list(_lacking(run, chunks, {move.household_id for move in moved}))
    RecalculationChunk.objects.bulk_create(lacking)
    more = sum(chunk.households for chunk in lacking)
    Job.objects.filter(pk=run.pk).update(total=F("total") + more)
    return bool(unseen or lacking)


def _during(run: Recalculation):
    if run.version.standard.subject == Subject.VILLAGE:
        return HouseholdMove.objects.none()
    return HouseholdMove.objects.filter(moved_at__gte=run.watermark - OVERLAP)


def _has_news(chunk: RecalculationChunk, moved: list[HouseholdMove]) -> bool:
    """Whether somebody moved into or out of a chunk, and it has not seen it."""
    first, last, known = chunk.first_village, chunk.last_village, set(chunk.moves)
    return any(
        move.pk not in known and (first <= move.from_village <= last or first <= move.to_village <= last)
        for move in moved
    )


def _lacking(run: Recalculation, chunks: list[RecalculationChunk], keys: set[int]) -> Iterable[RecalculationChunk]:
    """Chunks for those who moved to where no chunk is: into a village of nobody, or beside the parts of a split one."""
    rows = Household.objects.filter(households_of(run), pk__in=keys).order_by("pk").values_list("pk", "village_id")
    known = list(chunks)
    for household, village in rows:
        of_village = [chunk for chunk in known if chunk.first_village <= village <= chunk.last_village]
        if any(_holds(chunk, household) for chunk in of_village):
            continue
        first = last = household if of_village else None
        chunk = RecalculationChunk(
            run=run,
            position=len(known),
            first_village=village,
            last_village=village,
            first_household=first,
            last_household=last,
            households=1,
        )
        known.append(chunk)
        yield chunk


def _holds(chunk: RecalculationChunk, household: int) -> bool:
    return chunk.first_household is None or chunk.first_household <= household <= chunk.last_household
