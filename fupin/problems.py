"""Errors of the API as RFC 9457 problem documents."""

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import exception_handler


def _field_errors(detail, path: str = "") -> list[dict]:
    """Flatten DRF's nested error detail to a list of {pointer, detail}; the pointer is a JSON pointer."""
    if isinstance(detail, dict):
        return [item for key, value in detail.items() for item in _field_errors(value, f"{path}/{key}")]
    if isinstance(detail, list):
        return [
            item
            for index, value in enumerate(detail)
            for item in _field_errors(value, f"{path}/{index}" if isinstance(value, dict) else path)
        ]
    return [{"pointer": path or "/", "detail": str(detail)}]


def problem_handler(error, context):
    """DRF's exception handler: the same status, the body a problem document."""
    response = exception_handler(error, context)
    if response is None:
        return None
    title = str(getattr(error, "default_detail", "")) or _("Error")
    body = {"type": "about:blank", "title": title, "status": response.status_code}
    if isinstance(error, exceptions.ValidationError):
        body["errors"] = _field_errors(error.detail)
    elif isinstance(response.data, dict) and "detail" in response.data:
        body["detail"] = str(response.data["detail"])
    response.data = body
    response.content_type = "application/problem+json"
    return response
