"""The app of what is to be delivered: mail now, webhooks later."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages are rows until they are sent."""

    name = "slaportal.outbox"
    label = "outbox"
