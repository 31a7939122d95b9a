"""The pages of monitoring: alarms by place, their list, one alarm and what is done about it, and the terms."""

from django.conf import settings
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from eligibility.choices import AlarmAct, AlarmState
from eligibility.forms.monitoring import ComputeForm, DoneForm, SendBackForm, TermForm
from eligibility.models import Alarm, MonitoringTerm
from eligibility.monitoring import overview, running, services, terms
from eligibility.monitoring.filters import AlarmFilter
from eligibility.monitoring.resources import AlarmResource
from eligibility.standards import version_in_force
from fupin.listing import DeskListView
from fupin.models import Job, JobKind
from fupin.pages import ServicePage
from fupin.printing import PrintedForm
from villages.choices import Level
from villages.models import Division

MOST_PRINTED = 1_000


class Overview(PermissionRequiredMixin, TemplateView):
    """The alarms of a division by place; a township leads to its villages, a number to the alarms behind it."""

    permission_required = "eligibility.view_alarms"
    template_name = "eligibility/monitoring/overview.html"

    def get_context_data(self, **kwargs):
        user, asked = self.request.user, self.kwargs.get("division")
        division = self.division(asked or user.jurisdiction)
        places = overview.by_place(user, division.pk if division else settings.DISTRICT_CODE)
        crumbs = [(_("Monitoring"), reverse("eligibility:monitoring")), (division.name, "")] if asked else []
        return super().get_context_data(
            here=division,
            places=places,
            total=overview.total_of(places),
            crumbs=crumbs,
            here_filter=_filter_of(division) if asked else "",
            last_job=Job.objects.filter(kind=JobKind.MONITORING).order_by("-created_at").first(),
            **kwargs,
        )

    def division(self, code: str) -> Division | None:
        """The division that is asked for, in reach; None for who has no territory, and sees what alarms are theirs."""
        if not code:
            return None
        return get_object_or_404(Division.objects.visible_to(self.request.user), pk=code)


def _filter_of(division: Division) -> str:
    """The beginning of a query by which the list shows a township or village alone."""
    return f"{division.level}={division.pk}&" if division.level != Level.DISTRICT else ""


class AlarmList(DeskListView):
    permission_required = "eligibility.view_alarms"
    template_name = "eligibility/monitoring/alarms.html"
    queryset_class = Alarm.objects.for_list()
    filterset_class = AlarmFilter
    resource_class = AlarmResource
    orders = {
        "gravest": ("-level", "raised_on", "pk"),
        "newest": ("-raised_on", "-pk"),
        "oldest": ("raised_on", "pk"),
        "place": ("household__village_id", "household__number", "pk"),
    }


class AlarmPrint(PrintedForm):
    """The alarms of a filtered list on paper, by place, with room for what is done."""

    permission_required = "eligibility.view_alarms"
    form = "alarms"
    subject = "alarms"
    papers = ("a4-landscape",)
    template_name = "eligibility/monitoring/print.html"

    @property
    def reference(self) -> str:
        return f"{timezone.localdate():%Y%m%d}"

    @property
    def back_url(self) -> str:
        return f"{reverse('eligibility:alarms')}?{self.request.GET.urlencode()}"

    def get_context_data(self, **kwargs):
        rows = Alarm.objects.for_list().visible_to(self.request.user)
        filterset = AlarmFilter(self.request.GET, queryset=rows, request=self.request)
        found = filterset.qs if filterset.is_valid() else rows.none()
        found = list(found.order_by("household__village_id", "-level", "household__number", "pk")[: MOST_PRINTED + 1])
        return super().get_context_data(
            alarms=found[:MOST_PRINTED],
            has_more=len(found) > MOST_PRINTED,
            most=MOST_PRINTED,
            today=timezone.localdate(),
            **kwargs,
        )


@method_decorator(never_cache, name="dispatch")
class OneAlarm(PermissionRequiredMixin):
    """What the pages of one alarm share: the alarm, within the person's reach."""

    permission_required = "eligibility.view_alarms"

    @cached_property
    def alarm(self) -> Alarm:
        rows = Alarm.objects.visible_to(self.request.user).for_list().prefetch_related("events__actor")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def crumbs(self, *more: tuple[str, str]) -> list[tuple[str, str]]:
        alarm = self.alarm
        address = reverse("eligibility:alarm", args=[alarm.pk])
        return [
            (_("Monitoring"), reverse("eligibility:monitoring")),
            (_("Alarms"), reverse("eligibility:alarms")),
            (f"{alarm.household.head_name} · {alarm.get_kind_display()}", address),
            *more,
        ]


