"""What the document of a standard may say, as a JSON Schema, and what is wrong with one that says something else.

`static/schemas/standard.json` is this schema as a file: editors check a district's files against it while they are
typed. Its descriptions are Chinese in every language, like the headings of the workbook.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError as Violation

from eligibility.choices import FIRST_YEAR, LAST_YEAR, Cost, Divisor, Effect, Subject
from fupin.money import LARGEST_YUAN
from households.choices import AMOUNT_OF_FACT, FactKind
from households.models import IncomeYear
from villages.models import VillageIncome

FORMAT = "fupin-standard-1"
# What an income counts that a standard of the subject may name.
ITEMS = {Subject.HOUSEHOLD: IncomeYear.ITEMS, Subject.VILLAGE: VillageIncome.CATEGORIES}

_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,2})?$"
_NOTHING = {"not": {}}
_TEXT = r"^[^\u0000]*$"


# No float is taken for a whole number, nor for an amount.
_Validator = validators.extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _checker, value: type(value) is int),
)


@dataclass(frozen=True)
class Mistake:
    """What a document says wrongly: where (a JSON pointer; of a file the line), what is wrong, what would be right."""

    path: str
    message: str
    wanted: str = ""
    line: int | None = None

    def __str__(self) -> str:
        line = f" {_('(line %(line)s)') % {'line': self.line}}" if self.line else ""
        wanted = f" {_('Right would be: %(wanted)s') % {'wanted': self.wanted}}" if self.wanted else ""
        return f"{self.path or '/'}{line}: {self.message}{wanted}"


# --- What may stand ---------------------------------------------------------------------------------------------
def _text(description: str, longest: int) -> dict:
    return {"description": description, "type": "string", "maxLength": longest, "pattern": _TEXT}


def _amount(description: str) -> dict:
    whole = {"minimum": 0, "maximum": int(LARGEST_YUAN)}
    return {"description": description, "type": ["string", "integer"], "pattern": _AMOUNT} | whole


def _day(description: str) -> dict:
    return {"description": description, "type": "string", "pattern": _DAY}


def _object(properties: dict, required: tuple[str, ...], **more) -> dict:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    } | more


def _says(name: str, *values: str) -> dict:
    """Holds where `name` stands and says one of the values."""
    return {"required": [name], "properties": {name: {"enum": [str(value) for value in values]}}}


def _items(subject: Subject) -> dict:
    item = _object(
        {
            "counted": {"description": "是否计入收入", "type": "boolean"},
            "note": _text("计入或不计入的理由", 200),
        },
        ("counted",),
    )
    return _object(dict.fromkeys(ITEMS[subject], item), ITEMS[subject], description="各收入项目是否计入，逐项列明")


def _criterion() -> dict:
    properties = {
        "effect": {
            "description": "exclude 一票否决；include 直接纳入；deduct 从收入中扣减",
            "enum": [effect.value for effect in Effect],
        },
        "fact": {"description": "情况核查的类别", "enum": [kind.value for kind in FactKind]},
        "above": _amount("金额超过多少元才算；未登记金额的不算"),
        "cost": {"description": "扣减的支出", "enum": [cost.value for cost in Cost]},
        "floor": _amount("超过多少元的部分才扣减"),
        "cap": _amount("最多扣减多少元"),
        "note": _text("说明", 200),
    }
    with_amount = [kind.value for kind in AMOUNT_OF_FACT]
    return _object(
        properties,
        ("effect",),
        allOf=[
            {
                "if": _says("effect", Effect.DEDUCT),
                "then": {"required": ["cost"], "properties": {"fact": _NOTHING, "above": _NOTHING}},
            },
            {
                "if": _says("effect", Effect.EXCLUDE, Effect.INCLUDE),
                "then": {"required": ["fact"], "properties": {"cost": _NOTHING, "floor": _NOTHING, "cap": _NOTHING}},
            },
            {
                "if": {"required": ["above", "fact"]},
                "then": {"properties": {"fact": {"enum": with_amount, "description": "有金额的类别"}}},
            },
        ],
    )


@cache
def schema() -> dict:
    """The JSON Schema (2020-12) of a standard's document."""
    properties = {
        "format": {"description": "文件格式", "const": FORMAT},
        "code": _text("标准代码，不可更改", 40) | {"pattern": "^[-a-zA-Z0-9_]+$"},
        "title": _text("标准名称", 120) | {"minLength": 1},
        "applies_to": {"description": "适用对象：household 户，village 村", "enum": [s.value for s in Subject]},
        "reference_date": _day("标准时点"),
        "income_year": {"description": "收入年度", "type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
        "line": _amount("标准线：户为元/人/年，村为元/年"),
        "inclusive": {"description": "恰好等于标准线是否算低于", "type": "boolean"},
        "divisor": {
            "description": "人口口径：resident 共同生活，registered 户籍",
            "enum": [divisor.value for divisor in Divisor],
        },
        "income_items": {"type": "object"},
        "criteria": {"description": "条件，按顺序", "type": "array", "maxItems": 60, "items": _criterion()},
        "basis": _text("依据文件：文号和标题", 200),
        "valid_from": _day("生效日期；不写则自批准之日起"),
        "valid_to": _day("失效日期（当日起不再适用）；不写则到新版本接替为止"),
        "note": {"description": "说明", "type": "string", "pattern": _TEXT},
    }
    needed = (
        "format",
        "code",
        "title",
        "applies_to",
        "reference_date",
        "income_year",
        "line",
        "inclusive",
        "income_items",
    )
    of_households = {"required": ["divisor"], "properties": {"income_items": _items(Subject.HOUSEHOLD)}}
    of_villages = {
        "properties": {"income_items": _items(Subject.VILLAGE), "divisor": _NOTHING, "criteria": _NOTHING},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "识别标准",
        **_object(properties, needed),
        "allOf": [
            {"if": _says("applies_to", Subject.HOUSEHOLD), "then": of_households},
            {"if": _says("applies_to", Subject.VILLAGE), "then": of_villages},
        ],
    }


# --- What is wrong ----------------------------------------------------------------------------------------------
def mistakes_in(document) -> Iterator[Mistake]:
    """All that is wrong with a document, in the order in which it stands there."""
    violations = sorted(_Validator(schema()).iter_errors(document), key=_place)
    mistakes = [mistake for violation in violations for mistake in _told(violation)]
    yield from dict.fromkeys(mistakes)
    if not mistakes:
        yield from _wrong_days(document)
        yield from _wrong_items(document)
        yield from _twice(document.get("criteria", ()))


def _place(violation: Violation) -> tuple:
    return tuple(str(part).zfill(4) if isinstance(part, int) else str(part) for part in violation.absolute_path)


def pointer(parts) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _told(violation: Violation) -> Iterator[Mistake]:
    path = list(violation.absolute_path)
    if violation.validator == "required":
        present = violation.instance
        for name in violation.validator_value:
            if name not in present:
                yield Mistake(pointer([*path, name]), _("This is missing."), _wanted_of(path, name))
    elif violation.validator == "additionalProperties":
        allowed = violation.schema["properties"]
        for name in violation.instance:
            if name not in allowed:
                yield Mistake(
                    pointer([*path, name]), _("This name is not known here."), _(", ").join(map(str, allowed))
                )
    elif violation.validator == "not":
        yield Mistake(pointer(path), _("This does not belong here."), _("Leave it out"))
    else:
        said = _("This is not right: %(value)s") % {"value": _shown(violation.instance)}
        yield Mistake(pointer(path), said, _wanted(violation))


def _shown(value) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _wanted_of(path: list, name: str) -> str:
    """What a missing part would be, as far as its own part of the schema tells."""
    if not path:
        return _wanted_by(schema()["properties"].get(name, {}))
    return _wanted_by(_criterion()["properties"].get(name, {})) if path[0] == "criteria" else "true, false"


def _wanted(violation: Violation) -> str:
    if violation.validator == "maxLength":
        return _("At most %(count)s characters") % {"count": violation.validator_value}
    if violation.validator == "maxItems":
        return _("At most %(count)s entries") % {"count": violation.validator_value}
    return _wanted_by(violation.schema)


def _wanted_by(part: dict) -> str:
    """What a part of the schema asks for, in words."""
    if "enum" in part:
        return _(", ").join(part["enum"])
    if "const" in part:
        return part["const"]
    by_pattern = {
        _DAY: _('A day such as "2015-12-31"'),
        _AMOUNT: _('An amount in yuan such as "9000.00"'),
        _TEXT: _("A text"),
    }
    by_type = {"boolean": "true, false", "object": _("Names with values"), "array": _("A list")}
    if "pattern" in part:
        return by_pattern.get(part["pattern"], _("Letters, digits and hyphens"))
    if "minimum" in part:
        return _("A year from %(first)s to %(last)s") % {"first": part["minimum"], "last": part["maximum"]}
    return by_type.get(part.get("type", ""), "")


def _wrong_days(document: dict) -> Iterator[Mistake]:
    days = {}
    for name in ("reference_date", "valid_from", "valid_to"):
        if name in document:
            try:
                days[name] = date.fromisoformat(document[name])
            except ValueError:
                said = _("There is no such day in the calendar.")
                yield Mistake(pointer([name]), said, _('A day such as "2015-12-31"'))
    if "valid_from" in days and "valid_to" in days and days["valid_to"] <= days["valid_from"]:
        yield Mistake(
            pointer(["valid_to"]),
            _("The end of the validity must lie after its beginning."),
            _("A day after %(day)s") % {"day": days["valid_from"]},
        )


def _wrong_items(document: dict) -> Iterator[Mistake]:
    if not any(item["counted"] for item in document["income_items"].values()):
        yield Mistake(pointer(["income_items"]), _("Choose which income is counted."), "counted: true")


def _twice(criteria) -> Iterator[Mistake]:
    seen = set()
    for place, row in enumerate(criteria):
        name = "cost" if row["effect"] == Effect.DEDUCT else "fact"
        if row[name] in seen:
            yield Mistake(
                pointer(["criteria", place, name]),
                _("There is a criterion of this kind already: %(value)s") % {"value": row[name]},
                _("Each kind once"),
            )
        seen.add(row[name])
