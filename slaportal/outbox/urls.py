"""The routes of outbox."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
