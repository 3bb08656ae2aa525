"""The app of the record: who did what, when, to what, and why."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only events, sealed into a chain."""

    name = "slaportal.audit"
    label = "audit"
