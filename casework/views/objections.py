"""Objections at the desk: the list, one that is handled, one that came on paper, and the receipt for the objector."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.choices import AuditAction
from accounts.services import record
from casework import receipts, services
from casework.choices import ObjectionState
from casework.filters import ObjectionFilter
from casework.forms import HandleForm, PaperObjectionForm
from casework.models import Notice, Objection
from casework.records import moved_meanwhile
from casework.resources import ObjectionResource
from casework.services.objections import why_barred
from casework.statements import statement_of
from casework.views.cases import TakesCasePapers
from fupin.conflicts import Conflict
from fupin.exports import download
from fupin.listing import DeskListView
from fupin.pages import ServicePage
from fupin.papers import content_of
from fupin.parsers import whole_number


class ObjectionList(DeskListView):
    permission_required = "casework.view"
    template_name = "casework/objections.html"
    queryset_class = Objection.objects.select_related("village__parent", "notice", "entry")
    filterset_class = ObjectionFilter
    resource_class = ObjectionResource
    orders = {"newest": ("-pk",), "due": ("due_on", "pk")}


class OneObjection(PermissionRequiredMixin):
    """What the pages of one objection share: the objection, within the person's reach, and whether it is theirs."""

    permission_required = "casework.view"

    @cached_property
    def objection(self) -> Objection:
        rows = Objection.objects.visible_to(self.request.user).select_related(
            "notice", "village__parent", "entry__case__household", "entered_by", "handled_by"
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def is_handler(self) -> bool:
        """Whether this person may read who objects and what is written."""
        return self.objection.is_handled_by(self.request.user)


class ObjectionDetail(OneObjection, TakesCasePapers, ServicePage):
    """One objection. Only who handles it reads who objects, and each reading is written into the audit."""

    template_name = "casework/objection.html"
    form_class = HandleForm

    def has_permission(self) -> bool:
        answers = self.request.method == "POST"
        return super().has_permission() and (not answers or self.request.user.has_perm("casework.handle_objections"))

    def get(self, request, *args, **kwargs):
        if self.is_handler:
            record(request.user, AuditAction.REVEAL, "objection", self.objection.receipt)
        return super().get(request, *args, **kwargs)

    def act(self, values):
        version = whole_number(self.request.POST.get("version", ""), 2**31) or 0
        papers = self.papers(values)
        try:
            services.handle(
                self.request.user,
                self.objection,
                version,
                values["state"],
                answer=values["answer"],
                findings=values["findings"],
                papers=papers,
            )
        except Conflict:
            self.kept_papers = papers
            raise moved_meanwhile() from None
        return _("The objection is answered."), reverse("casework:objection", args=[self.objection.pk])

    def get_context_data(self, **kwargs):
        objection = self.objection
        return super().get_context_data(
            objection=objection,
            is_handler=self.is_handler,
            barred=why_barred(objection, self.request.user) if self.is_handler else "",
            may_handle=self.is_handler and objection.state == ObjectionState.OPEN,
            number=receipts.grouped(objection.receipt),
            version=self.request.POST.get("version", objection.version),
            crumbs=[(_("Objections"), reverse("casework:objections")), (receipts.grouped(objection.receipt), "")],
            **kwargs,
        )


class HandledObjection(PermissionRequiredMixin):
    """What only those reach who handle an objection, and whoever entered it."""

    permission_required = "casework.handle_objections"

    @cached_property
    def objection(self) -> Objection:
        user = self.request.user
        own = Objection.objects.visible_to(user).filter(entered_by=user)
        rows = (Objection.objects.handled_by(user) | own).select_related("notice", "village__parent")
        return get_object_or_404(rows, pk=self.kwargs["pk"])


@method_decorator(never_cache, name="dispatch")
class ObjectionReceipt(HandledObjection, TemplateView):
    """The receipt as it is handed to somebody who objected on paper: number and code."""

    template_name = "casework/objection_receipt.html"

    def get_context_data(self, **kwargs):
        objection = self.objection
        record(self.request.user, AuditAction.REVEAL, "receipt", objection.receipt)
        return super().get_context_data(
            objection=objection,
            number=receipts.grouped(objection.receipt),
            code=receipts.code_of(objection.receipt),
            follow_url=self.request.build_absolute_uri(reverse("portal:objections")),
            **kwargs,
        )


class ObjectionPaper(HandledObjection, View):
    """A paper of an objection as a file."""

    def get(self, request, *args, **kwargs):
        paper = get_object_or_404(self.objection.papers, pk=self.kwargs["paper"])
        record(request.user, AuditAction.REVEAL, "paper", self.objection.receipt, paper=paper.pk)
        return download(content_of(paper), paper.content_type, paper.download_name)


class EnterObjection(TakesCasePapers, ServicePage):
    """Entering an objection that came on paper or by word of mouth."""

    permission_required = "casework.handle_objections"
    template_name = "casework/notice_form.html"

    @cached_property
    def notice(self) -> Notice:
        rows = Notice.objects.visible_to(self.request.user).select_related("village__parent")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def receipt(self) -> str:
        """The number that this form will get; sending the form twice makes one objection."""
        return receipts.receipt_of(self.request.POST.get("token", "")) or receipts.new_receipt()

    def get_form(self, form_class=None):
        return PaperObjectionForm(**self.get_form_kwargs(), notice=self.notice)

    def act(self, values):
        objection = services.enter_objection(
            self.request.user,
            self.notice,
            statement_of(values),
            values["received_on"],
            self.papers(values),
            self.receipt,
        )
        return _("The objection is taken; give the receipt to the objector."), reverse(
            "casework:objection-receipt", args=[objection.pk]
        )

    def get_context_data(self, **kwargs):
        title = _("Enter an objection")
        return super().get_context_data(
            notice=self.notice,
            title=title,
            token=receipts.token_of(self.receipt),
            crumbs=[
                (_("Notices"), reverse("casework:notices")),
                (self.notice.number, reverse("casework:notice", args=[self.notice.pk])),
                (title, ""),
            ],
            **kwargs,
        )
