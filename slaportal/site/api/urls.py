"""Routes of policies and simulation under /api/v1/."""

from django.urls import path

from slaportal.site.api import policies, simulating

urlpatterns = [
    path("policies/", policies.Policies.as_view(), name="api_policies"),
    path("policies/validate/", policies.ValidatePolicy.as_view(), name="api_policies_validate"),
    path("policies/<int:version>/", policies.OnePolicy.as_view(), name="api_policy"),
    path("simulate/", simulating.Simulate.as_view(), name="api_simulate"),
]
