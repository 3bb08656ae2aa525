"""Routes of the API that belong to no app, under /api/v1/."""

from django.urls import path

from slaportal.api.me import Me
from slaportal.api.schema import api_schema

urlpatterns = [
    path("me/", Me.as_view(), name="api_me"),
    path("schema", api_schema, name="api_schema"),
]
