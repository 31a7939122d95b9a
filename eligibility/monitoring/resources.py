"""What the files hold that leave the list of alarms."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from import_export.fields import Field

from eligibility.models import Alarm
from eligibility.monitoring.sources import reason_of
from fupin.exports import ListResource


class AlarmResource(ListResource):
    """Alarms with the household, the reason and where they stand."""

    level = Field("get_level_display", column_name=_("Level"))
    kind = Field("get_kind_display", column_name=_("Kind"))
    township = Field("household__village__parent__name", column_name=_("Township"))
    village = Field("household__village__name", column_name=_("Village"))
    number = Field("household__number", column_name=_("Household number"))
    head = Field("household__head_name", column_name=_("Head of household"))
    status = Field("household__get_status_display", column_name=_("Household status"))
    reason = Field(column_name=_("Reason"))
    since = Field("since", column_name=_("Since"))
    raised_on = Field("raised_on", column_name=_("Raised on"))
    days = Field("days", column_name=_("Days"))
    state = Field("get_state_display", column_name=pgettext_lazy("alarm", "State"))
    closed_at = Field("closed_at", column_name=pgettext_lazy("alarm", "Closed"))
    gone_on = Field("gone_on", column_name=_("No longer applies since"))

    class Meta:
        model = Alarm
        fields = (
            "level",
            "kind",
            "township",
            "village",
            "number",
            "head",
            "status",
            "reason",
            "since",
            "raised_on",
            "days",
            "state",
            "closed_at",
            "gone_on",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.for_list()

    def dehydrate_reason(self, alarm: Alarm) -> str:
        return reason_of(alarm)
