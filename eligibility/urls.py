"""Addresses of standards, recalculations, proposals and village results."""

from django.urls import path

from eligibility.views import results, runs, standards

app_name = "eligibility"

urlpatterns = [
    path("standards/", standards.StandardList.as_view(), name="standards"),
    path("standards/new/", standards.StandardNew.as_view(), name="standard-new"),
    path("standards/<slug:code>/", standards.StandardDetail.as_view(), name="standard"),
    path("standards/<slug:code>/draft/", standards.VersionNew.as_view(), name="version-new"),
    path("standards/<slug:code>/<int:number>/edit/", standards.VersionEdit.as_view(), name="version-edit"),
    path("standards/<slug:code>/<int:number>/discard/", standards.VersionDiscard.as_view(), name="version-discard"),
    path("standards/<slug:code>/<int:number>/approve/", standards.VersionApprove.as_view(), name="version-approve"),
    path("recalculations/", runs.RunList.as_view(), name="runs"),
    path("recalculations/new/", runs.RunNew.as_view(), name="run-new"),
    path("recalculations/<uuid:pk>/", runs.RunDetail.as_view(), name="run"),
    path("recalculations/<uuid:pk>/changes/", runs.RunChanges.as_view(), name="run-changes"),
    path("results/", results.DeterminationList.as_view(), name="determinations"),
    path("proposals/", results.ProposalList.as_view(), name="proposals"),
    path("village-results/", results.VillageDeterminationList.as_view(), name="village-determinations"),
]
