"""A standard as a document: round trips are exact, and every mistake names its place and what would be right."""

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import standards
from eligibility.choices import Cost, Divisor, Effect
from eligibility.documents import WrongDocument, as_document, from_document
from eligibility.standards import CRITERION_VALUES, VALUES
from households.choices import AMOUNT_OF_FACT, FactKind
from households.models import IncomeYear
from tests.factories import make_user
from villages.models import VillageIncome

amounts = st.integers(0, 10**14 - 1).map(lambda fen: Decimal(fen).scaleb(-2))
days = st.dates(date(1990, 1, 1), date(2099, 12, 31))
# Whatever a database keeps: no null character, no half of a surrogate pair.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@st.composite
def criteria(draw) -> list[dict]:
    rows = []
    for kind in draw(st.lists(st.sampled_from(FactKind.values), unique=True)):
        threshold = draw(st.none() | amounts) if kind in AMOUNT_OF_FACT else None
        effect = draw(st.sampled_from([Effect.EXCLUDE.value, Effect.INCLUDE.value]))
        rows.append({"effect": effect, "fact_kind": kind, "threshold": threshold, "note": draw(texts)})
    for cost in draw(st.lists(st.sampled_from(Cost.values), unique=True)):
        cap = draw(st.none() | amounts)
        rows.append({"effect": "deduct", "cost": cost, "floor": draw(amounts), "cap": cap, "note": draw(texts)})
    return draw(st.permutations(rows))


@st.composite
def contents(draw, known: tuple[str, ...] = IncomeYear.ITEMS) -> dict:
    first, last = sorted(draw(st.tuples(days, days).filter(lambda both: both[0] != both[1])))
    return {
        "reference_date": draw(days),
        "income_year": draw(st.integers(1990, 2099)),
        "line": draw(amounts),
        "inclusive": draw(st.booleans()),
        "divisor": draw(st.sampled_from(Divisor.values)),
        "items": draw(st.lists(st.sampled_from(known), min_size=1, unique=True)),
        "item_notes": draw(st.dictionaries(st.sampled_from(known), texts)),
        "valid_from": draw(st.sampled_from([None, first])),
        "valid_to": draw(st.sampled_from([None, last])),
        "basis": draw(texts),
        "note": draw(texts),
    }


def said_by(version) -> tuple[dict, list[dict]]:
    """All that the tables hold of what a version says."""
    values = {name: getattr(version, name) for name in VALUES}
    return values, [{name: getattr(row, name) for name in CRITERION_VALUES} for row in version.criteria.all()]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(values=contents(), rows=criteria())
def test_out_and_in_again_says_exactly_the_same(values, rows):
    with transaction.atomic():
        proposer = make_user("district")
        version = standards.propose("one", "识别标准", "household", values, rows, proposer)
        version.refresh_from_db()
        document = as_document(version)
        content = from_document(document)
        assert (content.values, content.criteria) == said_by(version)
        other = standards.propose("other", content.title, content.subject, content.values, content.criteria, proposer)
        other.refresh_from_db()
        assert as_document(other) | {"code": "one"} == document
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_standard_for_villages_comes_back_too():
    values = {
        "reference_date": date(2015, 12, 31),
        "income_year": 2015,
        "line": Decimal("1500000.00"),
        "items": list(VillageIncome.CATEGORIES)[1:],
        "item_notes": {VillageIncome.CATEGORIES[0]: "不计"},
    }
    version = standards.propose("weak", "标准", "village", values, [], make_user("district"))
    document = as_document(version)
    assert "divisor" not in document
    assert "criteria" not in document
    assert from_document(document).values == said_by(version)[0]


def test_a_document_makes_records_that_are_kept_nowhere():
    version, rows = from_document(DOCUMENT).version()
    assert (version.pk, version.line, version.standard.code) == (None, Decimal("9000.00"), "line-2016")
    assert [(row.position, row.code, row.threshold) for row in rows] == [
        (0, "vehicle", Decimal("30000.00")),
        (1, "medical_cost", None),
    ]


