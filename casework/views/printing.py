"""Cases and lists on paper: application, minutes of the appraisal, refusal, and the sheet that is posted."""

from django.http import Http404
from django.urls import reverse

from casework import printed, records
from casework.choices import NoticeKind
from casework.views.cases import OneCase
from casework.views.notices import OneNotice
from fupin.printing import PrintedForm


class CaseForm(PrintedForm, OneCase):
    """What the forms of one case share. A case that has no such form answers 404."""

    subject = "case"

    @staticmethod
    def exists(case) -> bool:
        """Whether a case has this form."""
        raise NotImplementedError

    @property
    def reference(self) -> str:
        return str(self.case.pk)

    @property
    def back_url(self) -> str:
        return reverse("casework:detail", args=[self.case.pk])

    def get(self, request, *args, **kwargs):
        if not self.exists(self.case):
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        case = self.case
        members = case.household.members.counting_on(records.today()).order_by("relationship", "pk")
        return super().get_context_data(
            case=case, household=case.household, members=list(members), today=records.today(), **kwargs
        )


class PrintApplication(CaseForm):
    """申请书, filled in from the register; the applicant signs it."""

    form = "application"
    template_name = "print/application.html"
    exists = staticmethod(printed.has_application)

    def get_context_data(self, **kwargs):
        income = self.case.household.incomes.order_by("-year").first()
        return super().get_context_data(income=income, **kwargs)


class PrintAppraisal(CaseForm):
    """民主评议记录: as it was written down, or with blank lines before the meeting."""

    form = "appraisal"
    template_name = "print/appraisal.html"
    exists = staticmethod(printed.has_appraisal)

    def get_context_data(self, **kwargs):
        return super().get_context_data(minutes=printed.minutes_of(self.case), **kwargs)


class PrintRefusal(CaseForm):
    """不予通过告知书: why, and where to ask again."""

    form = "refusal"
    template_name = "print/refusal.html"
    exists = staticmethod(printed.has_refusal)

    def get_context_data(self, **kwargs):
        contact = records.contact_of(self.case, self.request.user)
        event = printed.refusal_of(self.case)
        return super().get_context_data(refusal=event, reason=printed.reason_of(event), contact=contact, **kwargs)


class PrintNotice(PrintedForm, OneNotice):
    """The list as it is posted. As ?variant=statutory, without what the law does not ask to be named: the group."""

    form = "notice"
    subject = "notice"
    papers = ("a4", "a3")
    template_name = "print/notice.html"

    @property
    def reference(self) -> str:
        return str(self.notice.pk)

    @property
    def back_url(self) -> str:
        return reverse("casework:notice", args=[self.notice.pk])

    def get_context_data(self, **kwargs):
        notice = self.notice
        entries = list(notice.entries.shown().order_by("position"))
        address = printed.public_address(notice, self.request)
        is_statutory = self.request.GET.get("variant") == "statutory"
        return super().get_context_data(
            notice=notice,
            entries=entries,
            persons=sum(entry.size for entry in entries),
            is_announcement=notice.kind == NoticeKind.ANNOUNCEMENT,
            is_statutory=is_statutory,
            variant_url=self.address(variant="" if is_statutory else "statutory"),
            public_address=address,
            qr_code=printed.qr_code(address),
            **kwargs,
        )
