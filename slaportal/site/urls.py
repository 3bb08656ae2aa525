"""Routes of the site."""

from django.urls import path

from slaportal.site.health import healthz, readyz
from slaportal.site.home import home

urlpatterns = [
    path("", home, name="home"),
    # Answered by HealthMiddleware, before sessions; here they have names.
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
