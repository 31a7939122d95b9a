"""What is posted, for the public: the lists that run today, objecting to one, and following an objection."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from casework import receipts
from casework.models import Notice, Objection
from casework.publication import notices_running_on, posted
from casework.services import follow, object_to
from casework.statements import statement_of
from fupin.clients import client_address
from fupin.pages import show_refusal
from portal.forms import FollowForm, ObjectForm
from portal.limits import seconds_before_following, seconds_before_objection
from portal.pages import Unindexed, too_many


class Notices(Unindexed, TemplateView):
    """Publicity and announcements while they run: where and until when, without names."""

    template_name = "portal/notices.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(notices=notices_running_on(timezone.localdate()), **kwargs)


class OfNotice(Unindexed, View):
    """What the pages of one list share. Before its first day it does not exist; afterwards it is gone."""

    @cached_property
    def notice(self) -> Notice:
        notice = posted(self.kwargs["code"])
        if notice is None or notice.starts_on > timezone.localdate():
            raise Http404
        return notice

    def dispatch(self, request, *args, **kwargs):
        self.setup(request, *args, **kwargs)
        if not self.notice.is_running:
            response = render(request, "portal/notice_over.html", status=410)
            response["Cache-Control"] = "no-store"
            return response
        return super().dispatch(request, *args, **kwargs)


class PostedNotice(OfNotice):
    """One list: village, group, head's name, household size, dates, where to object (reference §7)."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        entries = self.notice.entries.shown().order_by("position")
        return render(request, "portal/notice.html", {"notice": self.notice, "entries": entries})


class ObjectToNotice(OfNotice):
    """Objecting to a household on a list, or to one that is missing, without an account."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return self._ask(ObjectForm(notice=self.notice), receipts.token_of(receipts.new_receipt()))

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        form = ObjectForm(request.POST, notice=self.notice)
        receipt = receipts.receipt_of(request.POST.get("token", "")) or receipts.new_receipt()
        token = receipts.token_of(receipt)
        if not form.is_valid():
            return self._ask(form, token, status=422)
        if request.POST.get("website"):
            # A field that people do not see. Whoever filled it in is a program, or a browser that fills in by itself.
            form.add_error(None, _("Nothing has been sent yet. Please send it once more."))
            return self._ask(form, token, status=422)
        wait = seconds_before_objection(client_address(request), self.notice.code)
        if wait:
            form.add_error(None, self._too_many(wait))
            response = self._ask(form, token, status=429)
            response["Retry-After"] = str(wait)
            return response
        try:
            objection = object_to(self.notice, statement_of(form.cleaned_data), receipt)
        except ValidationError as refusal:
            show_refusal(form, refusal)
            return self._ask(form, token, status=422)
        return self._receipt(objection)

    def _too_many(self, wait: int) -> str:
        return _(
            "Many objections have come in just now. What you wrote is still here: send it again in "
            "%(minutes)d minutes, or go to %(contact)s."
        ) % {"minutes": -(-wait // 60), "contact": self.notice.contact}

    def _ask(self, form: ObjectForm, token: str, status: int = 200) -> HttpResponse:
        context = {"notice": self.notice, "form": form, "token": token}
        return render(self.request, "portal/object.html", context, status=status)

    def _receipt(self, objection: Objection) -> HttpResponse:
        context = {
            "objection": objection,
            "number": receipts.grouped(objection.receipt),
            "code": receipts.code_of(objection.receipt),
            "follow_url": self.request.build_absolute_uri(reverse("portal:objections")),
        }
        return render(self.request, "portal/receipt.html", context)


class FollowObjection(Unindexed, View):
    """How far an objection is, for whoever has its receipt. Asked by POST: no number stands in an address or a log."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "portal/follow.html", {"form": FollowForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FollowForm(request.POST)
        if not form.is_valid():
            return render(request, "portal/follow.html", {"form": form}, status=422)
        number = form.cleaned_data["receipt"]
        wait = seconds_before_following(client_address(request), number)
        if wait:
            return too_many(request, wait)
        objection = follow(number, form.cleaned_data["code"])
        if objection is None:
            form.add_error(None, _("Number and code do not belong together; please compare both with the receipt."))
            return render(request, "portal/follow.html", {"form": form}, status=422)
        return render(request, "portal/objection.html", {"objection": objection, "number": receipts.grouped(number)})
