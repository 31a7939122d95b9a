"""Addresses of the desk's pages of assistance."""

from django.urls import include, path

from assistance.views import aid, pairings, units

app_name = "assistance"

PAIRINGS = [
    path("", pairings.PairingList.as_view(), name="pairings"),
    path("unpaired/", pairings.UnpairedList.as_view(), name="unpaired"),
    path("new/", pairings.Pair.as_view(), name="pair"),
    path("cadres/", pairings.CadreChoices.as_view(), name="cadre-choices"),
    path("<int:pk>/end/", pairings.EndPairing.as_view(), name="pairing-end"),
    path("<int:pk>/hand-over/", pairings.HandOver.as_view(), name="hand-over"),
]

MEASURES = [
    path("", aid.MeasureList.as_view(), name="measures"),
    path("new/", aid.MeasureCreate.as_view(), name="measure-new"),
    path("edit/<path:code>/", aid.MeasureEdit.as_view(), name="measure-edit"),
    path("given/", aid.GrantList.as_view(), name="grants"),
    path("given/new/", aid.GrantCreate.as_view(), name="grant-new"),
    path("given/<int:pk>/", aid.GrantDetail.as_view(), name="grant"),
    path("given/<int:pk>/end/", aid.EndGrant.as_view(), name="grant-end"),
    path("given/<int:pk>/deliveries/new/", aid.LogDelivery.as_view(), name="delivery-new"),
    path("deliveries/<int:pk>/correct/", aid.CorrectDelivery.as_view(), name="delivery-correct"),
    path("deliveries/<int:pk>/withdraw/", aid.WithdrawDelivery.as_view(), name="delivery-withdraw"),
]

UNITS = [
    path("", units.UnitList.as_view(), name="units"),
    path("new/", units.UnitCreate.as_view(), name="unit-new"),
    path("<int:pk>/", units.UnitDetail.as_view(), name="unit"),
    path("<int:pk>/edit/", units.UnitEdit.as_view(), name="unit-edit"),
    path("<int:pk>/villages/new/", units.LinkVillage.as_view(), name="link"),
    path("<int:pk>/cadres/new/", units.CadreCreate.as_view(), name="cadre-new"),
    path("linkages/<int:pk>/end/", units.EndLinkage.as_view(), name="linkage-end"),
    path("cadres/", units.CadreList.as_view(), name="cadres"),
    path("cadres/<int:pk>/", units.CadreDetail.as_view(), name="cadre"),
    path("cadres/<int:pk>/edit/", units.CadreEdit.as_view(), name="cadre-edit"),
]

urlpatterns = [
    path("assistance/pairings/", include(PAIRINGS)),
    path("assistance/measures/", include(MEASURES)),
    path("assistance/units/", include(UNITS)),
    path("assistance/my-unit/", units.MyUnit.as_view(), name="my-unit"),
]
