"""Routes of the API, under /api/v1/."""

from django.urls import path

from slaportal.api.me import me

urlpatterns = [path("me/", me, name="api_me")]
