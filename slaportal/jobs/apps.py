"""The app of long work with progress."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class JobsConfig(AppConfig):
    """Rows, chunks, resume, cancel."""

    name = "slaportal.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Web and workers alike know the kinds of the modules in settings.JOB_KINDS; they stand in layers above."""
        for module in settings.JOB_KINDS:
            import_module(module)
