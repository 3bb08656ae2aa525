"""Routes of the site."""

from django.urls import path

from slaportal.site.health import healthz, readyz
from slaportal.site.home import home
from slaportal.site.resending import messages_resend_all

urlpatterns = [
    path("", home, name="home"),
    path("messages/resend-all/", messages_resend_all, name="messages_resend_all"),
    # Answered by HealthMiddleware, before sessions; here they have names.
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
