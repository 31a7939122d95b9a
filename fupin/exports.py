"""Lists as files: xlsx and csv through django-import-export, safe to open in a spreadsheet program."""

import re

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.dispatch import Signal
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource

FORMATS = {"xlsx": XLSX, "csv": CSV}
MOST_ROWS = 100_000
# A text that begins with one of these is taken for a formula by spreadsheet programs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
BYTE_ORDER_MARK = "\ufeff"

# Sent with `actor`, `subject` (the model's label), `rows` and `file_format` when a file was made; the audit listens.
exported = Signal()


class ListResource(ModelResource):
    """What a list's file holds. A subclass names model, fields and their headings; personal data is masked in it."""

    def export_resource(self, instance, *args, **kwargs) -> list:
        return [neutralised(value) for value in super().export_resource(instance, *args, **kwargs)]


def neutralised(value):
    """Text that a spreadsheet program would take for a formula, made harmless by a leading apostrophe."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def response(resource: ListResource, rows: QuerySet, file_format: str, actor) -> HttpResponse:
    """The rows as a file to download.

    Raises:
        PermissionDenied: there are more rows than a file may hold; the message says what to do.
    """
    dataset = resource.export(rows[: MOST_ROWS + 1])
    if len(dataset) > MOST_ROWS:
        raise PermissionDenied(_("A file holds at most 100,000 rows; narrow the list first."))
    writer = FORMATS[file_format]()
    content = writer.export_data(dataset)
    if file_format == "csv":
        content = BYTE_ORDER_MARK + content
    model = resource._meta.model
    exported.send(
        sender=model, actor=actor, subject=model._meta.label_lower, rows=len(dataset), file_format=file_format
    )
    answer = HttpResponse(content, content_type=writer.get_content_type())
    name = f"{model._meta.model_name}-{timezone.localdate():%Y%m%d}.{file_format}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
