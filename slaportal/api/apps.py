"""The app of what every API call shares."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Answers that are kept for calls sent again, and how much each caller may still call."""

    name = "slaportal.api"
    label = "api"
