"""The file laid over the register: what each household would be, and which rows that would write."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models
from django.db.models import F

from accounts.models import User
from fupin import bulk
from fupin.clock import DatabaseNow
from fupin.encryption import blind_index
from fupin.history import record_history
from fupin.money import to_fen
from households import entries
from households.choices import Relationship
from households.imports import columns as layout
from households.imports.parsing import Parsed, Row
from households.models import Fact, Household, IncomeYear, Member
from households.pinyin import HEAD_FIELDS, head_values
from households.rules import FactEntry, HouseholdEntry, IncomeEntry, MemberEntry
from households.signals import households_changed

CHUNK = 1_000
HOUSEHOLD_FIELDS = ("group", "phone", "attribute", "main_cause", "other_causes")
OF_MEMBER = tuple(name for name in entries.MEMBER_FIELDS if name != "id_number")
UPDATED = {
    Household: ("group", "phone", "attribute", "main_cause", "other_causes", *HEAD_FIELDS),
    Member: OF_MEMBER,
    IncomeYear: IncomeYear.AMOUNTS,
    Fact: entries.FACT_FIELDS,
}
SHEET_OF = {
    Household: layout.HOUSEHOLDS.name,
    Member: layout.MEMBERS.name,
    IncomeYear: layout.INCOMES.name,
    Fact: layout.FACTS.name,
}


@dataclass
class Kept:
    """What the register holds of a household."""

    household: Household
    members: dict[str, Member] = field(default_factory=dict)
    incomes: dict[int, IncomeYear] = field(default_factory=dict)
    facts: dict[tuple, Fact] = field(default_factory=dict)


@dataclass
class Merged:
    """A household as it would be: the entry, the register's rows behind it, and the file's rows by path."""

    parsed: Parsed
    kept: Kept | None
    entry: HouseholdEntry
    rows: dict[str, Row]


def fetch_kept(numbers: Iterable[str], *, lock: bool = False) -> dict[str, Kept]:
    """The households with these numbers and all their rows, in four queries; locked when they are to be written."""
    households = Household.objects.filter(number__in=list(numbers))
    if lock:
        households = households.select_for_update()
    kept = {household.pk: Kept(household) for household in households}
    for member in Member.objects.filter(household__in=kept).order_by("relationship", "pk"):
        known = kept[member.household_id].members.get(member.id_digest)
        if known is None or known.left_on is not None:
            kept[member.household_id].members[member.id_digest] = member
    for income in IncomeYear.objects.filter(household__in=kept):
        kept[income.household_id].incomes[income.year] = income
    for fact in Fact.objects.filter(household__in=kept):
        kept[fact.household_id].facts[fact.kind, fact.fact_date] = fact
    return {one.household.number: one for one in kept.values()}


def merge(parsed: Parsed, kept: Kept | None) -> Merged:
    """Lay the file's rows of one household over what the register holds of it; an empty cell changes nothing."""
    values = parsed.household.values
    if kept is None:
        entry = HouseholdEntry(village=values.get("village", ""), number=parsed.number)
    else:
        entry = entries.entry_from(kept.household, kept.members.values(), kept.incomes.values(), kept.facts.values())
    rows = {"": parsed.household}
    for name in HOUSEHOLD_FIELDS:
        if name in values:
            setattr(entry, name, values[name])
    places = {blind_index(member.id_number): place for place, member in enumerate(entry.members)}
    for row in parsed.members:
        place = _place(places, blind_index(row.values.get("id_number", "")), entry.members, MemberEntry)
        rows[f"members.{place}"] = row
        _overlay(entry.members[place], row.values, entries.MEMBER_FIELDS)
    places = {income.year: place for place, income in enumerate(entry.incomes)}
    for row in parsed.incomes:
        place = _place(places, row.values.get("year"), entry.incomes, IncomeEntry)
        rows[f"incomes.{place}"] = row
        entry.incomes[place].year = row.values.get("year")
        entry.incomes[place].amounts |= {name: row.values[name] for name in layout.AMOUNT_FIELDS if name in row.values}
    places = {(fact.kind, fact.fact_date): place for place, fact in enumerate(entry.facts)}
    for row in parsed.facts:
        key = (row.values.get("kind"), row.values.get("fact_date"))
        place = _place(places, key, entry.facts, FactEntry)
        rows[f"facts.{place}"] = row
        _overlay(entry.facts[place], row.values, entries.FACT_FIELDS)
    return Merged(parsed, kept, entry, rows)


def _place(places: dict, key, rows: list, entry_class: type) -> int:
    """Where the row with this key stands; a second row of the file with the same key gets a place of its own."""
    if key in places:
        return places.pop(key)
    rows.append(entry_class())
    return len(rows) - 1


def _overlay(entry: MemberEntry | FactEntry, values: dict, names: tuple[str, ...]) -> None:
    for name in names:
        if name in values:
            setattr(entry, name, values[name])


def _fen(yuan: Decimal) -> int:
    """As `to_fen`, without the way there for what is nothing, as most amounts of a statement are."""
    return to_fen(yuan) if yuan else 0


