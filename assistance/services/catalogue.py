"""The catalogue of measures that Fupin ships with: pillars 3 to 6 of the policy, kept as data in catalogue.csv."""

import csv
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from assistance.models import Measure

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue.csv"


@dataclass(frozen=True)
class Loaded:
    """How many measures were new, and how many were there before and stayed as they are."""

    created: int
    kept: int


@transaction.atomic
def load_catalogue(path: Path = CATALOGUE) -> Loaded:
    """Add the measures of the shipped catalogue that are missing; those that exist stay as the district edited them.

    Raises:
        ValidationError: a row is no correct measure; nothing is loaded then.
    """
    existing = set(Measure.objects.values_list("code", flat=True))
    created = 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["code"] not in existing:
            measure = Measure(**row)
            measure.full_clean()
            measure.save()
            created += 1
    return Loaded(created=created, kept=len(rows) - created)
