"""Addresses of the reference tables."""

from django.urls import path

from assistance import reference_views

app_name = "reference"

urlpatterns = [
    path("", reference_views.Reference.as_view(), name="home"),
    path("apply/", reference_views.ReferenceApply.as_view(), name="apply"),
    path("<slug:table>/template/", reference_views.ReferenceTemplate.as_view(), name="template"),
    path("<slug:table>/export/", reference_views.ReferenceExport.as_view(), name="export"),
]
