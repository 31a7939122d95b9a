"""Lists as files: xlsx and csv through django-import-export, safe to open in a spreadsheet program.

What a file holds is a resource of django-import-export. Rows are read and written one after the other, so that memory
does not grow with them; values keep their type, so that amounts are numbers, dates are dates and the rest is text.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from unicodedata import east_asian_width

import xlsxwriter
from django.db.models import QuerySet
from django.dispatch import Signal
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource

MOST_ROWS = 100_000
ROWS_AT_A_TIME = 2000
# A text that begins with one of these is taken for a formula by spreadsheet programs, the wide ones in Chinese Excel.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"
NARROWEST, WIDEST = 8, 50
ROWS_THAT_SET_WIDTHS = 200

# Sent with `actor`, `subject` (the model's label), `rows`, `file_format` and `purpose` when a file was made; the audit
# listens.
exported = Signal()


class TooManyRows(Exception):
    """More rows are asked for than a file holds; the message says what to do."""


class ListResource(ModelResource):
    """What a list's file holds. A subclass names model, fields and their headings; personal data is masked in it."""

    def get_chunk_size(self) -> int:
        return ROWS_AT_A_TIME

    @cached_property
    def getters(self) -> list[Callable]:
        """How each field's value is got from an instance; found out once, not row by row."""
        return [self._getter(self.get_field_name(field), field) for field in self.get_export_fields()]

    def _getter(self, name: str, field: Field) -> Callable:
        if dehydrate := getattr(self, f"dehydrate_{name}", None):
            return dehydrate
        return _Label(field) if field.attribute.endswith("_display") else field.get_value

    def export_resource(self, instance, selected_fields=None, **kwargs) -> list:
        """The values with their types, not the text that widgets of django-import-export would make of them."""
        return [cell(getter(instance)) for getter in self.getters]

    def rows(self, queryset: QuerySet) -> Iterator[list]:
        """The cells of every row, read in portions."""
        return map(self.export_resource, self.iter_queryset(queryset))


class _Label:
    """The label of a choice, asked for once a code: a model finds it by going through all choices."""

    def __init__(self, field: Field):
        self.label = field.get_value
        self.code = Field(re.sub(r"get_(\w+)_display$", r"\1", field.attribute)).get_value
        self.labels: dict = {}

    def __call__(self, instance):
        code = self.code(instance)
        if code not in self.labels:
            self.labels[code] = self.label(instance)
        return self.labels[code]


def cell(value):
    """A value as it stands in a file: a number, a date, or harmless text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, Decimal | int | date):
        return value
    if isinstance(value, list | tuple):
        return neutralised("、".join(map(str, value)))
    return neutralised(str(value))


def neutralised(value):
    """A value as it is; text that a spreadsheet program would take for a formula, with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def response(resource: ListResource, queryset: QuerySet, file_format: str, actor, *, purpose: str = "") -> HttpResponse:
    """The rows as a file to download, written down in the audit.

    Raises:
        TooManyRows: there are more rows than a file holds.
    """
    queryset = resource.filter_export(queryset)
    if queryset.order_by()[: MOST_ROWS + 1].count() > MOST_ROWS:
        raise TooManyRows(_("A file holds at most 100,000 rows; narrow the list first."))
    write, content_type = FORMATS[file_format]
    counted = _Counted(resource.rows(queryset))
    content = write(resource.get_export_headers(), counted)
    model = resource._meta.model
    subject = model._meta.label_lower
    exported.send(model, actor=actor, subject=subject, rows=counted.rows, file_format=file_format, purpose=purpose)
    name = f"{model._meta.model_name}-{timezone.localdate():%Y%m%d}.{file_format}"
    return download(content, content_type, name)


def download(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file as an answer that no cache keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, source: Iterable[list]):
        self.source = source
        self.rows = 0

    def __iter__(self):
        for row in self.source:
            self.rows += 1
            yield row


def as_csv(headings: list[str], rows: Iterable[list]) -> bytes:
    """A table in UTF-8 with a byte order mark, by which Excel knows the Chinese for what it is."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_as_text(value) for value in row])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _as_text(value) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def as_xlsx(headings: list[str], rows: Iterable[list]) -> bytes:
    """A workbook of one sheet: headings that stay in view, columns as wide as what they hold."""
    target = BytesIO()
    # constant_memory: a row goes to a temporary file as soon as the next one begins.
    with xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        _write_sheet(book, headings, rows)
    return target.getvalue()


def as_workbook(sheets: Iterable[tuple[str, list[str], Iterable[list]]]) -> bytes:
    """A workbook of several sheets, each with its name, headings and rows; values as `cell` makes them."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, headings, rows in sheets:
            _write_sheet(book, headings, ([cell(value) for value in row] for row in rows), name)
    return target.getvalue()


def _write_sheet(book: xlsxwriter.Workbook, headings: list[str], rows: Iterable[list], name: str | None = None) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    heading_format = book.add_format({"bold": True, "bottom": 1})
    formats = {
        Decimal: book.add_format({"num_format": "#,##0.00"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    widths = [max(_width(heading), NARROWEST) for heading in headings]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, heading_format)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif isinstance(value, date):
                sheet.write_datetime(number, column, value, formats[type(value)])
            else:
                sheet.write_number(number, column, value, formats.get(type(value)))
            if number < ROWS_THAT_SET_WIDTHS:
                widths[column] = max(widths[column], _width(str(value)))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width + 2, WIDEST))


def _width(text: str) -> int:
    """Columns that a text takes on the screen: two for a Chinese character."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


FORMATS = {
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
}
