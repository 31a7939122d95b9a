"""How cases, notices and objections are written in the API."""

from base64 import b64decode
from binascii import Error as NotBase64

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casework import receipts
from casework.choices import CaseKind, ObjectionGround, ObjectionState
from casework.models import Case, CaseEvent, Notice, NoticeEntry, Objection
from casework.stages import PROCEDURES
from fupin.api import RecordSerializer, VisibleKeyField, VisibleSlugField
from households.models import Fact, Household

VERSION = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text=_("The version that was read."))
STEPS = sorted({(step.code, step.code) for procedure in PROCEDURES.values() for step in procedure.steps})
ANSWERS = [row for row in ObjectionState.choices if row[0] != ObjectionState.OPEN]
OPENED_BY_PROGRAMS = [
    (kind.value, kind.label)
    for kind, procedure in PROCEDURES.items()
    if procedure.is_of_households and kind != CaseKind.MEMBER_CHANGE
]


# --- Cases ----------------------------------------------------------------------------------------------------------
class CaseSerializer(RecordSerializer):
    """A case: whom it is about, where it stands, until when that has to be done."""

    village = serializers.CharField(source="village_id")
    household = serializers.CharField(source="household.number", allow_null=True, default=None)
    notice = serializers.IntegerField(source="notice_id", allow_null=True, help_text=_("Id of the latest notice."))

    class Meta:
        model = Case
        fields = [
            "id",
            "kind",
            "stage",
            "village",
            "household",
            "ground",
            "opened_at",
            "stage_since",
            "due_on",
            "returned_reason",
            "notice",
            "document",
            "decided_on",
            "supported_until",
            "version",
        ]


class CaseEventSerializer(RecordSerializer):
    """A step that was taken; no actor: the clock of the publicity."""

    actor = serializers.CharField(source="actor.name", allow_null=True, default=None)
    details = serializers.DictField(help_text=_("What was written down: dates, votes, opinions."))

    class Meta:
        model = CaseEvent
        fields = ["step", "from_stage", "to_stage", "actor", "at", "reason", "details"]


class CaseDetailSerializer(CaseSerializer):
    """A case with its steps, those taken and those that the reader's role may take now."""

    events = CaseEventSerializer(many=True)
    steps = serializers.ListField(
        child=serializers.ChoiceField(STEPS), source="open_steps", help_text=_("Steps that you may take now.")
    )

    class Meta(CaseSerializer.Meta):
        fields = [*CaseSerializer.Meta.fields, "events", "steps"]


class CaseOpeningSerializer(serializers.Serializer):
    """Opening a case. Member changes are opened on their page, because they bring an ID number with them."""

    kind = serializers.ChoiceField(OPENED_BY_PROGRAMS)
    household = VisibleSlugField("number", queryset=Household.objects.all())
    ground = serializers.CharField(max_length=Case._meta.get_field("ground").max_length)
    fact = VisibleKeyField(
        queryset=Fact.objects.all(), required=False, allow_null=True, pk_field=serializers.IntegerField(max_value=2**62)
    )


@extend_schema_field({"oneOf": [{"type": "string", "maxLength": 4000}, {"type": "integer"}, {"type": "boolean"}]})
class ScalarField(serializers.Field):
    """A text, a whole number or a yes or no, as a form takes it."""

    default_error_messages = {"scalar": _("Write a text, a whole number, true or false.")}

    def to_internal_value(self, data) -> str:
        if isinstance(data, bool):
            return "true" if data else "false"
        if not isinstance(data, (str, int)) or len(str(data)[:5000]) > 4000:
            self.fail("scalar")
        return str(data)

    def to_representation(self, value):
        return value


class PaperSerializer(serializers.Serializer):
    """A paper: a photograph (JPG, PNG) or a PDF."""

    name = serializers.CharField(max_length=120, help_text=_("Its name as a file, for example “申请书.pdf”."))
    content = serializers.CharField(help_text=_("The file in base64."), trim_whitespace=False)

    def validate(self, values: dict) -> dict:
        try:
            content = b64decode(values["content"], validate=True)
        except (NotBase64, ValueError) as error:
            raise serializers.ValidationError({"content": _("This is not base64.")}) from error
        return values | {"file": SimpleUploadedFile(values["name"], content)}


