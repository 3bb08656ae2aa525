"""The uptime app: what was delivered."""

from django.apps import AppConfig


class UptimeConfig(AppConfig):
    """Outages, maintenance, availability and performance."""

    name = "uptime"
    label = "uptime"