class AlarmDetail(OneAlarm, TemplateView):
    template_name = "eligibility/monitoring/alarm.html"

    def get_context_data(self, **kwargs):
        alarm, user = self.alarm, self.request.user
        return super().get_context_data(
            alarm=alarm,
            may_report=alarm.state == AlarmState.OPEN and user.has_perm("eligibility.report_alarm"),
            may_close=alarm.is_waiting and user.has_perm("eligibility.close_alarm"),
            may_send_back=alarm.state == AlarmState.REPORTED and user.has_perm("eligibility.close_alarm"),
            crumbs=self.crumbs(),
            **kwargs,
        )


class AlarmStep(OneAlarm, ServicePage):
    """A form on which something is done about an alarm. A subclass says what."""

    template_name = "eligibility/monitoring/step.html"
    title = ""
    submit = ""
    hint = ""

    def do(self, values: dict) -> str:
        """Do it; returns what to say."""
        raise NotImplementedError

    def act(self, values):
        return self.do(values), reverse("eligibility:alarm", args=[self.alarm.pk])

    def get_context_data(self, **kwargs):
        title = str(self.title)
        return super().get_context_data(
            alarm=self.alarm,
            title=title,
            submit=self.submit,
            hint=self.hint,
            crumbs=self.crumbs((title, "")),
            **kwargs,
        )


class Report(AlarmStep):
    permission_required = "eligibility.report_alarm"
    form_class = DoneForm
    title = gettext_lazy("Report what was done")
    submit = gettext_lazy("Report")
    hint = gettext_lazy("The township closes the alarm once it has looked at the report.")

    def do(self, values):
        services.report(self.request.user, self.alarm, **values)
        return _("The report has been passed to the township.")


class Close(AlarmStep):
    permission_required = "eligibility.close_alarm"
    form_class = DoneForm
    title = gettext_lazy("Close the alarm")
    submit = gettext_lazy("Close the alarm")
    hint = gettext_lazy("It comes again only if its condition vanishes and arises anew, or becomes graver.")

    def get_initial(self) -> dict:
        """What was reported, to be taken over or written anew."""
        reports = [event for event in self.alarm.events.all() if event.act == AlarmAct.REPORT]
        if not reports or self.alarm.state != AlarmState.REPORTED:
            return super().get_initial()
        return super().get_initial() | {"done_on": reports[-1].done_on, "text": reports[-1].text}

    def do(self, values):
        services.close(self.request.user, self.alarm, **values)
        return _("The alarm is closed.")


class SendBack(AlarmStep):
    permission_required = "eligibility.close_alarm"
    form_class = SendBackForm
    title = gettext_lazy("Send the report back")
    submit = gettext_lazy("Send back")

    def do(self, values):
        services.send_back(self.request.user, self.alarm, **values)
        return _("The report has been sent back.")


class Terms(ServicePage):
    """The terms of monitoring in force, what was set before and for later days, and setting one."""

    permission_required = "eligibility.view_alarms"
    template_name = "eligibility/monitoring/terms.html"
    form_class = TermForm

    def has_permission(self) -> bool:
        may_set = self.request.user.has_perm("eligibility.set_monitoring")
        return super().has_permission() and (self.request.method != "POST" or may_set)

    def act(self, values):
        name, standard = values["term"]
        row = terms.set_term(self.request.user, name, values["value"], values["valid_from"], values["basis"], standard)
        said = _("%(term)s: set from %(day)s on.") % {"term": terms.TERMS[name].label, "day": row.valid_from}
        return said, reverse("eligibility:monitoring-terms")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        in_force, form = terms.in_force(), context["form"]
        version = version_in_force()
        lines = [
            (
                terms.TERMS[terms.LINE_FACTOR],
                in_force.line_factor(standard),
                in_force.row(terms.LINE_FACTOR, standard),
                standard,
            )
            for standard in form.standards.values()
        ]
        others = [
            (term, in_force[name], in_force.row(name), None)
            for name, term in terms.TERMS.items()
            if name != terms.LINE_FACTOR
        ]
        history = MonitoringTerm.objects.select_related("set_by", "standard")
        return context | {
            "rows": lines + others,
            "version": version,
            "monitored_line": in_force.monitored_line(version) if version else None,
            "history": [(row, terms.TERMS[row.name]) for row in history if row.name in terms.TERMS],
            "today": timezone.localdate(),
            "crumbs": [(_("Monitoring"), reverse("eligibility:monitoring")), (_("Terms"), "")],
        }


class Compute(ServicePage):
    """Having the alarms of a division computed now."""

    permission_required = "eligibility.monitor"
    template_name = "eligibility/monitoring/compute.html"
    form_class = ComputeForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, values):
        try:
            job = running.start(values["division"].pk, self.request.user)
        except running.AlreadyRunning as other:
            raise ValidationError(_("These alarms are being computed already; wait until that has ended.")) from other
        return _("The alarms are being computed."), reverse("jobs:detail", args=[job.pk])

    def get_context_data(self, **kwargs):
        crumbs = [(_("Monitoring"), reverse("eligibility:monitoring")), (_("Compute the alarms now"), "")]
        return super().get_context_data(crumbs=crumbs, **kwargs)
