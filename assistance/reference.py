"""Units, cadres and measures from files: read with care, shown before anything changes, taken whole or not at all.

What a file may hold is a table of columns. django-import-export compares its rows with what is kept, by code; a file
that is imported twice changes nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource
from import_export.results import Result, RowResult
from import_export.widgets import Widget
from tablib import Dataset

from accounts import services as accounts
from accounts.choices import AuditAction
from accounts.models import User
from assistance.choices import DeliveryForm, Pillar, Target, UnitLevel
from assistance.models import Cadre, HelpingUnit, Measure
from assistance.services.directory import save_cadre, save_measure, save_unit
from fupin.exports import cell
from households.choices import chinese_labels

YES = {"是", "yes", "y", "true", "1"}
NO = {"否", "no", "n", "false", "0"}


# --- Cells --------------------------------------------------------------------------------------------------------
class TextWidget(Widget):
    """Text as it stands in the cell."""

    def clean(self, value, row=None, **kwargs) -> str:
        return value


class PhoneWidget(TextWidget):
    """A telephone number: digits, perhaps with blanks, hyphens and a leading plus."""

    def clean(self, value, row=None, **kwargs) -> str:
        if value and not (value.lstrip("+").replace("-", "").replace(" ", "").isdecimal() and len(value) <= 20):
            raise ValueError(_("A telephone number has digits only, perhaps with hyphens."))
        return value


class ChoiceWidget(Widget):
    """A code of a list, written as the code or as its label; nothing means `otherwise`."""

    def __init__(self, choices: type[models.TextChoices], otherwise: str = ""):
        super().__init__()
        self.choices = choices
        self.otherwise = otherwise

    def clean(self, value, row=None, **kwargs) -> str:
        if not value:
            return self.otherwise
        known = chinese_labels(self.choices) | {str(label): code for code, label in self.choices.choices}
        known |= {code: code for code in self.choices.values}
        if value not in known:
            raise ValueError(_("One of: %(labels)s.") % {"labels": "、".join(map(str, self.choices.labels))})
        return known[value]


class YesNoWidget(Widget):
    """Yes or no; nothing means yes, as for a new entry."""

    def clean(self, value, row=None, **kwargs) -> bool:
        if not value or value.lower() in YES:
            return True
        if value.lower() in NO:
            return False
        raise ValueError(_("Yes or no."))


class UnitWidget(Widget):
    """A unit, by its code."""

    def clean(self, value, row=None, **kwargs) -> HelpingUnit | None:
        if not value:
            return None
        unit = HelpingUnit.objects.filter(code=value).first()
        if unit is None:
            raise ValueError(_("No unit has the code %(code)s; import the units first.") % {"code": value[:30]})
        return unit


# --- Tables -------------------------------------------------------------------------------------------------------
class ReferenceResource(ModelResource):
    """Rows known by their code; those that say what is kept already are left alone."""

    class Meta:
        import_id_fields = ("code",)
        instance_loader_class = CachedInstanceLoader
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        use_transactions = True
        store_instance = True
        skip_html_diff = True

    def before_import(self, dataset, **kwargs):
        self.actor = kwargs["actor"]
        self.times = Counter(dataset["code"])

    def before_import_row(self, row, **kwargs):
        if not row["code"]:
            raise ValidationError({"code": _("A code is needed.")})
        if self.times[row["code"]] > 1:
            raise ValidationError({"code": _("This code stands in the file more than once.")})

    def do_instance_save(self, instance, is_create):
        """Save as the desk's pages do, under the same rules."""
        self.save(instance)

    def save(self, entry) -> None:
        raise NotImplementedError


