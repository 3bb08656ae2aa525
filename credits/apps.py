"""The credits app: what is owed."""

from django.apps import AppConfig


class CreditsConfig(AppConfig):
    """Credits, claims and what becomes of them."""

    name = "credits"
    label = "credits"
