"""The pages of standards."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.generic import FormView, TemplateView, View

from eligibility import standard_files, standards, wording
from eligibility.choices import Subject, VersionState
from eligibility.documents import WrongDocument
from eligibility.forms.standards import (
    ApprovalForm,
    ComparisonForm,
    DraftForms,
    ReturnForm,
    StandardForm,
    UploadForm,
)
from eligibility.models import Standard, StandardVersion
from fupin.pages import show_refusal
from fupin.printing import PrintedForm

APPROVED = VersionState.APPROVED
UNFINISHED = (VersionState.DRAFT, VersionState.SUBMITTED)
PEOPLE = ("proposed_by", "submitted_by", "returned_by", "approved_by")


class StandardList(PermissionRequiredMixin, TemplateView):
    permission_required = "eligibility.view"
    template_name = "eligibility/standards.html"

    def get_context_data(self, **kwargs):
        rows = Standard.objects.prefetch_related(
            Prefetch("versions", StandardVersion.objects.order_by("-number"), to_attr="all_versions")
        )
        standards_shown = [(standard, _newest(standard, APPROVED), _newest(standard, *UNFINISHED)) for standard in rows]
        return super().get_context_data(standards=standards_shown, **kwargs)


def _newest(standard: Standard, *states: str) -> StandardVersion | None:
    return next((version for version in standard.all_versions if version.state in states), None)


class OneStandard(PermissionRequiredMixin):
    """What the pages of one standard share."""

    permission_required = "eligibility.view"

    @cached_property
    def standard(self) -> Standard:
        return get_object_or_404(Standard, code=self.kwargs["code"])

    @cached_property
    def version(self) -> StandardVersion:
        rows = StandardVersion.objects.select_related("standard", *PEOPLE)
        return get_object_or_404(rows, standard__code=self.kwargs["code"], number=self.kwargs["number"])


class StandardDetail(OneStandard, TemplateView):
    template_name = "eligibility/standard.html"

    def get_context_data(self, **kwargs):
        versions = self.standard.versions.select_related("standard", *PEOPLE)
        shown = [(version, wording.statements(version)) for version in versions.prefetch_related("criteria")]
        return super().get_context_data(
            standard=self.standard,
            versions=shown,
            sides=[("left", _("Version")), ("right", _("compared with"))],
            has_draft=any(version.state in UNFINISHED for version, _said in shown),
            **kwargs,
        )


class DraftPage(PermissionRequiredMixin, TemplateView):
    """The page on which a draft is written. Nothing typed is lost: every refusal shows it again."""

    permission_required = "eligibility.edit_standard"
    template_name = "eligibility/draft.html"

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(draft=self.draft(), **kwargs))

    def post(self, request, *args, **kwargs):
        draft = self.draft(request.POST)
        if draft.is_valid():
            try:
                version = self.save(draft)
            except ValidationError as error:
                draft.refuse(error)
            else:
                messages.success(
                    request, _("The draft has been saved. Submit it when it is ready; a second person approves it.")
                )
                return redirect("eligibility:standard", version.standard.code)
        return self.render_to_response(self.get_context_data(draft=draft, **kwargs))

    def draft(self, data=None) -> DraftForms:
        raise NotImplementedError

    def save(self, draft: DraftForms) -> StandardVersion:
        raise NotImplementedError


class StandardNew(DraftPage):
    @cached_property
    def subject(self) -> str:
        asked = self.request.GET.get("subject")
        return asked if asked in Subject else Subject.HOUSEHOLD

    def draft(self, data=None) -> DraftForms:
        return DraftForms(self.subject, data, naming=StandardForm(data))

    def save(self, draft: DraftForms) -> StandardVersion:
        naming = draft.naming.cleaned_data
        return standards.propose(
            naming["code"], naming["title"], self.subject, draft.values(), draft.criteria(), self.request.user
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(subject=self.subject, subjects=Subject, **kwargs)


class VersionEdit(OneStandard, DraftPage):
    permission_required = "eligibility.edit_standard"

    def dispatch(self, request, *args, **kwargs):
        if self.has_permission() and self.version.state != VersionState.DRAFT:
            messages.info(request, _("Only a draft can be changed."))
            return redirect("eligibility:standard", self.standard.code)
        return super().dispatch(request, *args, **kwargs)

    def draft(self, data=None) -> DraftForms:
        return DraftForms(self.version.standard.subject, data, self.version)

    def save(self, draft: DraftForms) -> StandardVersion:
        return standards.edit_draft(self.version, draft.values(), draft.criteria(), self.request.user)

    def get_context_data(self, **kwargs):
        return super().get_context_data(version=self.version, **kwargs)


class VersionNew(OneStandard, View):
    """The next version as a draft, made from the newest."""

    permission_required = "eligibility.edit_standard"

    def post(self, request, *args, **kwargs):
        try:
            version = standards.new_draft(self.standard, request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("eligibility:standard", self.standard.code)
        return redirect("eligibility:version-edit", self.standard.code, version.number)


class VersionStep(OneStandard, View):
    """A step of a version that needs nothing but a click; what it says when it is done, and where it leads."""

    done = ""

    def act(self, version: StandardVersion) -> None:
        raise NotImplementedError

    @property
    def next_url(self) -> str:
        return reverse("eligibility:standard", args=[self.kwargs["code"]])

    def post(self, request, *args, **kwargs):
        version = self.version
        try:
            self.act(version)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("eligibility:standard", self.kwargs["code"])
        messages.success(request, self.done)
        return redirect(self.next_url)


class VersionDiscard(VersionStep):
    permission_required = "eligibility.edit_standard"
    done = _lazy("The draft has been thrown away.")
    next_url = reverse_lazy("eligibility:standards")

    def act(self, version: StandardVersion) -> None:
        standards.discard_draft(version, self.request.user)


class VersionSubmit(VersionStep):
    permission_required = "eligibility.edit_standard"
    done = _lazy("Submitted. A second person approves it, or returns it with a reason.")

    def act(self, version: StandardVersion) -> None:
        standards.submit(version, self.request.user)


class VersionTakeBack(VersionStep):
    permission_required = "eligibility.edit_standard"
    done = _lazy("Taken back. It is a draft again.")

    def act(self, version: StandardVersion) -> None:
        standards.take_back(version, self.request.user)


class VersionApprove(OneStandard, TemplateView):
    """What a submitted version says, how it differs from the one in force, and its approval by a second person."""

    permission_required = "eligibility.approve_standard"
    template_name = "eligibility/approve.html"

    def post(self, request, *args, **kwargs):
        form = ApprovalForm(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            try:
                standards.approve(self.version, request.user, values["basis"], values["seen"])
            except ValidationError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("The version is in force now."))
                return redirect("eligibility:standard", self.kwargs["code"])
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def get_context_data(self, **kwargs):
        in_force = self.version.standard.approved
        submitted_at = self.version.submitted_at
        seen = {"basis": self.version.basis, "seen": submitted_at and submitted_at.isoformat()}
        return super().get_context_data(
            version=self.version,
            statements=wording.statements(self.version),
            in_force=in_force,
            differences=wording.differences(in_force, self.version) if in_force else [],
            is_own=self.request.user.pk in self.version.authors,
            **{"form": ApprovalForm(initial=seen), "return_form": ReturnForm()} | kwargs,
        )


class VersionReturn(VersionApprove):
    """A submitted version goes back to those who write it; without a reason, the page asks again."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        form = ReturnForm(request.POST)
        if form.is_valid():
            try:
                standards.send_back(self.version, request.user, form.cleaned_data["reason"])
            except ValidationError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("Returned as a draft, with the reason."))
                return redirect("eligibility:standard", self.kwargs["code"])
        return self.render_to_response(self.get_context_data(return_form=form, **kwargs))


