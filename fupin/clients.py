"""Where a request comes from, behind proxies or not."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's address: the peer's, or what the outermost of TRUSTED_PROXIES says it was.

    Each proxy appends the address that it was called from, so with N proxies of ours the client stands Nth from the
    right; whatever stands further left was written by the client and is not believed.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    named = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return named[-proxies] if 0 < proxies <= len(named) else peer
