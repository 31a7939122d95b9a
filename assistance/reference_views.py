"""Pages of the reference tables: take a template or what is kept, upload a file, see what would change, confirm."""

from io import BytesIO

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core import signing
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from assistance import reference, reference_files
from assistance.reference import TABLES, Row, Table
from assistance.resources import CadreResource, MeasureResource, UnitResource
from fupin import exports
from households.imports.faults import Refused

RESOURCES = {"units": UnitResource, "cadres": CadreResource, "measures": MeasureResource}
SHOWN = 200
PREVIEW_LASTS = 60 * 60
LONGEST_PREVIEW = 2_000_000


class ReferenceForm(forms.Form):
    """Which table, and the file."""

    table = forms.ChoiceField(
        label=gettext_lazy("Table"), choices=[(table.key, table.title) for table in TABLES.values()]
    )
    file = forms.FileField(
        label=gettext_lazy("File (.xlsx or .csv)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean(self):
        """The rows of the file; what is wrong with it stands beside it."""
        values = super().clean()
        if "table" in values and "file" in values:
            table, file = TABLES[values["table"]], values["file"]
            try:
                values["rows"] = reference_files.read(self._content(file), file.name, table)
            except Refused as refusal:
                self.add_error("file", refusal.message)
        return values

    @staticmethod
    def _content(file) -> bytes:
        return file.read(reference_files.LARGEST_FILE + 1)


class ManagesReference(PermissionRequiredMixin):
    permission_required = "assistance.import_reference"

    @property
    def salt(self) -> str:
        """A preview holds for the person who saw it."""
        return f"reference preview {self.request.user.pk}"


@method_decorator(never_cache, name="dispatch")
class Reference(ManagesReference, FormView):
    """Where an import of a reference table begins, and its preview."""

    template_name = "assistance/reference.html"
    form_class = ReferenceForm

    def form_valid(self, form):
        table, rows = TABLES[form.cleaned_data["table"]], form.cleaned_data["rows"]
        preview = signing.dumps([table.key, rows], salt=self.salt, compress=True)
        if len(preview) > LONGEST_PREVIEW:
            form.add_error("file", _("The file is larger than 2 MB; divide it."))
            return self.form_invalid(form)
        return self.render_outcome(reference.check(table, rows, self.request.user), preview)

    def render_outcome(self, outcome: reference.Outcome, preview: str):
        context = {
            "outcome": outcome,
            "headings": [column.heading for column in outcome.table.columns[:2]],
            "faults": outcome.faults[:SHOWN],
            "changes": outcome.changes[:SHOWN],
            "preview": preview if outcome.changes_something else "",
        }
        return render(self.request, "assistance/reference_preview.html", context)

    def get_context_data(self, **kwargs):
        tables = [(table, table.model.objects.count()) for table in TABLES.values()]
        return super().get_context_data(tables=tables, most_rows=reference_files.MOST_ROWS, **kwargs)


class ReferenceApply(ManagesReference, View):
    """Take over what was previewed."""

    def post(self, request):
        try:
            table, rows = self.previewed()
        except (signing.BadSignature, KeyError, ValueError):
            messages.error(request, _("The preview is no longer valid. Upload the file again."))
            return redirect("reference:home")
        outcome = reference.apply(table, rows, request.user)
        if outcome.faults:
            messages.error(request, _("Entries have changed since the preview; nothing was imported. Upload it again."))
        else:
            counts = {"table": table.title, "new": outcome.new, "changed": outcome.changed}
            messages.success(request, _("%(table)s: %(new)d new, %(changed)d changed.") % counts)
        return redirect("reference:home")

    def previewed(self) -> tuple[Table, list[Row]]:
        key, rows = signing.loads(self.request.POST.get("preview", ""), salt=self.salt, max_age=PREVIEW_LASTS)
        return TABLES[key], rows


class OneTable(ManagesReference):
    @cached_property
    def table(self) -> Table:
        if self.kwargs["table"] not in TABLES:
            raise Http404
        return TABLES[self.kwargs["table"]]


class ReferenceTemplate(OneTable, View):
    """The empty workbook of a table."""

    def get(self, request, table):
        target = BytesIO()
        reference_files.write_template(self.table, target)
        target.seek(0)
        return FileResponse(target, as_attachment=True, filename=f"{self.table.title}.xlsx")


class ReferenceExport(OneTable, View):
    """What is kept in a table, under the headings by which it may come back."""

    def get(self, request, table):
        file_format = request.GET.get("format", "xlsx")
        if file_format not in exports.FORMATS:
            raise Http404
        rows = self.table.model.objects.order_by("code")
        return exports.response(RESOURCES[self.table.key](), rows, file_format, request.user)