class UnitTable(ReferenceResource):
    code = Field("code", "code", TextWidget())
    name = Field("name", "name", TextWidget())
    level = Field("level", "level", ChoiceWidget(UnitLevel, UnitLevel.COUNTY))
    contact_name = Field("contact_name", "contact_name", TextWidget())
    phone = Field("phone", "phone", PhoneWidget())
    is_active = Field("is_active", "is_active", YesNoWidget())

    class Meta:
        model = HelpingUnit
        fields = ("code", "name", "level", "contact_name", "phone", "is_active")

    def save(self, entry: HelpingUnit) -> None:
        save_unit(self.actor, entry, entry.contacts.all() if entry.pk else ())


class CadreTable(ReferenceResource):
    code = Field("code", "code", TextWidget())
    name = Field("name", "name", TextWidget())
    unit = Field("unit", "unit", UnitWidget())
    position = Field("position", "position", TextWidget())
    phone = Field("phone", "phone", PhoneWidget())
    is_party_member = Field("is_party_member", "is_party_member", YesNoWidget())
    is_active = Field("is_active", "is_active", YesNoWidget())

    class Meta:
        model = Cadre
        fields = ("code", "name", "unit", "position", "phone", "is_party_member", "is_active")

    def save(self, entry: Cadre) -> None:
        save_cadre(self.actor, entry)


class MeasureTable(ReferenceResource):
    code = Field("code", "code", TextWidget())
    name = Field("name", "name", TextWidget())
    pillar = Field("pillar", "pillar", ChoiceWidget(Pillar))
    target = Field("target", "target", ChoiceWidget(Target, Target.HOUSEHOLD))
    form = Field("form", "form", ChoiceWidget(DeliveryForm, DeliveryForm.MONEY))
    unit_label = Field("unit_label", "unit_label", TextWidget())
    legal_basis = Field("legal_basis", "legal_basis", TextWidget())
    description = Field("description", "description", TextWidget())
    is_active = Field("is_active", "is_active", YesNoWidget())

    class Meta:
        model = Measure
        fields = (
            "code",
            "name",
            "pillar",
            "target",
            "form",
            "unit_label",
            "legal_basis",
            "description",
            "is_active",
        )

    def save(self, entry: Measure) -> None:
        save_measure(self.actor, entry)


@dataclass(frozen=True)
class Column:
    """A column of a file: its field, its heading, and what may stand in it."""

    field: str
    heading: str
    is_needed: bool = False
    choices: type[models.TextChoices] | None = None
    is_yes_no: bool = False

    @property
    def headings(self) -> set[str]:
        """What the column may be headed by: the field's name, the heading in Chinese or in the reader's language."""
        with override("zh-hans"):
            chinese = str(self.heading)
        return {self.field, chinese, str(self.heading)}

    @property
    def offered(self) -> list[str]:
        """What a drop-down offers; nothing where anything may stand."""
        if self.is_yes_no:
            return [_("Yes"), _("No")]
        return [str(label) for label in self.choices.labels] if self.choices else []


@dataclass(frozen=True)
class Table:
    """A reference table that comes from files."""

    key: str
    resource: type[ReferenceResource]
    needed: tuple[str, ...]
    headings: dict[str, str] = field(default_factory=dict)
    # Headings that an exported file has beside them, for people to read.
    ignored: tuple[str, ...] = ()

    @property
    def model(self) -> type[models.Model]:
        return self.resource._meta.model

    @property
    def title(self) -> str:
        return self.model._meta.verbose_name_plural

    @cached_property
    def columns(self) -> list[Column]:
        return [self._column(name) for name in self.resource._meta.fields]

    def _column(self, name: str) -> Column:
        widget = self.resource.fields[name].widget
        return Column(
            name,
            self.headings.get(name) or self.model._meta.get_field(name).verbose_name,
            name in self.needed,
            getattr(widget, "choices", None),
            isinstance(widget, YesNoWidget),
        )