DOCUMENT = {
    "format": "fupin-standard-1",
    "code": "line-2016",
    "title": "识别标准",
    "applies_to": "household",
    "reference_date": "2015-12-31",
    "income_year": 2015,
    "line": "9000.00",
    "inclusive": False,
    "divisor": "resident",
    "income_items": {name: {"counted": True} for name in IncomeYear.ITEMS},
    "criteria": [
        {"effect": "exclude", "fact": "vehicle", "above": "30000.00"},
        {"effect": "deduct", "cost": "medical_cost", "floor": "1000.00", "cap": "20000.00"},
    ],
}
_GONE = object()


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        ("/line", "nine thousand", '"9000.00"'),
        ("/line", "9000.001", '"9000.00"'),
        ("/line", "-1.00", '"9000.00"'),
        ("/line", 9000.0, '"9000.00"'),
        ("/line", _GONE, '"9000.00"'),
        ("/line", None, '"9000.00"'),
        ("/format", "fupin-standard-9", "fupin-standard-1"),
        ("/income_year", "2015", "1990"),
        ("/income_year", 1989, "1990"),
        ("/inclusive", "no", "true, false"),
        ("/reference_date", "31.12.2015", '"2015-12-31"'),
        ("/reference_date", "2015-02-30", '"2015-12-31"'),
        ("/divisor", "all", "registered, resident"),
        ("/divisor", _GONE, "registered, resident"),
        ("/income_items/wages", _GONE, ""),
        ("/income_items/wages/counted", "yes", "true, false"),
        ("/income_items/wages/counted", _GONE, "true, false"),
        ("/income_items/lottery", {"counted": True}, "wages"),
        ("/criteria/0/effect", "forbid", "exclude, include, deduct"),
        ("/criteria/0/fact", "yacht", "vehicle"),
        ("/criteria/0/fact", "subsistence", "vehicle"),
        ("/criteria/0/fact", _GONE, "vehicle"),
        ("/criteria/0/cost", "medical_cost", "Leave it out"),
        ("/criteria/1/above", "1.00", "Leave it out"),
        ("/criteria/1/cost", _GONE, "medical_cost, schooling_cost"),
        ("/criteria/1/cap", "viel", '"9000.00"'),
        ("/criteria", {}, "A list"),
        ("/colour", "red", "line"),
        ("/code", "not a code", "Letters"),
        ("/title", "长" * 121, "120"),
        ("/basis", "\0", "A text"),
    ],
)
def test_a_mistake_names_its_place_and_what_would_be_right(settings, path, value, wanted):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(WrongDocument) as refusal:
        from_document(changed(path, value))
    found = {mistake.path: mistake.wanted for mistake in refusal.value.mistakes}
    assert path in found, refusal.value.mistakes
    assert wanted in found[path]


def changed(path: str, value) -> dict:
    document = deepcopy(DOCUMENT)
    *way, last = (int(part) if part.isdigit() else part for part in path.lstrip("/").split("/"))
    place = document
    for part in way:
        place = place[part]
    if value is _GONE:
        del place[last]
    else:
        place[last] = value
    return document


def test_all_mistakes_are_told_at_once():
    document = DOCUMENT | {"line": "much", "income_year": 1, "title": 7}
    with pytest.raises(WrongDocument) as refusal:
        from_document(document)
    assert {mistake.path for mistake in refusal.value.mistakes} == {"/line", "/income_year", "/title"}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"valid_from": "2016-01-01", "valid_to": "2016-01-01"}, "/valid_to"),
        ({"income_items": {name: {"counted": False} for name in IncomeYear.ITEMS}}, "/income_items"),
        (
            {"criteria": [{"effect": "exclude", "fact": "vehicle"}, {"effect": "include", "fact": "vehicle"}]},
            "/criteria/1/fact",
        ),
        ({"applies_to": "village"}, "/divisor"),
    ],
)
def test_what_no_schema_can_say_is_refused_at_its_place(changes, path):
    with pytest.raises(WrongDocument) as refusal:
        from_document(DOCUMENT | changes)
    assert path in {mistake.path for mistake in refusal.value.mistakes}


@pytest.mark.parametrize("document", [None, [], "text", 7, {}, {"criteria": [7]}, {"income_items": {"wages": 1}}])
def test_what_is_no_standard_at_all_is_refused_without_a_fault(document):
    with pytest.raises(WrongDocument):
        from_document(document)


@pytest.mark.django_db
def test_a_kind_of_fact_stands_in_one_criterion_only():
    rows = [{"effect": "exclude", "fact_kind": "vehicle"}, {"effect": "include", "fact_kind": "vehicle"}]
    with pytest.raises(ValidationError):
        standards.propose("twice", "标准", "household", from_document(DOCUMENT).values, rows, make_user("district"))
