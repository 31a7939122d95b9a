"""The public register: what is written into it, under which keys, and when a household leaves it; and what is posted.

Whatever writes here runs inside the transaction that changed the household, so that what the public sees is never
older than what was decided.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from casework.models import Notice, PublicRecord
from fupin.encryption import blind_index
from fupin.masking import mask_name
from households.choices import HouseholdStatus
from households.models import Household, Member

# Who is shown: households that are on the register, and those that left it but still have its support. Whoever stands
# on their own feet again, was removed or dissolved is nobody's business any more.
PUBLIC_STATUSES = (HouseholdStatus.REGISTERED, HouseholdStatus.EXITED_SUPPORTED)
CHUNK = 5_000
# The dots that people write between the parts of a name (买买提·艾力).
DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅．.", "·"))


def normalise_name(name: str) -> str:
    """A name as it is compared: full width or half, with or without spaces, whichever dot, whichever case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(folded.split()).translate(DOTS)


def name_key(village_code: str, name: str) -> str:
    """The key by which a head's name is found within a village; it tells nothing about the name."""
    return blind_index(f"{village_code}/{normalise_name(name)}")


def chunks(items: Iterable, size: int = CHUNK) -> Iterator[list]:
    """The items in lists of at most `size`."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk


@transaction.atomic
def publish(households: Iterable[int]) -> int:
    """Make the public register agree with these households (keys): write those that may be public, remove the others.

    Returns:
        How many of them are public now.
    """
    return sum(_publish(chunk) for chunk in chunks(households))


def _publish(keys: Sequence[int]) -> int:
    rows = list(
        Household.objects.filter(pk__in=keys, status__in=PUBLIC_STATUSES).values_list(
            "pk", "number", "village_id", "village__name", "village__parent__name", "group", "head_name", "status",
            "registered_on",
        )
    )  # fmt: skip
    hidden = Household.objects.filter(pk__in=keys).exclude(status__in=PUBLIC_STATUSES)
    PublicRecord.objects.filter(number__in=hidden.values("number")).delete()
    sizes = _sizes([row[0] for row in rows])
    PublicRecord.objects.bulk_create(
        (
            PublicRecord(
                number=number,
                village_code=village,
                name_key=name_key(village, head),
                village_name=village_name,
                township_name=township_name or "",
                group=group,
                masked_name=mask_name(head),
                size=sizes.get(key, 0),
                status=status,
                year=registered_on.year,
            )
            for key, number, village, village_name, township_name, group, head, status, registered_on in rows
        ),
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=[field.name for field in PublicRecord._meta.concrete_fields if not field.primary_key],
    )
    return len(rows)


def _sizes(keys: list[int]) -> dict[int, int]:
    """Members who count today, by household."""
    counting = Member.objects.filter(household__in=keys).counting_on(timezone.localdate())
    return dict(counting.order_by().values_list("household").annotate(Count("pk")))


def follow_households(sender, households: Iterable[int], **_signal) -> None:
    """Keep the public register in step with an edit or an import (`households.signals.households_changed`)."""
    publish(households)


def find_by_name(village_code: str, name: str) -> list[PublicRecord]:
    """The public records of a village whose head has exactly this name; mostly one or none."""
    return list(PublicRecord.objects.filter(village_code=village_code, name_key=name_key(village_code, name)))


def find_by_number(number: str, name: str) -> list[PublicRecord]:
    """The public record with this number, if its head has exactly this name.

    Number and name are compared with the same work whether the number exists or not.
    """
    record = next(iter(PublicRecord.objects.filter(number=number)), None) or PublicRecord()
    is_same = constant_time_compare(record.name_key, name_key(record.village_code, name))
    return [record] if is_same else []


# --- What is posted -------------------------------------------------------------------------------------------------
def notices_running_on(day: date) -> QuerySet:
    """The notices that the public may read on this day, by village, with how many households each lists."""
    return Notice.objects.running_on(day).select_related("village__parent").with_counts().order_by("village_id", "-pk")


def posted(code: str) -> Notice | None:
    """The notice with this code in its public address, whether it runs or not."""
    return Notice.objects.filter(code=code).select_related("village__parent").first()
