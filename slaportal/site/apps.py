"""The site app: the one place that knows everything."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """What needs all the apps: simulate, home pages, demo data."""

    name = "slaportal.site"
    label = "site"
