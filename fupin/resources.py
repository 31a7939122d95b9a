"""What the file holds that leaves the list of jobs."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from fupin.exports import ListResource
from fupin.models import Job


class JobResource(ListResource):
    """Jobs: what, who, how far, and when."""

    title = Field("title", column_name=_("Job"))
    kind = Field("get_kind_display", column_name=_("Kind"))
    state = Field("get_state_display", column_name=_("State"))
    percent = Field("percent", column_name=_("Done (%)"))
    actor = Field("actor__name", column_name=_("Started by"))
    created_at = Field("created_at", column_name=_("Started"))
    finished_at = Field("finished_at", column_name=_("Ended at"))

    class Meta:
        model = Job
        fields = ("title", "kind", "state", "percent", "actor", "created_at", "finished_at")