class StepSerializer(serializers.Serializer):
    """Taking a step in a case."""

    step = serializers.ChoiceField(STEPS)
    version = VERSION
    record = serializers.DictField(
        child=ScalarField(),
        required=False,
        help_text=_("What is written down of the step, under the names that `details` shows: dates, votes, opinions."),
    )
    papers = PaperSerializer(many=True, required=False, max_length=10)


# --- Notices --------------------------------------------------------------------------------------------------------
class NoticeSerializer(RecordSerializer):
    """A list that is posted: where, from when to when."""

    village = serializers.CharField(source="village_id")
    households = serializers.IntegerField(source="shown", help_text=_("How many households stand on it."))
    has_photo = serializers.BooleanField(source="photo_id", help_text=_("Whether the posted list was photographed."))

    class Meta:
        model = Notice
        fields = [
            "id",
            "code",
            "kind",
            "case_kind",
            "number",
            "village",
            "starts_on",
            "ends_on",
            "days",
            "day_kind",
            "place",
            "contact",
            "households",
            "has_photo",
            "taken_down_at",
        ]

    def to_representation(self, notice) -> dict:
        return super().to_representation(notice) | {"has_photo": notice.photo_id is not None}


class NoticeEntrySerializer(RecordSerializer):
    """A household on a list."""

    case = serializers.IntegerField(source="case_id")

    class Meta:
        model = NoticeEntry
        fields = ["position", "case", "group", "head_name", "size", "drawn_out_at"]


class NoticeDetailSerializer(NoticeSerializer):
    """A list with the households on it."""

    entries = NoticeEntrySerializer(many=True)

    class Meta(NoticeSerializer.Meta):
        fields = [*NoticeSerializer.Meta.fields, "entries"]


# --- Objections -----------------------------------------------------------------------------------------------------
class ObjectionSerializer(RecordSerializer):
    """An objection. Who objects, what they write and what was found is null in lists and for all but its handler."""

    PRIVATE = ("omitted", "text", "name", "phone", "findings")

    notice = serializers.IntegerField(source="notice_id")
    village = serializers.CharField(source="village_id")
    position = serializers.IntegerField(
        source="entry.position", allow_null=True, default=None, help_text=_("Place on the list.")
    )
    omitted = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    findings = serializers.CharField(allow_null=True)

    class Meta:
        model = Objection
        fields = [
            "id",
            "receipt",
            "notice",
            "village",
            "ground",
            "position",
            "level",
            "received_on",
            "due_on",
            "state",
            "answer",
            "closed_at",
            "omitted",
            "text",
            "name",
            "phone",
            "findings",
            "version",
        ]

    def to_representation(self, objection) -> dict:
        shown = super().to_representation(objection)
        is_told = self.context["view"].action != "list" and objection.is_handled_by(self.context["request"].user)
        return shown if is_told else shown | dict.fromkeys(self.PRIVATE)


class TakenObjectionSerializer(ObjectionSerializer):
    """An objection that was just entered, with the code of its receipt."""

    code = serializers.CharField(help_text=_("For the objector, together with the receipt number."))

    class Meta(ObjectionSerializer.Meta):
        fields = [*ObjectionSerializer.Meta.fields, "code"]

    def to_representation(self, objection) -> dict:
        objection.code = receipts.code_of(objection.receipt)
        return super().to_representation(objection)


class ObjectionEntrySerializer(serializers.Serializer):
    """Entering an objection that came on paper or by word of mouth."""

    notice = VisibleKeyField(queryset=Notice.objects.all(), pk_field=serializers.IntegerField(max_value=2**62))
    ground = serializers.ChoiceField(ObjectionGround.choices)
    position = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**31 - 1, help_text=_("Place on the list.")
    )
    omitted = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    text = serializers.CharField(max_length=1000)
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    phone = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)
    received_on = serializers.DateField()


class AnswerSerializer(serializers.Serializer):
    """Closing an objection."""

    version = VERSION
    state = serializers.ChoiceField(ANSWERS)
    findings = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    answer = serializers.CharField(max_length=Objection._meta.get_field("answer").max_length)
