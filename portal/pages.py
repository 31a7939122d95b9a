"""What the public pages share that tell of single households."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class Unindexed:
    """A page that search engines leave out, and that nobody keeps."""

    @method_decorator(never_cache)
    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """The page for whoever asked too often, with when they may ask again; `wait` in seconds."""
    response = render(request, "429.html", {"minutes": -(-wait // 60)}, status=429)
    response["Retry-After"] = str(wait)
    return response