UNIT_CODE, UNIT_NAME = gettext_lazy("unit code"), gettext_lazy("unit name")
UNITS = Table("units", UnitTable, ("code", "name"), {"code": UNIT_CODE, "name": UNIT_NAME})
CADRES = Table(
    "cadres",
    CadreTable,
    ("code", "name", "unit"),
    {"code": gettext_lazy("cadre code"), "unit": UNIT_CODE},
    ignored=(UNIT_NAME,),
)
MEASURES = Table(
    "measures",
    MeasureTable,
    ("code", "name", "pillar", "unit_label"),
    {"code": gettext_lazy("measure code"), "name": gettext_lazy("measure name")},
)
TABLES = {table.key: table for table in (UNITS, CADRES, MEASURES)}


# --- Importing ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RowFault:
    """Something wrong with a cell: the row as Excel counts it, the heading, what stands there, what is wrong."""

    row: int
    heading: str
    value: str
    message: str


@dataclass(frozen=True)
class Change:
    """What a row would change of an entry; `differences` are heading, before and after."""

    row: int
    code: str
    name: str
    is_new: bool
    differences: list[tuple[str, str, str]]


@dataclass
class Outcome:
    """What came, or would come, of a file."""

    table: Table
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def changes_something(self) -> bool:
        return not self.faults and bool(self.new or self.changed)


# A row of a file: the number that Excel shows beside it, and its texts by field.
Row = tuple[int, dict[str, str]]


def check(table: Table, rows: list[Row], actor: User) -> Outcome:
    """What the rows would change; nothing is written."""
    return _outcome(table, rows, _import(table, rows, actor, dry_run=True))


@transaction.atomic
def apply(table: Table, rows: list[Row], actor: User) -> Outcome:
    """Take the rows over, all of them or, where one is faulty, none."""
    outcome = _outcome(table, rows, _import(table, rows, actor, dry_run=False))
    if outcome.changes_something:
        subject = table.model._meta.label_lower
        accounts.record(actor, AuditAction.IMPORT, subject, new=outcome.new, changed=outcome.changed)
    return outcome


def _import(table: Table, rows: list[Row], actor: User, *, dry_run: bool) -> Result:
    fields = list(rows[0][1])
    dataset = Dataset(*[[values[name] for name in fields] for _number, values in rows], headers=fields)
    resource = table.resource()
    return resource.import_data(dataset, dry_run=dry_run, rollback_on_validation_errors=True, actor=actor)


def _outcome(table: Table, rows: list[Row], result: Result) -> Outcome:
    outcome = Outcome(table)
    for (number, values), row in zip(rows, result.rows, strict=True):
        if row.is_new():
            outcome.new += 1
        elif row.is_update():
            outcome.changed += 1
        elif row.is_skip():
            outcome.unchanged += 1
        outcome.faults += _faults(table, number, values, row)
        if row.is_new() or row.is_update():
            outcome.changes.append(_change(table, number, row))
    return outcome


def _faults(table: Table, number: int, values: dict[str, str], row: RowResult) -> Iterator[RowFault]:
    """What is wrong with a row, cell by cell."""
    headings = {column.field: str(column.heading) for column in table.columns}
    if row.validation_error:
        for name, messages in row.validation_error.message_dict.items():
            yield RowFault(number, headings.get(name, ""), values.get(name, ""), " ".join(messages))
    for error in row.errors:
        yield RowFault(number, "", "", str(error.error))


def _change(table: Table, number: int, row: RowResult) -> Change:
    entry = row.instance
    differences = [] if row.is_new() else list(_differences(table, row.original, entry))
    return Change(number, entry.code, entry.name, row.is_new(), differences)


def _differences(table: Table, before, after) -> Iterator[tuple[str, str, str]]:
    for column in table.columns:
        old, new = (_shown(column, entry) for entry in (before, after))
        if old != new:
            yield str(column.heading), old, new


def _shown(column: Column, entry) -> str:
    """A field as people read it."""
    label = getattr(entry, f"get_{column.field}_display", None)
    return str(cell(label() if label else getattr(entry, column.field)))
