"""The public pages. They read the public register, divisions and district-wide sums; never a household's data."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from assistance.choices import Pillar
from casework.publication import find_by_name, find_by_number, name_key
from fupin.charts import Chart, bar_chart
from fupin.clients import client_address
from households.choices import HouseholdStatus
from portal import figures
from portal.forms import LookupByName, LookupByNumber
from portal.limits import seconds_before_lookup
from portal.pages import Unindexed, too_many
from portal.pillars import PILLARS

CHART_WIDTH = 460
CLOSED_TO_ROBOTS = ("/lookup/", "/notices/", "/objections/", "/login/", "/desk/", "/my/", "/api/", "/admin/", "/i18n/")


class Home(TemplateView):
    template_name = "portal/home.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            form=LookupByName(prefix="name"), figures=figures.key_figures(), pillars=PILLARS, **kwargs
        )


class Lookup(Unindexed, View):
    """Ask by POST, so that no name stands in an address or a log; the answer is one page in every case."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        village = request.GET.get("village", "")
        return self._ask(LookupByName(prefix="name", initial={"village": village}), LookupByNumber(prefix="number"))

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("by") == "number":
            form = LookupByNumber(request.POST, prefix="number")
            if not form.is_valid():
                return self._ask(LookupByName(prefix="name"), form)
            number, name = form.cleaned_data["number"].upper(), form.cleaned_data["name"]
            return self._answer(number, lambda: find_by_number(number, name))
        form = LookupByName(request.POST, prefix="name")
        if not form.is_valid():
            return self._ask(form, LookupByNumber(prefix="number"))
        village, name = form.cleaned_data["village"], form.cleaned_data["name"]
        return self._answer(name_key(village, name), lambda: find_by_name(village, name))

    def _ask(self, by_name: LookupByName, by_number: LookupByNumber) -> HttpResponse:
        return render(self.request, "portal/lookup.html", {"by_name": by_name, "by_number": by_number})

    def _answer(self, subject: str, find) -> HttpResponse:
        wait = seconds_before_lookup(client_address(self.request), subject)
        if wait:
            return too_many(self.request, wait)
        return render(self.request, "portal/answer.html", {"records": find()})


class Villages(TemplateView):
    template_name = "portal/villages.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(townships=figures.townships(), fewest=figures.FEWEST, **kwargs)


class Statistics(TemplateView):
    template_name = "portal/statistics.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(columns=charts(), fewest=figures.FEWEST, **kwargs)


def charts() -> list[list[Chart]]:
    """The charts of the statistics page, in two columns, in the language of the visitor."""
    households = _("Households")
    by_status, by_size = figures.households_by_status(), figures.households_by_size()
    statuses = [(str(status.label), by_status[status]) for status in HouseholdStatus if status in by_status]
    sizes = [(_persons(size), count) for size, count in by_size.items()]
    places = [(one.name, one.households) for one in figures.townships() if one.households is not None]
    aid = [(str(Pillar(pillar).label), amount) for pillar, amount in figures.aid_by_pillar().items()]
    return [
        [
            bar_chart(_("By status"), (_("Status"), households), statuses, CHART_WIDTH),
            bar_chart(_("By household size"), (_("Household size"), households), sizes, CHART_WIDTH),
            bar_chart(_("Aid that arrived, by field"), (_("Field"), _("Yuan")), aid, CHART_WIDTH),
        ],
        [bar_chart(_("By township"), (_("Township"), households), places, CHART_WIDTH)],
    ]


def _persons(size: int) -> str:
    if size == figures.LARGEST_SIZE:
        return _("%(size)d or more persons") % {"size": size}
    return ngettext("%(size)d person", "%(size)d persons", size) % {"size": size}


def robots(request: HttpRequest) -> HttpResponse:
    """What search engines are asked to leave alone: everything but the general pages."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")
