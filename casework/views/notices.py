"""What is posted, at the desk: the list of notices, one with its households, its photograph, taking it down."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from casework import services
from casework.filters import NoticeFilter
from casework.forms import PhotoForm, TakeDownForm
from casework.models import Notice, Objection
from casework.papers import keep
from casework.resources import NoticeResource
from fupin.exports import download
from fupin.listing import DeskListView
from fupin.pages import ServicePage
from fupin.papers import content_of


class NoticeList(DeskListView):
    permission_required = "casework.view"
    template_name = "casework/notices.html"
    queryset_class = Notice.objects.select_related("village__parent").with_counts()
    filterset_class = NoticeFilter
    resource_class = NoticeResource
    orders = {"newest": ("-pk",), "ending": ("ends_on", "pk")}


class OneNotice(PermissionRequiredMixin):
    """What the pages of one notice share: the notice, within the person's reach."""

    permission_required = "casework.view"

    @cached_property
    def notice(self) -> Notice:
        rows = Notice.objects.visible_to(self.request.user).select_related("village__parent", "created_by", "photo")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        return [
            (_("Notices"), reverse("casework:notices")),
            (self.notice.number, reverse("casework:notice", args=[self.notice.pk])),
        ]


class NoticeDetail(OneNotice, TemplateView):
    template_name = "casework/notice.html"

    def get_context_data(self, **kwargs):
        notice = self.notice
        return super().get_context_data(
            notice=notice,
            entries=notice.entries.select_related("case__household").order_by("position"),
            objections=Objection.objects.visible_to(self.request.user).filter(notice=notice).order_by("-pk"),
            **kwargs,
        )


class NoticePhoto(OneNotice, View):
    """The photograph of the posted list."""

    def get(self, request, *args, **kwargs):
        if self.notice.photo is None:
            return get_object_or_404(Notice.objects.none())
        photo = self.notice.photo
        response = download(content_of(photo), photo.content_type, photo.download_name)
        response["Content-Disposition"] = "inline"
        return response


class AddPhoto(OneNotice, ServicePage):
    """Putting the photograph of the posted list with its notice."""

    permission_required = "casework.take_steps"
    template_name = "casework/notice_form.html"
    form_class = PhotoForm

    def act(self, values):
        (file,) = values["papers"]
        services.add_photo(self.notice, keep(file, self.request.user), self.request.user)
        return _("The photograph is kept."), reverse("casework:notice", args=[self.notice.pk])

    def get_context_data(self, **kwargs):
        title = _("Photograph of the posted list")
        return super().get_context_data(notice=self.notice, title=title, crumbs=[*self.crumbs, (title, "")], **kwargs)


class TakeDown(OneNotice, ServicePage):
    """Taking a list off the public page at once."""

    permission_required = "casework.take_steps"
    template_name = "casework/notice_form.html"
    form_class = TakeDownForm

    def act(self, values):
        services.take_down(self.notice, values["reason"], self.request.user)
        return _("The list is no longer public."), reverse("casework:notice", args=[self.notice.pk])

    def get_context_data(self, **kwargs):
        title = _("Take the list down")
        return super().get_context_data(notice=self.notice, title=title, crumbs=[*self.crumbs, (title, "")], **kwargs)
