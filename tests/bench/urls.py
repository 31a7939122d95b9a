"""The site's addresses, and an empty view behind the same middleware."""

from django.http import HttpResponse
from django.urls import path

from fupin.urls import *  # noqa: F403
from fupin.urls import urlpatterns as real

urlpatterns = [path("bench/empty/", lambda request: HttpResponse("ok")), *real]
