"""Addresses of standards, recalculations, proposals and village results."""

from django.urls import path

from eligibility.views import monitoring, results, runs, simulations, standards, why

app_name = "eligibility"

urlpatterns = [
    path("standards/", standards.StandardList.as_view(), name="standards"),
    path("standards/new/", standards.StandardNew.as_view(), name="standard-new"),
    path("standards/upload/", standards.StandardUpload.as_view(), name="standard-upload"),
    path("standards/compare/", standards.VersionComparison.as_view(), name="standard-compare"),
    path("standards/<slug:code>/", standards.StandardDetail.as_view(), name="standard"),
    path("standards/<slug:code>/draft/", standards.VersionNew.as_view(), name="version-new"),
    path("standards/<slug:code>/<int:number>/edit/", standards.VersionEdit.as_view(), name="version-edit"),
    path("standards/<slug:code>/<int:number>/discard/", standards.VersionDiscard.as_view(), name="version-discard"),
    path("standards/<slug:code>/<int:number>/approve/", standards.VersionApprove.as_view(), name="version-approve"),
    path("standards/<slug:code>/<int:number>/submit/", standards.VersionSubmit.as_view(), name="version-submit"),
    path(
        "standards/<slug:code>/<int:number>/take-back/", standards.VersionTakeBack.as_view(), name="version-take-back"
    ),
    path("standards/<slug:code>/<int:number>/return/", standards.VersionReturn.as_view(), name="version-return"),
    path("standards/<slug:code>/<int:number>/print/", standards.VersionPrint.as_view(), name="version-print"),
    path("standards/<slug:code>/<int:number>/file/", standards.VersionFile.as_view(), name="version-file"),
    path("recalculations/", runs.RunList.as_view(), name="runs"),
    path("recalculations/new/", runs.RunNew.as_view(), name="run-new"),
    path("recalculations/<uuid:pk>/", runs.RunDetail.as_view(), name="run"),
    path("recalculations/<uuid:pk>/resume/", runs.RunResume.as_view(), name="run-resume"),
    path("recalculations/<uuid:pk>/changes/", runs.RunChanges.as_view(), name="run-changes"),
    path("households/<str:number>/why/", why.HouseholdWhy.as_view(), name="why"),
    path("households/<str:number>/why/print/", why.PrintHouseholdWhy.as_view(), name="why-print"),
    path("households/<str:number>/why/compare/", why.HouseholdComparison.as_view(), name="why-compare"),
    path("villages/<str:code>/why/", why.VillageWhy.as_view(), name="why-village"),
    path("villages/<str:code>/why/print/", why.PrintVillageWhy.as_view(), name="why-village-print"),
    path("recalculations/<uuid:pk>/households/<str:number>/", why.HouseholdWhyInRun.as_view(), name="why-run"),
    path(
        "recalculations/<uuid:pk>/households/<str:number>/print/",
        why.PrintHouseholdWhyInRun.as_view(),
        name="why-run-print",
    ),
    path("recalculations/<uuid:pk>/villages/<str:code>/", why.VillageWhyInRun.as_view(), name="why-run-village"),
    path(
        "recalculations/<uuid:pk>/villages/<str:code>/print/",
        why.PrintVillageWhyInRun.as_view(),
        name="why-run-village-print",
    ),
    path("simulations/", simulations.SimulationList.as_view(), name="simulations"),
    path("simulations/new/", simulations.SimulationNew.as_view(), name="simulation-new"),
    path("simulations/compare/", simulations.SimulationCompare.as_view(), name="simulation-compare"),
    path("simulations/<uuid:pk>/", simulations.SimulationDetail.as_view(), name="simulation"),
    path("simulations/<uuid:pk>/households/", simulations.SimulatedList.as_view(), name="simulated"),
    path("simulations/<uuid:pk>/figures/", simulations.SimulationFigures.as_view(), name="simulation-figures"),
    path("simulations/<uuid:pk>/keep/", simulations.SimulationKeep.as_view(), name="simulation-keep"),
    path("simulations/<uuid:pk>/throw-away/", simulations.SimulationThrowAway.as_view(), name="simulation-throw-away"),
    path(
        "simulations/<uuid:pk>/differences/<uuid:other>/",
        simulations.DifferenceList.as_view(),
        name="simulation-differences",
    ),
    path("results/", results.DeterminationList.as_view(), name="determinations"),
    path("proposals/", results.ProposalList.as_view(), name="proposals"),
    path("monitoring/", monitoring.Overview.as_view(), name="monitoring"),
    path("monitoring/places/<str:division>/", monitoring.Overview.as_view(), name="monitoring-place"),
    path("monitoring/terms/", monitoring.Terms.as_view(), name="monitoring-terms"),
    path("monitoring/compute/", monitoring.Compute.as_view(), name="monitoring-compute"),
    path("monitoring/alarms/", monitoring.AlarmList.as_view(), name="alarms"),
    path("monitoring/alarms/print/", monitoring.AlarmPrint.as_view(), name="alarms-print"),
    path("monitoring/alarms/<int:pk>/", monitoring.AlarmDetail.as_view(), name="alarm"),
    path("monitoring/alarms/<int:pk>/report/", monitoring.Report.as_view(), name="alarm-report"),
    path("monitoring/alarms/<int:pk>/close/", monitoring.Close.as_view(), name="alarm-close"),
    path("monitoring/alarms/<int:pk>/send-back/", monitoring.SendBack.as_view(), name="alarm-send-back"),
    path("village-results/", results.VillageDeterminationList.as_view(), name="village-determinations"),
]
