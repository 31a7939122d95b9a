"""Addresses of the cadre's phone pages."""

from django.urls import path

from assistance import my_views

app_name = "my"

urlpatterns = [
    path("", my_views.Home.as_view(), name="home"),
    path("households/<str:number>/", my_views.HouseholdPage.as_view(), name="household"),
    path("households/<str:number>/visit/", my_views.LogVisit.as_view(), name="visit"),
    path("visits/<int:pk>/correct/", my_views.CorrectVisit.as_view(), name="correct-visit"),
    path("alarms/<int:pk>/", my_views.ReportAlarm.as_view(), name="alarm"),
    path("doubts/<int:pk>/", my_views.CheckDoubt.as_view(), name="doubt"),
    path("measures/<int:pk>/delivery/", my_views.LogDelivery.as_view(), name="delivery"),
]
