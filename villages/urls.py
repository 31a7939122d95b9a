"""Addresses of villages."""

from django.urls import path

from villages import views

app_name = "villages"

urlpatterns = [
    path("", views.VillageList.as_view(), name="list"),
    path("<str:code>/", views.VillageDetail.as_view(), name="detail"),
    path("<str:code>/edit/", views.ProfileEdit.as_view(), name="edit"),
    path("<str:code>/merge/", views.VillageMerge.as_view(), name="merge"),
    path("<str:code>/incomes/new/", views.IncomeCreate.as_view(), name="income-new"),
    path("<str:code>/incomes/<int:year>/", views.IncomeEdit.as_view(), name="income"),
]
