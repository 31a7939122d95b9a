"""What is refused before any page sees it."""

from django.core.exceptions import BadRequest
from django.http import Http404


def refuse_null_characters(get_response):
    """Refuse addresses with a null character: nothing is named with one, and PostgreSQL cannot be asked for it."""

    def middleware(request):
        if "\0" in request.path:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("null character")
        return get_response(request)

    return middleware
