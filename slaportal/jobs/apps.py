"""The app of long work with progress."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Rows, chunks, resume, cancel."""

    name = "slaportal.jobs"
    label = "jobs"
