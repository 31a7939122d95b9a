"""What the files hold that leave the list of villages."""

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from fupin.exports import ListResource
from villages.models import Village


class VillageResource(ListResource):
    """Villages with their standing, profile and numbers of households."""

    code = Field("code", column_name=_("Division code"))
    township = Field("parent__name", column_name=_("Township"))
    name = Field("name", column_name=_("Village"))
    standing = Field("profile__get_standing_display", column_name=_("Standing"))
    standing_since = Field("profile__standing_since", column_name=_("Standing since"))
    leader = Field("profile__leader", column_name=_("Village leader"))
    phone = Field("profile__phone", column_name=_("Office telephone"))
    household_count = Field("profile__household_count", column_name=_("Households in the village"))
    population = Field("profile__population", column_name=_("Inhabitants"))
    group_count = Field("profile__group_count", column_name=_("Villagers' groups"))
    labour_force = Field("profile__labour_force", column_name=_("Labour force"))
    cultivated_mu = Field("profile__cultivated_mu", column_name=_("Cultivated land (mu)"))
    entered = Field("entered", column_name=_("Households entered"))
    registered = Field("registered", column_name=_("On the register"))

    class Meta:
        model = Village
        fields = (
            "code",
            "township",
            "name",
            "standing",
            "standing_since",
            "leader",
            "phone",
            "household_count",
            "population",
            "group_count",
            "labour_force",
            "cultivated_mu",
            "entered",
            "registered",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.annotate(
            entered=Count("households"), registered=Count("households", filter=Q(households__status="registered"))
        )
