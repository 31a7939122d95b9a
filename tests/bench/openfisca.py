"""The same recalculation by OpenFisca-core, from the database and back to it, and whether its outcomes are ours.

It has an environment of its own, of requirements-bench.txt, which OPENFISCA_PYTHON names: what it needs is no part of
Fupin. What it writes goes into `bench_openfisca`, which has the columns and
indexes of the determinations; `tests.bench.openfisca_rule` is the whole of the work.
"""

import json
import os
import subprocess
from datetime import date
from uuid import uuid4

from django.db import connection

from eligibility.models import StandardVersion

_COMPARED = """
    SELECT count(*), count(*) FILTER (WHERE o.outcome <> d.outcome OR o.reasons <> d.reasons
                                            OR o.headcount <> d.headcount),
           count(*) FILTER (WHERE o.net_income IS DISTINCT FROM d.net_income),
           COALESCE(max(abs(o.net_income - d.net_income)), 0)
    FROM eligibility_determination d FULL JOIN bench_openfisca o ON o.household_id = d.household_id
    WHERE d.is_current IS NOT FALSE AND d.standard_id = %s"""


def python() -> str:
    """The interpreter that has OpenFisca; empty where there is none."""
    return os.environ.get("OPENFISCA_PYTHON", "")


def make_table() -> None:
    """An empty table for OpenFisca's results."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_openfisca")
        cursor.execute("CREATE TABLE bench_openfisca (LIKE eligibility_determination INCLUDING ALL)")


def openfisca(version: StandardVersion, loader: str) -> dict:
    """One run in a process of its own: its `seconds`, `stages` and `megabytes`."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_openfisca")
    standard = {
        "standard_id": version.standard_id,
        "run_id": str(uuid4()),
        "year": version.income_year,
        "day": (version.reference_date - date(1970, 1, 1)).days,
        "line": int(version.line * 100),
        "divisor": version.divisor,
        "items": list(version.items),
        "facts": [(each.fact_kind, each.effect, each.bit) for each in version.criteria.all()],
    }
    command = [python(), "-m", "tests.bench.openfisca_rule", os.environ["DATABASE_URL"], loader]
    done = subprocess.run([*command, json.dumps(standard)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def compare(version: StandardVersion) -> dict:
    """How many households there are, how many are decided otherwise, and how many sums differ, by how many fen."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED, [version.standard_id])
        names = ("households", "decided_otherwise", "other_sums", "at_most_fen")
        return dict(zip(names, cursor.fetchone(), strict=True))
