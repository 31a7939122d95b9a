"""Pages of importing: take the template, upload a workbook, see what is wrong or what would change, apply it."""

from base64 import b64decode
from io import BytesIO

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from fupin import jobs
from fupin.listing import DeskListView
from households.imports import services
from households.imports.columns import SHEETS
from households.imports.guard import LARGEST_FILE
from households.imports.report import write_report
from households.imports.template import write_template
from households.models import ImportBatch
from households.resources import ImportResource

SHOWN_FAULTS = 200
EARLIER_SHOWN = 20


class WorkbookForm(forms.Form):
    """One file; whether it is a workbook is found out in the background."""

    file = forms.FileField(
        label=gettext_lazy("Workbook (.xlsx)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size == 0:
            raise ValidationError(_("The file is empty."), "empty")
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 20 MB; divide it, for example by village."), "too_large")
        return file


class Import(PermissionRequiredMixin, FormView):
    """Where an import begins, and one's own imports so far."""

    permission_required = "households.import"
    template_name = "households/import.html"
    form_class = WorkbookForm

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        batch = services.upload(file.read(), file.name, self.request.user)
        return redirect("households:import-detail", pk=batch.pk)

    def get_context_data(self, **kwargs):
        own = ImportBatch.objects.visible_to(self.request.user).select_related("job")
        return super().get_context_data(batches=own.defer("content", "faults")[:EARLIER_SHOWN], **kwargs)


class ImportList(DeskListView):
    """All of one's own imports."""

    permission_required = "households.import"
    template_name = "households/imports.html"
    queryset_class = ImportBatch.objects.select_related("actor").defer("content", "faults")
    resource_class = ImportResource
    orders = {"newest": ("-created_at", "pk")}


class ImportTemplate(PermissionRequiredMixin, View):
    """The empty workbook."""

    permission_required = "households.import"

    def get(self, request):
        target = BytesIO()
        write_template(target)
        target.seek(0)
        return FileResponse(target, as_attachment=True, filename=_("Household import template") + ".xlsx")


@method_decorator(never_cache, name="dispatch")
class OneImport(PermissionRequiredMixin):
    """What the pages of one import share: the import, one's own."""

    permission_required = "households.import"

    @cached_property
    def batch(self) -> ImportBatch:
        rows = ImportBatch.objects.visible_to(self.request.user).select_related("job", "applying_job", "actor")
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class ImportDetail(OneImport, TemplateView):
    template_name = "households/import_detail.html"

    def get_context_data(self, **kwargs):
        batch = self.batch
        faults = services.listed_faults(batch)
        for job in filter(None, (batch.job, batch.applying_job)):
            jobs.mark_seen(job, self.request.user)
        return super().get_context_data(
            batch=batch,
            job=batch.applying_job or batch.job,
            faults=faults[:SHOWN_FAULTS],
            faults_total=batch.error_count + batch.warning_count,
            rows=[(sheet.name, batch.counts[sheet.name]) for sheet in SHEETS if sheet.name in batch.counts],
            changes_something=any(counts.get("new") or counts.get("changed") for counts in batch.counts.values()),
            **kwargs,
        )


class ImportReport(OneImport, View):
    """The uploaded workbook with its faulty cells marked."""

    def get(self, request, pk):
        batch = self.batch
        if not batch.content or not batch.faults:
            raise Http404
        target = BytesIO()
        write_report(b64decode(batch.content), services.listed_faults(batch), target)
        target.seek(0)
        return FileResponse(target, as_attachment=True, filename=_("Import check") + ".xlsx")


class ImportApply(OneImport, View):
    """Write a checked workbook into the register."""

    def post(self, request, pk):
        try:
            services.start_applying(self.batch, request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        return redirect("households:import-detail", pk=pk)


class ImportDiscard(OneImport, View):
    """Let a workbook go."""

    def post(self, request, pk):
        services.discard(self.batch)
        messages.info(request, _("The workbook was discarded; nothing was imported."))
        return redirect("households:import")
