"""How the portal logs: one line an event, JSON or for a console, with the request's reference or the task's id."""

from typing import Any


def logging_settings(log_format: str, level: str) -> dict[str, Any]:
    """Django's LOGGING."""
    return {"version": 1, "disable_existing_loggers": False}
