"""Addresses of the desk's overview, of cases, proposals, notices and objections."""

from django.urls import path

from casework.views import batches, cases, desk, holidays, notices, objections, opening, printing, work

app_name = "casework"

urlpatterns = [
    path("", desk.DeskHome.as_view(), name="desk"),
    path("work/", work.PlacesAtWork.as_view(), name="work"),
    path("work/<str:division>/", work.PlacesAtWork.as_view(), name="work-place"),
    path("holidays/", holidays.Holidays.as_view(), name="holidays"),
    path("holidays/take-over/", holidays.TakeOver.as_view(), name="holidays-take-over"),
    path("holidays/<int:year>/<int:month>/<int:day>/delete/", holidays.Delete.as_view(), name="holiday-delete"),
    path("cases/", cases.CaseList.as_view(), name="list"),
    path("cases/villages/", desk.VillagesToConfirm.as_view(), name="villages"),
    path("cases/villages/<int:pk>/", desk.OpenVillageCase.as_view(), name="village"),
    path("cases/proposals/", opening.SettleProposals.as_view(), name="settle"),
    path("cases/lists/", batches.Batches.as_view(), name="batches"),
    path("cases/lists/<str:kind>/<str:stage>/<str:division>/", batches.TakeBatch.as_view(), name="batch"),
    path("cases/open/<str:number>/", opening.ChooseKind.as_view(), name="open"),
    path("cases/open/<str:number>/members/<str:change>/", opening.OpenChange.as_view(), name="open-change"),
    path("cases/open/<str:number>/<str:kind>/", opening.OpenCase.as_view(), name="open-kind"),
    path("cases/<int:pk>/", cases.CaseDetail.as_view(), name="detail"),
    path("cases/<int:pk>/steps/<str:step>/", cases.TakeStep.as_view(), name="step"),
    path("cases/<int:pk>/papers/<int:paper>/", cases.CasePaper.as_view(), name="paper"),
    path("cases/<int:pk>/print/application/", printing.PrintApplication.as_view(), name="print-application"),
    path("cases/<int:pk>/print/appraisal/", printing.PrintAppraisal.as_view(), name="print-appraisal"),
    path("cases/<int:pk>/print/refusal/", printing.PrintRefusal.as_view(), name="print-refusal"),
    path("notices/", notices.NoticeList.as_view(), name="notices"),
    path("notices/<int:pk>/", notices.NoticeDetail.as_view(), name="notice"),
    path("notices/<int:pk>/print/", printing.PrintNotice.as_view(), name="print-notice"),
    path("notices/<int:pk>/photo/", notices.NoticePhoto.as_view(), name="notice-photo"),
    path("notices/<int:pk>/photo/new/", notices.AddPhoto.as_view(), name="notice-add-photo"),
    path("notices/<int:pk>/take-down/", notices.TakeDown.as_view(), name="notice-take-down"),
    path("notices/<int:pk>/objections/new/", objections.EnterObjection.as_view(), name="objection-new"),
    path("objections/", objections.ObjectionList.as_view(), name="objections"),
    path("objections/<int:pk>/", objections.ObjectionDetail.as_view(), name="objection"),
    path("objections/<int:pk>/receipt/", objections.ObjectionReceipt.as_view(), name="objection-receipt"),
    path("objections/<int:pk>/papers/<int:paper>/", objections.ObjectionPaper.as_view(), name="objection-paper"),
]
