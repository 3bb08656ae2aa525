"""The site app: the one place that knows everything."""

from django.apps import AppConfig

from slaportal.site.secret_key import key_is_secret


class SiteConfig(AppConfig):
    """What needs all the apps: simulate, home pages, demo data."""

    name = "slaportal.site"
    label = "site"

    def ready(self) -> None:
        """The check of the key waits for `check --deploy`."""
        assert key_is_secret
