"""What the files hold that leave the lists of assistance. Units, cadres and measures may come back by import."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from assistance import reference
from assistance.models import Cadre, Delivery, Grant, HelpingUnit, Measure, Pairing
from assistance.reference import UNIT_NAME
from fupin.exports import ListResource

UNITS, CADRES, MEASURES = (
    {column.field: column.heading for column in table.columns}
    for table in (reference.UNITS, reference.CADRES, reference.MEASURES)
)


class UnitResource(ListResource):
    """Helping units, under the headings by which they are imported."""

    code = Field("code", column_name=UNITS["code"])
    name = Field("name", column_name=UNITS["name"])
    level = Field("get_level_display", column_name=UNITS["level"])
    contact_name = Field("contact_name", column_name=UNITS["contact_name"])
    phone = Field("phone", column_name=UNITS["phone"])
    is_active = Field("is_active", column_name=UNITS["is_active"])

    class Meta:
        model = HelpingUnit
        fields = tuple(UNITS)


class CadreResource(ListResource):
    """Helping cadres, under the headings by which they are imported, and the name of the unit."""

    code = Field("code", column_name=CADRES["code"])
    name = Field("name", column_name=CADRES["name"])
    unit = Field("unit__code", column_name=CADRES["unit"])
    unit_name = Field("unit__name", column_name=UNIT_NAME)
    position = Field("position", column_name=CADRES["position"])
    phone = Field("phone", column_name=CADRES["phone"])
    is_party_member = Field("is_party_member", column_name=CADRES["is_party_member"])
    is_active = Field("is_active", column_name=CADRES["is_active"])

    class Meta:
        model = Cadre
        fields = ("code", "name", "unit", "unit_name", "position", "phone", "is_party_member", "is_active")

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("unit")


class MeasureResource(ListResource):
    """The catalogue of measures, under the headings by which it is imported."""

    code = Field("code", column_name=MEASURES["code"])
    name = Field("name", column_name=MEASURES["name"])
    pillar = Field("get_pillar_display", column_name=MEASURES["pillar"])
    target = Field("get_target_display", column_name=MEASURES["target"])
    form = Field("get_form_display", column_name=MEASURES["form"])
    unit_label = Field("unit_label", column_name=MEASURES["unit_label"])
    legal_basis = Field("legal_basis", column_name=MEASURES["legal_basis"])
    description = Field("description", column_name=MEASURES["description"])
    is_active = Field("is_active", column_name=MEASURES["is_active"])

    class Meta:
        model = Measure
        fields = tuple(MEASURES)


class PairingResource(ListResource):
    """Pairings of cadres with households."""

    number = Field("household__number", column_name=_("Household number"))
    township = Field("household__village__parent__name", column_name=_("Township"))
    village = Field("household__village__name", column_name=_("Village"))
    head = Field("household__head_name", column_name=_("Head of household"))
    cadre = Field("cadre__name", column_name=_("Helping cadre"))
    unit = Field("cadre__unit__name", column_name=_("Helping unit"))
    is_main = Field("is_main", column_name=_("Mainly responsible"))
    started_on = Field("started_on", column_name=_("From"))
    ended_on = Field("ended_on", column_name=_("Until"))
    last_visit = Field("last_visit", column_name=_("Last visit"))
    end_reason = Field("end_reason", column_name=_("Reason for ending"))

    class Meta:
        model = Pairing
        fields = (
            "number",
            "township",
            "village",
            "head",
            "cadre",
            "unit",
            "is_main",
            "started_on",
            "ended_on",
            "last_visit",
            "end_reason",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.for_list()


class GrantResource(ListResource):
    """Measures that households are given."""

    number = Field("household__number", column_name=_("Household number"))
    township = Field("household__village__parent__name", column_name=_("Township"))
    village = Field("household__village__name", column_name=_("Village"))
    head = Field("household__head_name", column_name=_("Head of household"))
    member = Field("member__name", column_name=_("Member"))
    measure = Field("measure__name", column_name=_("Measure"))
    pillar = Field("measure__get_pillar_display", column_name=_("Pillar"))
    state = Field("get_state_display", column_name=_("State"))
    started_on = Field("started_on", column_name=_("From"))
    ended_on = Field("ended_on", column_name=_("Until"))
    delivered = Field("delivered", column_name=_("Delivered (yuan)"))
    last_delivery = Field("last_delivery", column_name=_("Last delivery"))
    note = Field("note", column_name=_("Note"))

    class Meta:
        model = Grant
        fields = (
            "number",
            "township",
            "village",
            "head",
            "member",
            "measure",
            "pillar",
            "state",
            "started_on",
            "ended_on",
            "delivered",
            "last_delivery",
            "note",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("household__village__parent", "member", "measure").with_sums()


class DeliveryResource(ListResource):
    """What really arrived."""

    delivered_on = Field("delivered_on", column_name=_("Date"))
    number = Field("grant__household__number", column_name=_("Household number"))
    township = Field("grant__household__village__parent__name", column_name=_("Township"))
    village = Field("grant__household__village__name", column_name=_("Village"))
    head = Field("grant__household__head_name", column_name=_("Head of household"))
    measure = Field("grant__measure__name", column_name=_("Measure"))
    form = Field("get_form_display", column_name=_("Form"))
    amount = Field("amount", column_name=_("Amount (yuan)"))
    quantity = Field("quantity", column_name=_("Quantity"))
    what = Field("what", column_name=_("Goods or service"))
    payer = Field("payer", column_name=_("Who pays"))
    evidence = Field("evidence", column_name=_("Evidence"))

    class Meta:
        model = Delivery
        fields = (
            "delivered_on",
            "number",
            "township",
            "village",
            "head",
            "measure",
            "form",
            "amount",
            "quantity",
            "what",
            "payer",
            "evidence",
        )

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("grant__household__village__parent", "grant__measure")
