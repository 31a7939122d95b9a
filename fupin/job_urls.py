"""Addresses of jobs: what runs, how far it is, and stopping it."""

from django.urls import path

from fupin import job_views

app_name = "jobs"

urlpatterns = [
    path("", job_views.JobList.as_view(), name="list"),
    path("<uuid:pk>/", job_views.JobDetail.as_view(), name="detail"),
    path("<uuid:pk>/progress/", job_views.JobProgress.as_view(), name="progress"),
    path("<uuid:pk>/cancel/", job_views.JobCancel.as_view(), name="cancel"),
]
