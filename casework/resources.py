"""What the files hold that leave the list of cases."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from casework.models import Case
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
            "decided_on",
            "document",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.with_places().select_related("opened_by")
