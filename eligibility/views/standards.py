"""The pages of standards."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from eligibility import standards, wording
from eligibility.choices import Subject, VersionState
from eligibility.forms.standards import ApprovalForm, DraftForms, StandardForm
from eligibility.models import (
    Standard,
    StandardVersion,
)


class StandardList(PermissionRequiredMixin, TemplateView):
    permission_required = "eligibility.view"
    template_name = "eligibility/standards.html"

    def get_context_data(self, **kwargs):
        rows = Standard.objects.prefetch_related(
            Prefetch("versions", StandardVersion.objects.order_by("-number"), to_attr="all_versions")
        )
        standards_shown = [
            (standard, _newest(standard, VersionState.APPROVED), _newest(standard, VersionState.DRAFT))
            for standard in rows
        ]
        return super().get_context_data(standards=standards_shown, **kwargs)


def _newest(standard: Standard, state: str) -> StandardVersion | None:
    return next((version for version in standard.all_versions if version.state == state), None)


class OneStandard(PermissionRequiredMixin):
    """What the pages of one standard share."""

    permission_required = "eligibility.view"

    @cached_property
    def standard(self) -> Standard:
        return get_object_or_404(Standard, code=self.kwargs["code"])

    @cached_property
    def version(self) -> StandardVersion:
        rows = StandardVersion.objects.select_related("standard", "proposed_by", "approved_by")
        return get_object_or_404(rows, standard__code=self.kwargs["code"], number=self.kwargs["number"])


class StandardDetail(OneStandard, TemplateView):
    template_name = "eligibility/standard.html"

    def get_context_data(self, **kwargs):
        versions = self.standard.versions.select_related("standard", "proposed_by", "approved_by")
        shown = [(version, wording.statements(version)) for version in versions.prefetch_related("criteria")]
        return super().get_context_data(
            standard=self.standard,
            versions=shown,
            has_draft=any(version.state == VersionState.DRAFT for version, _said in shown),
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
                messages.success(request, _("The draft has been saved. A second person approves it."))
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


class VersionDiscard(OneStandard, View):
    permission_required = "eligibility.edit_standard"

    def post(self, request, *args, **kwargs):
        try:
            standards.discard_draft(self.version, request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("eligibility:standard", self.kwargs["code"])
        messages.success(request, _("The draft has been thrown away."))
        return redirect("eligibility:standards")


class VersionApprove(OneStandard, TemplateView):
    """What a draft says, how it differs from the version in force, and its approval by a second person."""

    permission_required = "eligibility.approve_standard"
    template_name = "eligibility/approve.html"

    def post(self, request, *args, **kwargs):
        form = ApprovalForm(request.POST)
        if form.is_valid():
            try:
                standards.approve(self.version, request.user, form.cleaned_data["basis"])
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("The version is in force now."))
                return redirect("eligibility:standard", self.kwargs["code"])
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def get_context_data(self, **kwargs):
        in_force = self.version.standard.approved
        return super().get_context_data(
            version=self.version,
            statements=wording.statements(self.version),
            in_force=in_force,
            differences=wording.differences(in_force, self.version) if in_force else [],
            is_own=self.version.proposed_by_id == self.request.user.pk,
            **{"form": ApprovalForm(initial={"basis": self.version.basis})} | kwargs,
        )
