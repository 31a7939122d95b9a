"""The order in which the demo is made, and its refusal to be made twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from assistance.demo.accounts import DISTRICT, VILLAGE, make_accounts, make_auditors
from assistance.demo.alarms import make_alarms
from assistance.demo.cases import make_cases
from assistance.demo.decisions import confirm_villages, recalculate, try_out
from assistance.demo.doubts import make_doubts
from assistance.demo.helpers import write_help, write_linkages, write_units
from assistance.demo.places import write_villages
from assistance.demo.register import Registered, write_households
from assistance.demo.standards import make_standards
from assistance.models import HelpingUnit
from assistance.services import load_catalogue
from casework.services import CarryOver, carry_over_many
from households.choices import HouseholdStatus
from households.models import Household
from villages.loading import WUJIN, load_divisions
from villages.models import VillageIncome

# The invented document by which the register of before was drawn up.
DOCUMENT = "示例〔2016〕1号"
LEFT_SINCE = 19


class AlreadySeeded(Exception):
    """There are households or village incomes already; more are only added when asked for."""


@dataclass(frozen=True)
class Seeded:
    """How many households were written, how many of them the register of before held, and what came after."""

    households: int
    registered: int
    eligible: int
    villages_decided: int


@transaction.atomic
def seed(
    households: int,
    seed: int = 1,
    *,
    add: bool = False,
    today: date | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Seeded:
    """Make the demo: divisions, accounts, standards, villages, helpers, and that many households with their help.

    Then both standards are recalculated, and most of the villages below the line decided upon. The same seed gives the
    same data on the same day. `add` writes more households beside those that are there.

    Raises:
        AlreadySeeded: there is a register already, and `add` was not asked for.
    """
    if not add and (Household.objects.exists() or VillageIncome.objects.exists()):
        raise AlreadySeeded
    random, today = Random(f"{seed}/{Household.objects.count()}"), today or timezone.localdate()
    load_divisions(WUJIN)
    load_catalogue()
    users = make_accounts()
    make_standards(users["district"], users["district2"])
    are_villages_new = not VillageIncome.objects.exists()
    if are_villages_new:
        write_villages(random, VILLAGE)
    units = list(HelpingUnit.objects.order_by("code"))
    if not units:
        units = write_units(random, users)
        write_linkages(random, units, VILLAGE, users["district"])
    tell("places, people and standards")
    written = registered = 0
    for chunk in write_households(random, households, VILLAGE, users["township"].pk):
        carry_over(chunk, users["district"])
        write_help(random, chunk, units, users, today)
        registered += len(chunk)
        written = min(written + 5_000, households)
        tell(f"{written} / {households} households")
    analyse()
    runs = recalculate(DISTRICT, users["district"])
    tell("both standards recalculated")
    decided = confirm_villages(VILLAGE, users, make_auditors(users)) if are_villages_new else 0
    tell(f"{decided} villages decided upon")
    if are_villages_new:
        tell(f"{try_out(VILLAGE[:9], users['district'])} simulations made")
        tell(f"{make_cases(users, VILLAGE)} cases opened")
        tell(f"{make_doubts(users, VILLAGE, today)} doubts found")
    analyse()
    tell(f"{make_alarms(users, DISTRICT, VILLAGE, today)} alarms raised")
    return Seeded(households, registered, eligible=runs[0].counts["eligible"], villages_decided=decided)


def carry_over(registered: list[Registered], actor: User) -> None:
    """Bring those on the register of before in by carry-over cases; one in nineteen has left it since, with support."""
    rows = []
    for household in registered:
        has_left = int(household.number) % LEFT_SINCE == 0
        status = HouseholdStatus.EXITED_SUPPORTED if has_left else HouseholdStatus.REGISTERED
        rows.append(CarryOver(household.pk, status, household.registered_on, DOCUMENT))
    carry_over_many(rows, actor)


def analyse() -> None:
    """Let PostgreSQL know what the tables hold now, so that what comes next is planned well."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
