"""The table of holidays by which working days are counted."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from casework import services
from casework.calendar import gaps_of, published_of
from casework.forms import HolidayForm
from casework.models import Holiday
from fupin.pages import ServicePage
from fupin.parsers import whole_number

FIRST_YEAR, LAST_YEAR = 2015, 2100


def page_of(year: int) -> str:
    return f"{reverse('casework:holidays')}?year={year}"


class Holidays(ServicePage):
    """The days of a year that are not what their weekday says, and entering one."""

    permission_required = "casework.edit_holidays"
    template_name = "casework/holidays.html"
    form_class = HolidayForm

    @cached_property
    def year(self) -> int:
        asked = whole_number(self.request.GET.get("year", ""), LAST_YEAR)
        return asked if asked and asked >= FIRST_YEAR else timezone.localdate().year

    def act(self, values):
        holiday = services.enter_holiday(
            self.request.user, values["day"], values["name"], is_workday=values["is_workday"]
        )
        return _("The day is entered."), page_of(holiday.day.year)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        this_year = timezone.localdate().year
        held = {day.year for day in Holiday.objects.dates("day", "year")}
        return super().get_context_data(
            year=self.year,
            years=sorted(held | {this_year, this_year + 1, self.year}),
            days=Holiday.objects.filter(day__year=self.year),
            gaps=gaps_of([this_year, this_year + 1]),
            is_published=bool(published_of(self.year)),
            **kwargs,
        )


class Delete(PermissionRequiredMixin, View):
    """Taking a day out of the table."""

    permission_required = "casework.edit_holidays"

    def post(self, request, *args, **kwargs):
        try:
            day = date(kwargs["year"], kwargs["month"], kwargs["day"])
        except (ValueError, OverflowError) as error:
            raise Http404 from error
        if services.delete_holiday(request.user, day):
            messages.success(request, _("%(day)s is out of the table.") % {"day": day})
        return redirect(page_of(day.year))


class TakeOver(PermissionRequiredMixin, View):
    """Bringing a year in line with the published calendar."""

    permission_required = "casework.edit_holidays"

    def post(self, request, *args, **kwargs):
        year = whole_number(request.POST.get("year", ""), LAST_YEAR) or timezone.localdate().year
        try:
            count = services.take_over_year(request.user, year)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("%(year)d: %(count)d days as published.") % {"year": year, "count": count})
        return redirect(page_of(year))
