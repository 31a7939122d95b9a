"""What the files hold that leave the list of cases."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from casework.models import Case, Notice, Objection
from fupin.exports import ListResource


class CaseResource(ListResource):
    """Cases with where they stand, and whom they are about."""

    case = Field("pk", column_name=_("Case"))
    kind = Field("get_kind_display", column_name=_("Kind"))
    township = Field("village__parent__name", column_name=_("Township"))
    village = Field("village__name", column_name=_("Village"))
    number = Field("household__number", column_name=_("Household number"))
    head = Field("household__head_name", column_name=_("Head of household"))
    stage = Field("get_stage_display", column_name=_("Stage"))
    opened_at = Field("opened_at", column_name=_("Opened"))
    opened_by = Field("opened_by__name", column_name=_("Opened by"))
    ground = Field("ground", column_name=_("Why it was opened"))
    stage_since = Field("stage_since", column_name=_("At this stage since"))
    due_on = Field("due_on", column_name=_("Due on"))
    returned_reason = Field("returned_reason", column_name=_("Returned because"))
    decided_on = Field("decided_on", column_name=_("Decided on"))
    document = Field("document", column_name=_("Document number"))

    class Meta:
        model = Case
        fields = (
            "case",
            "kind",
            "township",
            "village",
            "number",
            "head",
            "stage",
            "opened_at",
            "opened_by",
            "ground",
            "stage_since",
            "due_on",
            "returned_reason",
            "decided_on",
            "document",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.with_places().select_related("opened_by")


class NoticeResource(ListResource):
    """Notices: what was posted where, from when to when; the households on them stand in the list of cases."""

    number = Field("number", column_name=_("Number"))
    kind = Field("get_kind_display", column_name=_("Kind"))
    about = Field("get_case_kind_display", column_name=_("About"))
    township = Field("village__parent__name", column_name=_("Township"))
    village = Field("village__name", column_name=_("Village"))
    starts_on = Field("starts_on", column_name=_("First day"))
    ends_on = Field("ends_on", column_name=_("Last day"))
    place = Field("place", column_name=_("Where it is posted"))
    shown = Field("shown", column_name=_("Households"))
    posted_by = Field("created_by__name", column_name=_("Posted by"))

    class Meta:
        model = Notice
        fields = (
            "number",
            "kind",
            "about",
            "township",
            "village",
            "starts_on",
            "ends_on",
            "place",
            "shown",
            "posted_by",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("created_by")


class ObjectionResource(ListResource):
    """Objections: to which list, how far they are and how they ended; not who objects, nor what is written."""

    receipt = Field("receipt", column_name=_("Receipt number"))
    township = Field("village__parent__name", column_name=_("Township"))
    village = Field("village__name", column_name=_("Village"))
    notice = Field("notice__number", column_name=_("List"))
    ground = Field("get_ground_display", column_name=_("About"))
    head = Field("entry__head_name", column_name=_("Head of household"))
    level = Field("get_level_display", column_name=_("Handled by"))
    received_on = Field("received_on", column_name=_("Received on"))
    due_on = Field("due_on", column_name=_("Due on"))
    state = Field("get_state_display", column_name=_("State"))
    closed_at = Field("closed_at", column_name=_("Answered"))
    answer = Field("answer", column_name=_("Answer"))

    class Meta:
        model = Objection
        fields = (
            "receipt",
            "township",
            "village",
            "notice",
            "ground",
            "head",
            "level",
            "received_on",
            "due_on",
            "state",
            "closed_at",
            "answer",
        )
