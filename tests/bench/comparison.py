"""Data comparison: a list as long as the register has households against all its members, and row by row on a sample.

Every household has authorised it. A tenth of the rows speak of members, the others of strangers. Ours is all that the
job does: the file unsealed, read, checked and hashed, its rows staged, the join, the doubts, and the rows let go again.
Row by row is what a program does that looks each row up and writes its doubt.
"""

import io
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from eligibility.choices import DoubtDirection, ListSource
from eligibility.comparison.models import Authorisation, ComparedList, Doubt, StagedRow
from eligibility.comparison.rows import RowReader
from fupin.identity import check_character
from households.models import Household, Member
from tests.bench.measured import Measured

HEADINGS = ["姓名", "身份证号", "登记日期", "车牌号"]
COLUMNS = {"name": "姓名", "id_number": "身份证号", "fact_date": "登记日期", "detail": ["车牌号"]}
HIT_OF = 10
SAMPLE = 3_000


def run() -> list[Measured]:
    """Measure on the database that DATABASE_URL names, which holds the demo; the doubts that are found stay."""
    rows = Household.objects.count()
    _authorise_all()
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".csv", newline="") as file:
        hits = _write_list(file, rows)
        file.flush()
        before = Doubt.objects.count()
        start = time.perf_counter()
        call_command(
            "load_list", ListSource.VEHICLE, file.name, date=date(2016, 1, 1), actor="district", authority="bench",
            complete=False, division=None, sheet=None, column=[], stdout=io.StringIO(), stderr=io.StringIO(),
        )  # fmt: skip
        seconds = time.perf_counter() - start
        found = Doubt.objects.count() - before
        if StagedRow.objects.exists() or found > hits or found < hits * 0.9:
            raise RuntimeError(f"{found} doubts of {hits} members on the list")
        sample, sample_rows = _row_by_row(Path(file.name))
    members = Member.objects.current().count()
    detail = (
        f"{rows:,} rows against {members:,} members: {seconds:.0f} s, {rows / seconds:,.0f} rows/s, {found:,} doubts; "
        f"row by row {sample_rows / sample:,.0f} rows/s on {sample_rows:,} of them"
    )
    ratio = (rows / seconds) / (sample_rows / sample)
    return [Measured("data comparison ÷ row by row, rows a second", round(ratio, 1), detail)]


def _authorise_all() -> None:
    today, entered_by = timezone.localdate(), User.objects.get(username="township").pk
    table = Authorisation._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {table} (household_id, signed_on, valid_until, signed_by, entered_by_id, entered_at)
            SELECT id, %s, %s, 'bench', %s, now() FROM households_household h
            WHERE NOT EXISTS (SELECT 1 FROM {table} a WHERE a.household_id = h.id)
            """,
            [today - timedelta(days=30), today + timedelta(days=335), entered_by],
        )
        cursor.execute(f"VACUUM ANALYZE {table}")


def _write_list(file, rows: int) -> int:
    """A list of so many rows; returns how many of them speak of members."""
    # The oldest members: a register that was grown has copies of them besides, whose hashes are of no number.
    known = Member.objects.current().order_by("pk").only("name", "id_number").iterator(chunk_size=5_000)
    unknown, hits = _strangers(), 0
    file.write(",".join(HEADINGS) + "\n")
    for number in range(rows):
        member = next(known, None) if number % HIT_OF == 0 else None
        hits += member is not None
        name, id_number = (member.name, member.id_number) if member else ("某某", next(unknown))
        file.write(f"{name},{id_number},2014-0{number % 9 + 1}-15,苏D{number:07d}\n")
    return hits


def _strangers() -> Iterator[str]:
    """Correct ID numbers of another province."""
    day = date(1940, 1, 1)
    while True:
        for order in range(1000):
            first_17 = f"510101{day:%Y%m%d}{order:03d}"
            yield first_17 + check_character(first_17)
        day += timedelta(days=1)


def _row_by_row(path: Path) -> tuple[float, int]:
    """Seconds for a sample of the rows, each looked up by itself, and how many they were."""
    today, listing = timezone.localdate(), ComparedList.objects.latest("pk")
    with path.open(encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(",") for line in islice(file, 1, SAMPLE + 1)]
    reader = RowReader(HEADINGS, COLUMNS, today)
    start = time.perf_counter()
    with transaction.atomic():
        for entry in reader.entries(enumerate(lines, 2)):
            member = Member.objects.current().filter(id_digest=entry.digest).select_related("household").first()
            if member and member.household.authorisations.valid_on(today).exists():
                Doubt.objects.update_or_create(
                    member=member, source=listing.source, direction=DoubtDirection.LISTED, fact_date=entry.fact_date,
                    defaults={"listing": listing, "detail": entry.detail, "raised_on": today, "due_on": today},
                )  # fmt: skip
        transaction.set_rollback(True)
    return time.perf_counter() - start, len(lines)
