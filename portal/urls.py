"""Addresses of the public pages."""

from django.urls import path

from portal import views

app_name = "portal"

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("lookup/", views.Lookup.as_view(), name="lookup"),
    path("notices/", views.Notices.as_view(), name="notices"),
    path("villages/", views.Villages.as_view(), name="villages"),
    path("statistics/", views.Statistics.as_view(), name="statistics"),
    path("robots.txt", views.robots, name="robots"),
]
