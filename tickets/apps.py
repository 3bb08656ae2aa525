"""The tickets app: what was asked and by when it is due."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Tickets, their histories and their clocks."""

    name = "tickets"
    label = "tickets"
