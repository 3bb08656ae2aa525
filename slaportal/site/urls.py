"""The routes of site."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
