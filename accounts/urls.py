"""Addresses of signing in, of a person's own account, and of managing accounts."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("home/", views.Home.as_view(), name="home"),
    path("account/password/", views.ChangePassword.as_view(), name="password"),
    path("account/token/", views.OwnToken.as_view(), name="token"),
    path("desk/accounts/", views.AccountList.as_view(), name="list"),
    path("desk/accounts/new/", views.AccountCreate.as_view(), name="create"),
    path("desk/accounts/<int:pk>/", views.AccountEdit.as_view(), name="edit"),
    path("desk/accounts/<int:pk>/password/", views.AccountResetPassword.as_view(), name="reset"),
    path("desk/audit/", views.AuditList.as_view(), name="audit"),
]