class VersionPrint(PrintedForm, OneStandard):
    """A version on one page of paper."""

    permission_required = "eligibility.view"
    template_name = "print/standard.html"
    form = "standard"
    subject = "standard"

    @property
    def reference(self) -> str:
        return f"{self.kwargs['code']}-v{self.kwargs['number']}"

    @property
    def back_url(self) -> str:
        return reverse("eligibility:standard", args=[self.kwargs["code"]])

    def get_context_data(self, **kwargs):
        return super().get_context_data(version=self.version, statements=wording.statements(self.version), **kwargs)


class VersionComparison(PermissionRequiredMixin, TemplateView):
    """Any two versions side by side."""

    permission_required = "eligibility.view"
    template_name = "eligibility/compare.html"

    def get_context_data(self, **kwargs):
        form = ComparisonForm(self.request.GET or None)
        shown = {}
        if form.is_valid():
            left, right = form.cleaned_data["left"], form.cleaned_data["right"]
            shown = {"left": left, "right": right, "pairs": wording.comparison(left, right)}
        return super().get_context_data(form=form, **shown, **kwargs)


class VersionFile(OneStandard, View):
    """A version as a YAML file."""

    permission_required = "eligibility.view"

    def get(self, request, *args, **kwargs):
        answer = HttpResponse(standard_files.write(self.version), content_type="application/yaml; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{standard_files.file_name(self.version)}"'
        return answer


class StandardUpload(PermissionRequiredMixin, FormView):
    """A file becomes a draft. What is wrong is told line by line, above the text, which stays to be corrected."""

    permission_required = "eligibility.edit_standard"
    template_name = "eligibility/upload.html"
    form_class = UploadForm

    def form_valid(self, form):
        try:
            text = self._text(form)
            version = standards.import_content(
                standard_files.read(text), self.request.user, replace_draft=form.cleaned_data["replace_draft"]
            )
        except WrongDocument as wrong:
            return self.render_to_response(self.get_context_data(form=form, mistakes=wrong.mistakes))
        except ValidationError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        messages.success(self.request, _("The file is a draft now. Read it, and submit it when it is right."))
        return redirect("eligibility:standard", version.standard.code)

    @staticmethod
    def _text(form: UploadForm) -> str:
        """The text of the file, or what was typed; the form shows it again."""
        if not form.cleaned_data["file"]:
            return form.cleaned_data["text"]
        text = standard_files.decoded(form.cleaned_data["file"].read())
        form.data = form.data.copy()
        form.data["text"] = text
        return text
