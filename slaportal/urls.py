"""All routes of the portal."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("slaportal.people.urls")),
    path("", include("contracts.urls")),
    path("", include("tickets.urls")),
    path("audit/", include("slaportal.audit.urls")),
    path("", include("slaportal.outbox.urls")),
    path("webhooks/", include("slaportal.outbox.webhooks.urls")),
    path("api/v1/", include("slaportal.api.urls")),
    path("api/v1/", include("slaportal.people.api.urls")),
    path("api/v1/", include("slaportal.audit.api")),
    path("api/v1/", include("slaportal.jobs.api")),
    path("api/v1/", include("slaportal.outbox.webhooks.api")),
    path("api/v1/", include("contracts.api.urls")),
    path("api/v1/", include("tickets.api.urls")),
    path("api/v1/", include("uptime.api.urls")),
    path("api/v1/", include("credits.api.urls")),
    path("", include("credits.urls")),
    path("", include("slaportal.jobs.urls")),
    path("", include("uptime.urls")),
    path("", include("credits.reviewing_urls")),
    path("", include("tickets.attainment_urls")),
    path("api/v1/", include("slaportal.site.api.urls")),
    path("", include("slaportal.site.urls")),
]
handler400 = "slaportal.site.errors.bad_request"
handler403 = "slaportal.site.errors.permission_denied"
handler404 = "slaportal.site.errors.not_found"
handler500 = "slaportal.site.errors.server_error"
handler429 = "slaportal.site.errors.too_many_requests"
