"""Signing in and out, one's own account, the management of accounts, and the audit record."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import CreateView, RedirectView, TemplateView, UpdateView
from django.views.generic.detail import BaseDetailView
from rest_framework.authtoken.models import Token

from accounts import services
from accounts.choices import AuditAction, Role
from accounts.filters import AuditFilter, UserFilter
from accounts.forms import AccountEditForm, AccountForm, SignInForm
from accounts.models import AuditEvent, User
from accounts.resources import AccountResource, AuditResource
from fupin.listing import DeskListView


class SignIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        response = super().form_valid(form)
        services.record(self.request.user, AuditAction.SIGN_IN, "account", self.request.user.username)
        return response


class SignOut(LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            services.record(request.user, AuditAction.SIGN_OUT, "account", request.user.username)
        return super().post(request, *args, **kwargs)


FIRST_PAGE_OF_ROLE = {Role.CADRE: "my:home", Role.CONTACT: "assistance:my-unit"}


class Home(LoginRequiredMixin, RedirectView):
    """Where a person's role begins its work."""

    def get_redirect_url(self):
        return reverse(FIRST_PAGE_OF_ROLE.get(self.request.user.role, "casework:desk"))


class OwnPage:
    """A page of one's own account: cadres see it in the phone's frame, others at the desk."""

    def get_context_data(self, **kwargs):
        phone = self.request.user.role == Role.CADRE
        return super().get_context_data(base="base_phone.html" if phone else "base_desk.html", **kwargs)


class ChangePassword(OwnPage, PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:home")

    def form_valid(self, form):
        services.change_own_password(self.request.user, form.cleaned_data["new_password1"])
        update_session_auth_hash(self.request, self.request.user)
        messages.success(self.request, _("Your password has been changed. You are signed out everywhere else."))
        return redirect(self.get_success_url())


@method_decorator(never_cache, name="dispatch")
class OwnToken(LoginRequiredMixin, OwnPage, TemplateView):
    """One's own token for the API: made, shown once, revoked."""

    template_name = "accounts/token.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(token=Token.objects.filter(user=self.request.user).first(), **kwargs)

    def post(self, request, *args, **kwargs):
        if "revoke" in request.POST:
            services.revoke_token(request.user)
            messages.success(request, _("The token has been revoked."))
            return redirect("accounts:token")
        return self.render_to_response(self.get_context_data(new_key=services.issue_token(request.user)))


class AccountList(DeskListView):
    permission_required = "accounts.manage"
    template_name = "accounts/list.html"
    queryset_class = User.objects
    filterset_class = UserFilter
    resource_class = AccountResource
    orders = {"name": ("username",), "newest": ("-pk",)}


class ManagesAccounts(PermissionRequiredMixin):
    permission_required = "accounts.manage"

    def get_queryset(self):
        return User.objects.visible_to(self.request.user)

    def show_password(self, user: User, password: str):
        """The one page on which a new password is seen."""
        return render(self.request, "accounts/password_shown.html", {"account": user, "password": password})


@method_decorator(never_cache, name="dispatch")
class AccountCreate(ManagesAccounts, CreateView):
    template_name = "accounts/form.html"
    form_class = AccountForm

    def form_valid(self, form):
        user = form.save(commit=False)
        return self.show_password(user, services.create_account(user, self.request.user))


class AccountEdit(ManagesAccounts, UpdateView):
    template_name = "accounts/form.html"
    form_class = AccountEditForm
    context_object_name = "account"

    def form_valid(self, form):
        try:
            services.update_account(form.instance, self.request.user)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The account of %(name)s has been saved.") % {"name": form.instance.name})
        return redirect("accounts:list")


@method_decorator(never_cache, name="dispatch")
class AccountResetPassword(ManagesAccounts, BaseDetailView):
    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        user = self.get_object()
        return self.show_password(user, services.reset_password(user, request.user))


class AuditList(DeskListView):
    permission_required = "accounts.view_audit"
    template_name = "accounts/audit.html"
    queryset_class = AuditEvent.objects.select_related("actor")
    filterset_class = AuditFilter
    resource_class = AuditResource
    orders = {"newest": ("-pk",)}
