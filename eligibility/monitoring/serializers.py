"""How alarms are written in the API."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from eligibility.choices import AlarmLevel
from eligibility.forms.monitoring import LONGEST_TEXT
from eligibility.models import Alarm, AlarmEvent
from eligibility.monitoring.sources import reason_of
from fupin.api import RecordSerializer

LEVELS = [(level.name.lower(), level.label) for level in AlarmLevel]


class AlarmSerializer(RecordSerializer):
    """An alarm. `gone_on` is the day since when its condition no longer holds."""

    household = serializers.CharField(source="household.number", help_text=_("Household number."))
    village = serializers.CharField(source="household.village_id")
    level = serializers.ChoiceField(LEVELS, source="level_name")
    member = serializers.IntegerField(source="member_id", allow_null=True, help_text=_("Id of the member."))
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Alarm
        fields = [
            "id",
            "household",
            "village",
            "kind",
            "level",
            "reason",
            "member",
            "since",
            "raised_on",
            "state",
            "closed_at",
            "gone_on",
        ]

    def get_reason(self, alarm: Alarm) -> str:
        return reason_of(alarm)


class AlarmEventSerializer(RecordSerializer):
    """Something that happened to an alarm; nobody's name where the computation found it."""

    actor = serializers.CharField(source="actor.name", allow_null=True, default=None)

    class Meta:
        model = AlarmEvent
        fields = ["act", "actor", "at", "done_on", "text"]


class AlarmDetailSerializer(AlarmSerializer):
    """An alarm with what happened to it."""

    events = AlarmEventSerializer(many=True)

    class Meta(AlarmSerializer.Meta):
        fields = [*AlarmSerializer.Meta.fields, "events"]


class DoneSerializer(serializers.Serializer):
    """What was done about an alarm, and when."""

    done_on = serializers.DateField()
    text = serializers.CharField(max_length=LONGEST_TEXT)


class SendBackSerializer(serializers.Serializer):
    """Why a report does not do."""

    text = serializers.CharField(max_length=LONGEST_TEXT)
