"""The API's routes: one router, in which every floor's viewsets are entered."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter()

app_name = "api"
urlpatterns = router.urls
