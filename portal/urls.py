"""Addresses of the public pages."""

from django.urls import path

from portal import notices, views

app_name = "portal"

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("lookup/", views.Lookup.as_view(), name="lookup"),
    path("notices/", notices.Notices.as_view(), name="notices"),
    path("notices/<str:code>/", notices.PostedNotice.as_view(), name="notice"),
    path("notices/<str:code>/object/", notices.ObjectToNotice.as_view(), name="object"),
    path("objections/", notices.FollowObjection.as_view(), name="objections"),
    path("villages/", views.Villages.as_view(), name="villages"),
    path("statistics/", views.Statistics.as_view(), name="statistics"),
    path("robots.txt", views.robots, name="robots"),
]
