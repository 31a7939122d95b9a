"""Addresses of data comparison."""

from django.urls import path

from eligibility.comparison import views

app_name = "comparison"

urlpatterns = [
    path("", views.Overview.as_view(), name="overview"),
    path("doubts/", views.DoubtList.as_view(), name="doubts"),
    path("doubts/<int:pk>/", views.DoubtDetail.as_view(), name="doubt"),
    path("doubts/<int:pk>/check/", views.CheckDoubt.as_view(), name="check"),
    path("doubts/<int:pk>/close/", views.CloseDoubt.as_view(), name="close"),
    path("doubts/<int:pk>/send-back/", views.ReturnDoubt.as_view(), name="send-back"),
    path("doubts/<int:pk>/papers/<int:paper>/", views.DoubtPaper.as_view(), name="doubt-paper"),
    path("lists/", views.ListOfLists.as_view(), name="lists"),
    path("lists/load/", views.LoadList.as_view(), name="load"),
    path("lists/<int:pk>/", views.ListDetail.as_view(), name="list"),
    path("lists/<int:pk>/compare/", views.MatchList.as_view(), name="match"),
    path("lists/<int:pk>/discard/", views.DiscardList.as_view(), name="discard"),
    path("authorisations/", views.Unauthorised.as_view(), name="unauthorised"),
    path("authorisations/<str:number>/new/", views.Authorise.as_view(), name="authorise"),
    path("authorisations/<int:pk>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
    path("authorisations/<int:pk>/papers/<int:paper>/", views.AuthorisationPaper.as_view(), name="authorisation-paper"),
]
