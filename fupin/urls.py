"""The roof: every address of the site, floor by floor."""

from django.contrib import admin
from django.urls import include, path

from fupin import health

urlpatterns = [
    path("metrics", health.metrics, name="metrics"),
    path("", include("portal.urls")),
    path("", include("accounts.urls")),
    path("my/", include("assistance.my_urls")),
    path("desk/", include("casework.urls")),
    path("desk/", include("eligibility.urls")),
    path("desk/comparison/", include("eligibility.comparison.urls")),
    path("desk/", include("assistance.urls")),
    path("desk/reference/", include("assistance.reference_urls")),
    path("desk/households/", include("households.urls")),
    path("desk/villages/", include("villages.urls")),
    path("desk/jobs/", include("fupin.job_urls")),
    path("api/", include("fupin.api_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]

handler400 = "fupin.problems.bad_request"
handler403 = "fupin.problems.permission_denied"
handler404 = "fupin.problems.page_not_found"
handler500 = "fupin.problems.server_error"
