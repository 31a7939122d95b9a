"""Errors of the API as RFC 9457 problem documents: one shape for every refusal, whoever raised it.

    {"type": "about:blank", "title": …, "status": 400, "detail": …, "errors": [{"pointer": "/line", "detail": …}]}

A pointer is a JSON pointer into the request's body; "/" stands for the whole of it. A conflict (409) also carries
`current`: the values as they stand now.
"""

from collections.abc import Iterable

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"
API_ROOT = "/api/"
TITLES = {
    400: _("The request cannot be read"),
    401: _("Sign in first"),
    403: _("Not permitted"),
    404: _("Not found"),
    405: _("Method not allowed"),
    406: _("Not available in this format"),
    409: _("In conflict with what is there now"),
    415: _("This content type is not read"),
    429: _("Too many requests"),
    500: _("The server failed"),
}
INVALID = _("The values do not pass")


class Invalid(exceptions.APIException):
    """The values do not pass: what is wrong, by dotted path, as in ("members.2.id_number", "…", "18 characters")."""

    status_code = 400
    default_code = "invalid"

    def __init__(self, errors: Iterable[tuple[str, str, str]]):
        super().__init__(INVALID)
        self.errors = [_error(*error) for error in errors]


def _error(path: str, detail: str, wanted: str) -> dict:
    error = {"pointer": f"/{path.replace('.', '/')}", "detail": str(detail)}
    return error | {"wanted": str(wanted)} if wanted else error


class InConflict(exceptions.APIException):
    """What is asked does not go together with what is there; `current` is what is there now."""

    status_code = 409
    default_code = "conflict"
    default_detail = _("Somebody else has changed this in the meantime; make the change again from what is there now.")

    def __init__(self, current: dict, detail: str = ""):
        super().__init__(detail or None)
        self.current = current


class TooManyRequests(exceptions.APIException):
    """The limit on how often one may ask is reached; in `wait` seconds one may ask again."""

    status_code = 429
    default_code = "throttled"
    default_detail = _("Wait a while, then try again.")

    def __init__(self, wait: int):
        super().__init__()
        self.wait = wait


def document(status: int, *, title: str = "", detail: str = "", **members) -> dict:
    """A problem document; empty members are left out."""
    body = {"type": "about:blank", "title": str(title or TITLES.get(status, _("Error"))), "status": status}
    if detail:
        body["detail"] = str(detail)
    return body | {name: value for name, value in members.items() if value is not None}


def response(status: int, **members) -> JsonResponse:
    """A problem document as an answer, for where DRF is not in charge."""
    return JsonResponse(
        document(status, **members),
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def field_errors(detail, path: str = "") -> list[dict]:
    """Flatten DRF's nested error detail to a list of {pointer, detail}; the pointer is a JSON pointer."""
    if isinstance(detail, dict):
        return [
            error
            for key, value in detail.items()
            for error in field_errors(value, path if key in ("non_field_errors", "__all__") else f"{path}/{key}")
        ]
    if isinstance(detail, list):
        return [
            error
            for index, value in enumerate(detail)
            for error in field_errors(value, f"{path}/{index}" if isinstance(value, dict) else path)
        ]
    return [{"pointer": path or "/", "detail": str(detail)}]


def _as_api_exception(error: Exception) -> Exception:
    """What the services and the ORM raise, in DRF's terms."""
    if isinstance(error, ValidationError):
        return exceptions.ValidationError(error.message_dict if hasattr(error, "error_dict") else error.messages)
    if isinstance(error, ObjectDoesNotExist):
        return Http404()
    return error


def problem_handler(error: Exception, context: dict):
    """DRF's exception handler: the same status and headers, the body a problem document."""
    error = _as_api_exception(error)
    answer = exception_handler(error, context)
    if answer is None:
        return None
    status = answer.status_code
    if isinstance(error, Invalid):
        answer.data = document(status, title=INVALID, errors=error.errors)
    elif isinstance(error, exceptions.ValidationError):
        answer.data = document(status, title=INVALID, errors=field_errors(error.detail))
    else:
        detail = "" if status == 404 else getattr(error, "detail", "")
        answer.data = document(status, detail=detail, current=getattr(error, "current", None))
    answer.content_type = CONTENT_TYPE
    _render_as_json(context["request"])
    return answer


def _render_as_json(request) -> None:
    """Answer a problem even to a client that accepts nothing we have (406), or asked for another format."""
    renderer = api_settings.DEFAULT_RENDERER_CLASSES[0]()
    request.accepted_renderer, request.accepted_media_type = renderer, renderer.media_type


def _is_for_api(request) -> bool:
    return request.path.startswith(API_ROOT)


def bad_request(request, exception) -> HttpResponseBase:
    """Django's 400, as a problem under /api/ and as a page elsewhere."""
    return response(400) if _is_for_api(request) else defaults.bad_request(request, exception)


def permission_denied(request, exception) -> HttpResponseBase:
    """Django's 403, as a problem under /api/ and as a page elsewhere."""
    return response(403) if _is_for_api(request) else defaults.permission_denied(request, exception)


def page_not_found(request, exception) -> HttpResponseBase:
    """Django's 404, as a problem under /api/ and as a page elsewhere."""
    return response(404) if _is_for_api(request) else defaults.page_not_found(request, exception)


def server_error(request) -> HttpResponseBase:
    """Django's 500, as a problem under /api/ and as a page elsewhere."""
    return response(500) if _is_for_api(request) else defaults.server_error(request)
