"""Addresses of the household register. A household is named by its number, never by a person's data."""

from django.urls import path

from households import check_views, exports, import_views, print_views, views

app_name = "households"

urlpatterns = [
    path("", views.HouseholdList.as_view(), name="list"),
    path("new/", views.HouseholdCreate.as_view(), name="create"),
    path("assess/", views.Assess.as_view(), name="assess"),
    path("find/", views.FindByIdNumber.as_view(), name="find"),
    path("export/", exports.FullExport.as_view(), name="export"),
    path("checks/", check_views.Checks.as_view(), name="checks"),
    path("checks/findings/", check_views.Findings.as_view(), name="findings"),
    path("checks/findings/<int:pk>/explain/", check_views.Explain.as_view(), name="finding-explain"),
    path("checks/crossings/", check_views.Crossings.as_view(), name="crossings"),
    path("checks/crossings/<int:pk>/seen/", check_views.CrossingSeen.as_view(), name="crossing-seen"),
    path("checks/<str:division>/", check_views.Checks.as_view(), name="checks-place"),
    path("checks/<str:division>/run/", check_views.CheckRun.as_view(), name="check-run"),
    path("import/", import_views.Import.as_view(), name="import"),
    path("import/all/", import_views.ImportList.as_view(), name="imports"),
    path("import/template/", import_views.ImportTemplate.as_view(), name="import-template"),
    path("import/<uuid:pk>/", import_views.ImportDetail.as_view(), name="import-detail"),
    path("import/<uuid:pk>/report/", import_views.ImportReport.as_view(), name="import-report"),
    path("import/<uuid:pk>/apply/", import_views.ImportApply.as_view(), name="import-apply"),
    path("import/<uuid:pk>/discard/", import_views.ImportDiscard.as_view(), name="import-discard"),
    path("<str:number>/", views.HouseholdDetail.as_view(), name="detail"),
    path("<str:number>/edit/", views.HouseholdEdit.as_view(), name="edit"),
    path("<str:number>/move/", views.HouseholdMovePage.as_view(), name="move"),
    path("<str:number>/history/", views.HouseholdHistory.as_view(), name="history"),
    path("<str:number>/print/registration/", print_views.PrintRegistration.as_view(), name="print-registration"),
    path("<str:number>/print/handbook/", print_views.PrintHandbook.as_view(), name="print-handbook"),
    path("<str:number>/reveal/", views.Reveal.as_view(), name="reveal"),
]
