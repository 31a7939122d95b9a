"""Nobody works with a password that somebody else has set."""

from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

# Routes that stay open while the password must be changed.
OPEN_ROUTES = {"accounts:password", "accounts:logout", "set_language"}


def password_must_change(get_response):
    """Send a signed-in person whose password must change to the page where they change it, whatever they ask for."""

    def middleware(request):
        return get_response(request)

    def process_view(request, _view, _args, _kwargs):
        user = request.user
        if not user.is_authenticated or not user.must_change_password:
            return None
        if request.resolver_match.view_name in OPEN_ROUTES:
            return None
        if request.path.startswith("/api/"):
            problem = {"type": "about:blank", "title": _("The password must be changed first."), "status": 403}
            return JsonResponse(problem, status=403, content_type="application/problem+json")
        return redirect("accounts:password")

    middleware.process_view = process_view
    return middleware
