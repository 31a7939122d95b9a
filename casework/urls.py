"""Addresses of the desk's overview and of cases."""

from django.urls import path

from casework import views

app_name = "casework"

urlpatterns = [
    path("", views.DeskHome.as_view(), name="desk"),
    path("cases/", views.CaseList.as_view(), name="list"),
    path("cases/villages/", views.VillagesToConfirm.as_view(), name="villages"),
    path("cases/villages/<int:pk>/", views.VillageConfirmation.as_view(), name="village"),
    path("cases/<int:pk>/", views.CaseDetail.as_view(), name="detail"),
]
