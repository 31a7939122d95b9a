"""Addresses of standards, recalculations, proposals and village results."""

from django.urls import path

from eligibility import views

app_name = "eligibility"

urlpatterns = [
    path("standards/", views.StandardList.as_view(), name="standards"),
    path("standards/new/", views.StandardNew.as_view(), name="standard-new"),
    path("standards/<slug:code>/", views.StandardDetail.as_view(), name="standard"),
    path("standards/<slug:code>/draft/", views.VersionNew.as_view(), name="version-new"),
    path("standards/<slug:code>/<int:number>/edit/", views.VersionEdit.as_view(), name="version-edit"),
    path("standards/<slug:code>/<int:number>/discard/", views.VersionDiscard.as_view(), name="version-discard"),
    path("standards/<slug:code>/<int:number>/approve/", views.VersionApprove.as_view(), name="version-approve"),
    path("recalculations/", views.RunList.as_view(), name="runs"),
    path("recalculations/new/", views.RunNew.as_view(), name="run-new"),
    path("recalculations/<uuid:pk>/", views.RunDetail.as_view(), name="run"),
    path("recalculations/<uuid:pk>/changes/", views.RunChanges.as_view(), name="run-changes"),
    path("results/", views.DeterminationList.as_view(), name="determinations"),
    path("proposals/", views.ProposalList.as_view(), name="proposals"),
    path("village-results/", views.VillageDeterminationList.as_view(), name="village-determinations"),
]
