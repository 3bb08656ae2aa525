"""Routes of customers under /api/v1/."""

from django.urls import path

from slaportal.people.api import tenants

urlpatterns = [
    path("tenants/", tenants.Tenants.as_view(), name="api_tenants"),
    path("tenants/<int:tenant>/", tenants.OneTenant.as_view(), name="api_tenant"),
]