def _heads_last(members: list[Member]) -> tuple[list[Member], list[Member]]:
    heads = [member for member in members if member.relationship == Relationship.HEAD]
    return [member for member in members if member.relationship != Relationship.HEAD], heads


class Plan:
    """The rows that a chunk of merged households would write, and how many of the file's rows change what."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter] = defaultdict(Counter)
        self.new: list[Merged] = []
        self.touched: dict[int, Merged] = {}
        self.changed: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self.added: list[tuple[Merged, type[models.Model], dict]] = []

    def take(self, merged: Merged) -> None:
        """Count a household's rows, and note what is to be written for it."""
        if merged.kept is None:
            self.new.append(merged)
            self.counts[SHEET_OF[Household]]["new"] += 1
        else:
            values = {name: getattr(merged.entry, name) for name in HOUSEHOLD_FIELDS}
            self._compare(merged, merged.kept.household, values | head_values(merged.entry.head.name))
        kept = merged.kept
        for path in merged.rows:
            part, _dot, place = path.partition(".")
            if part == "members":
                values = entries.member_values(merged.entry.members[int(place)])
                self._put(merged, Member, kept and kept.members.get(values["id_digest"]), values)
            elif part == "incomes":
                values = entries.income_values(merged.entry.incomes[int(place)])
                self._put(merged, IncomeYear, kept and kept.incomes.get(values["year"]), values)
            elif part == "facts":
                values = entries.fact_values(merged.entry.facts[int(place)])
                self._put(merged, Fact, kept and kept.facts.get((values["kind"], values["fact_date"])), values)

    def _put(self, merged: Merged, model: type[models.Model], row: models.Model | None, values: dict) -> None:
        if row is not None:
            return self._compare(merged, row, values)
        self.counts[SHEET_OF[model]]["new"] += 1
        self.added.append((merged, model, values))
        if merged.kept is not None:
            self.touched[merged.kept.household.pk] = merged
        return None

    def _compare(self, merged: Merged, row: models.Model, values: dict) -> None:
        if entries.write_values(row, values):
            self.counts[SHEET_OF[type(row)]]["changed"] += 1
            self.changed[type(row)].append(row)
            self.touched[merged.kept.household.pk] = merged
        else:
            self.counts[SHEET_OF[type(row)]]["unchanged"] += 1

    def forget_rows(self) -> None:
        """Keep the counts and let the rows go, when a chunk is only counted."""
        self.new, self.touched, self.added = [], {}, []
        self.changed.clear()

    def write(self, actor: User) -> list[int]:
        """Write the chunk in sets, with its history. Returns the keys of the households that are new or changed."""
        keys = self._write_new_households(actor)
        self._write_changed(actor)
        self._write_added(keys, actor)
        self._raise_versions(actor)
        written = [*keys.values(), *self.touched]
        if written:
            households_changed.send(Household, households=written)
        return written

    def _write_new_households(self, actor: User) -> dict[int, int]:
        """Keys of the new households, by the identity of what was merged."""
        if not self.new:
            return {}
        first = bulk.reserve(Household, len(self.new))
        rows = []
        for key, merged in enumerate(self.new, first):
            entry, head = merged.entry, head_values(merged.entry.head.name)
            own = [getattr(entry, name) for name in HOUSEHOLD_FIELDS]
            rows.append((key, entry.number, entry.village, *head.values(), actor.pk, *own))
        bulk.write(
            Household,
            ("id", "number", "village", "head_name", "head_pinyin", "head_initials", "entered_by", *HOUSEHOLD_FIELDS),
            rows,
        )
        record_history(Household, [row[0] for row in rows], actor, kind="+")
        return {id(merged): key for key, merged in enumerate(self.new, first)}

    def _write_changed(self, actor: User) -> None:
        for model, rows in self.changed.items():
            if model is Household:
                continue
            # The one head of a household is unique at every moment: who stops being it comes first.
            for part in _heads_last(rows) if model is Member else [rows]:
                model.objects.bulk_update(part, UPDATED[model], batch_size=500)
            record_history(model, [row.pk for row in rows], actor)

    def _write_added(self, keys: dict[int, int], actor: User) -> None:
        by_model = defaultdict(list)
        for merged, model, values in self.added:
            household = keys[id(merged)] if merged.kept is None else merged.kept.household.pk
            by_model[model].append({"household": household, "village": merged.entry.village} | values)
        for model, rows in by_model.items():
            if model is IncomeYear:
                rows = [row | {name: _fen(row[name]) for name in IncomeYear.AMOUNTS} for row in rows]
            first = bulk.reserve(model, len(rows))
            names = ("id", *rows[0])
            bulk.write(model, names, ((key, *row.values()) for key, row in enumerate(rows, first)))
            record_history(model, list(range(first, first + len(rows))), actor, kind="+")

    def _raise_versions(self, actor: User) -> None:
        households = [merged.kept.household for merged in self.touched.values()]
        if not households:
            return
        Household.objects.bulk_update(self.changed[Household], UPDATED[Household], batch_size=500)
        touched = Household.objects.filter(pk__in=[household.pk for household in households])
        touched.update(version=F("version") + 1, touched_at=DatabaseNow())
        record_history(Household, [household.pk for household in households], actor)
